// What is being written is kept on the server, a second after each pause and when the page goes; until it is sent.
// The next page may be there before what was kept last: this tab remembers it for a moment.
(function () {
  "use strict";

  const AFTER = 1000, AGAIN_AFTER = 5000, KEEPALIVE_MAX = 20_000, REMEMBERED_FOR = 10_000;
  const waiting = new Map(); // textarea → timer
  const saving = new Map(); // textarea → what is on its way
  const leaving = new Set(); // forms that are being sent: their words are no drafts any more

  const lineOf = (area) => area.form.querySelector("[data-draft-line]");

  function show(area, text) {
    const line = lineOf(area);
    line.querySelector("[data-draft-said]").textContent = text;
    line.hidden = !text;
  }

  function later(area, wait) {
    clearTimeout(waiting.get(area));
    waiting.set(area, setTimeout(() => save(area), wait));
  }

  const content = (area) => {
    const form = new FormData();
    form.set("csrfmiddlewaretoken", area.form.elements.csrfmiddlewaretoken.value);
    form.set("body", area.value);
    return form;
  };

  async function save(area) {
    if (leaving.has(area.form)) return;
    if (saving.has(area)) { later(area, AFTER); return; } // one after the other, so that the last one stays
    waiting.delete(area);
    const trying = send(area).finally(() => saving.delete(area));
    saving.set(area, trying);
    await trying;
  }

  async function send(area) {
    try {
      const answer = await fetch(area.dataset.draft, { method: "POST", body: content(area), credentials: "same-origin", keepalive: area.value.length < KEEPALIVE_MAX });
      if (answer.redirected) window.desk.live.signedOut();
      if (answer.redirected || !answer.ok) throw new Error(`the draft was answered with ${answer.status}`);
      show(area, (await answer.json()).text);
    } catch (error) {
      console.info(error);
      if (leaving.has(area.form)) return;
      show(area, area.closest("[data-unsaved]").dataset.unsaved);
      if (!waiting.has(area)) later(area, AGAIN_AFTER);
    }
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-draft]")) later(event.target, AFTER);
  });

  // Before other listeners: a save that is on its way must arrive before the words themselves.
  document.addEventListener("submit", (event) => {
    const form = event.target, area = form.querySelector("[data-draft]");
    if (!area) return;
    clearTimeout(waiting.get(area));
    waiting.delete(area);
    leaving.add(form);
    const trying = saving.get(area);
    if (!trying) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    trying.finally(() => form.requestSubmit(event.submitter));
  }, true);

  window.addEventListener("pagehide", () => {
    [...saving.keys()].filter((area) => !leaving.has(area.form)).forEach(remember);
    waiting.forEach((timer, area) => {
      clearTimeout(timer);
      if (leaving.has(area.form)) return;
      remember(area);
      navigator.sendBeacon(area.dataset.draft, content(area));
    });
    waiting.clear();
  });

  // By person, as the next one may sign in on the same tab.
  const keyOf = (area) => `draft:${document.getElementById("desk-live")?.dataset.who}:${area.dataset.draft}`;
  const remember = (area) => sessionStorage.setItem(keyOf(area), JSON.stringify({ body: area.value, at: Date.now() }));

  document.addEventListener("DOMContentLoaded", () => {
    for (const area of document.querySelectorAll("[data-draft]")) {
      const key = keyOf(area), last = JSON.parse(sessionStorage.getItem(key));
      sessionStorage.removeItem(key);
      if (!last || Date.now() - last.at > REMEMBERED_FOR || last.body === area.value) continue;
      area.value = last.body;
      area.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  window.addEventListener("pageshow", () => leaving.clear());
})();
