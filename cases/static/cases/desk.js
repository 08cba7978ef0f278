// The desk's small helpers. Everything works without them: links lead to form pages, forms are sent as forms.
window.desk = window.desk || {};
(function () {
  "use strict";

  function tickClocks() {
    const span = (seconds, [d, h, min, s]) => {
      const days = Math.floor(seconds / 86400), hours = Math.floor((seconds % 86400) / 3600);
      const minutes = Math.floor((seconds % 3600) / 60), rest = seconds % 60;
      if (days) return `${days} ${d}` + (hours ? ` ${hours} ${h}` : "");
      if (hours) return `${hours} ${h}` + (minutes ? ` ${minutes} ${min}` : "");
      return minutes >= 10 ? `${minutes} ${min}` : (minutes ? `${minutes} ${min} ` : "") + `${rest} ${s}`;
    };
    // Sought anew each time, as rows come and go; the words stand on the clock or on what holds many clocks.
    const tick = () => document.querySelectorAll("[data-due]").forEach((clock) => {
      const words = clock.closest("[data-left]").dataset;
      const left = Math.round(Number(clock.dataset.due) - Date.now() / 1000);
      const form = left >= 0 ? words.left : words.overdue;
      const said = form.replace("%(time)s", span(Math.abs(left), words.units.split(" ")));
      if (clock.textContent !== said) clock.textContent = said;
      clock.classList.toggle("is-bad", left < 0);
      clock.classList.toggle("is-warn", left >= 0 && left < 3600);
    });
    tick();
    setInterval(tick, 1000);
  }

  // Parts of a page come and go (live.js): what is clicked is sought when it is clicked.
  function copyCode() {
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("[data-copy]");
      if (!button) return;
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("is-copied");
      button.dataset.note = button.dataset.copied;
      setTimeout(() => button.classList.remove("is-copied"), 1500);
    });
  }

  function sendOnce() {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented || !("once" in form.dataset)) return;
      if (form.dataset.sent) event.preventDefault();
      else form.dataset.sent = "1";
    });
    // Coming back by the browser's back button, the form may be sent again; the server sees whether the case has changed.
    window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
  }

  const tabsOf = (box) => [...box.querySelectorAll("[role=tab]")];

  function showTab(tab, focus) {
    const box = tab.closest("[data-composer]");
    const panelOf = (one) => document.getElementById(one.getAttribute("aria-controls"));
    tabsOf(box).forEach((other) => {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      panelOf(other).hidden = other !== tab;
    });
    if (focus) {
      box.scrollIntoView({ block: "nearest" });
      (panelOf(tab).querySelector("textarea") || panelOf(tab).querySelector(".is-first")).focus();
    }
  }

  // Called anew for a composer that came later.
  window.desk.openComposer = () => {
    const box = document.querySelector("[data-composer]");
    if (!box) return;
    box.querySelector("[role=tablist]").hidden = false;
    showTab(box.querySelector("[data-open]") || tabsOf(box)[0], false);
  };

  function composer() {
    window.desk.openComposer();
    document.addEventListener("click", (event) => {
      const tab = event.target.closest("[data-composer] [role=tab]");
      if (tab) showTab(tab, true);
    });
    document.addEventListener("keydown", (event) => {
      const tab = event.target.closest("[data-composer] [role=tab]");
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!tab || !move) return;
      const tabs = tabsOf(tab.closest("[data-composer]"));
      const next = tabs[(tabs.indexOf(tab) + move + tabs.length) % tabs.length];
      showTab(next, false);
      next.focus();
    });
  }

  function dialogs() {
    const dialog = document.getElementById("desk-dialog");
    if (!dialog) return;
    document.addEventListener("click", async (event) => {
      const link = event.target.closest("a[data-dialog]");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const answer = await fetch(link.href + "?fragment=1", { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) { window.location = link.href; return; }
      dialog.innerHTML = await answer.text();
      dialog.querySelectorAll("[data-close]").forEach((close) => close.addEventListener("click", (closing) => {
        closing.preventDefault();
        dialog.close();
        link.focus();
      }));
      dialog.showModal();
      const first = dialog.querySelector("select, textarea, input:not([type=hidden])") || dialog.querySelector("button");
      if (first) first.focus();
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    tickClocks();
    copyCode();
    sendOnce();
    dialogs();
    composer();
  });
})();
