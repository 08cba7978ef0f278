// The page of a case, or of its facts, stays true while somebody reads or writes on it: its parts are fetched anew when the case changed, and
// nothing somebody is typing in is touched. A form says which version its author has seen: what came meanwhile counts as
// seen once it was on their screen.
(function () {
  "use strict";

  const live = window.desk.live, socket = window.desk.socket;
  const unseen = new Set(); // what others did, and nobody has looked at here
  let page, refresh, latest, seen = 0;

  const part = (root, name) => root.querySelector(`[data-live="${name}"]`);

  // What a part says, without what differs each time it is made
  function said(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((token) => token.remove());
    copy.querySelectorAll("[data-due], [data-leaves-in]").forEach((clock) => { clock.textContent = clock.className = ""; clock.removeAttribute("data-leaves-in"); });
    copy.querySelectorAll(".is-changed").forEach((one) => one.classList.remove("is-changed"));
    copy.querySelectorAll("[class='']").forEach((one) => one.removeAttribute("class"));
    copy.querySelectorAll("[open]").forEach((one) => one.removeAttribute("open"));
    copy.querySelectorAll("[data-sent]").forEach((one) => one.removeAttribute("data-sent"));
    // Which picture one looks at, and how closely, is one's own (`verification.js`)
    copy.querySelectorAll("[data-picture], [data-picture] img").forEach((one) => ["hidden", "loading", "style", "class"].forEach((name) => one.removeAttribute(name)));
    return copy.innerHTML.replace(/\s+/g, " ");
  }

  function isBeingFilled(element) {
    const touched = (field) => field.type !== "hidden" && (
      field.localName === "select" ? [...field.options].some((one) => one.selected !== one.defaultSelected && (one.selected ? one.index : field.selectedIndex > 0))
        : field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
          : field.value !== field.defaultValue);
    const focused = document.activeElement;
    if (element.querySelector("[data-typed]")) return true; // it was refused, and holds what was typed
    return (element.contains(focused) && focused.matches("input, textarea, select")) || [...element.querySelectorAll("input, textarea, select")].some(touched);
  }

  const nameOf = (details) => details.id || details.querySelector("summary").textContent.trim();

  function put(old, fresh) {
    const open = new Set([...old.querySelectorAll("details[open]")].map(nameOf));
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceChildren(...fresh.childNodes);
    old.querySelectorAll("details").forEach((one) => { if (open.has(nameOf(one))) one.open = true; });
    if (focused) live.focusLike(old, focused);
    old.dispatchEvent(new CustomEvent("desk:put", { bubbles: true }));
  }

  function putConversation(old, fresh) {
    const [list, came] = [old.querySelector(".desk-talk"), fresh.querySelector(".desk-talk")];
    const arrived = [];
    const entries = [...came.children].map((entry) => {
      const there = entry.id && document.getElementById(entry.id);
      if (there && said(there) === said(entry)) return there;
      if (there) put(there, entry);
      else if (entry.id) arrived.push(entry);
      return there || entry;
    });
    list.replaceChildren(...entries);
    old.querySelector("h3").replaceWith(fresh.querySelector("h3"));
    arrived.forEach(live.mark);
    return arrived;
  }

  // Which facts and checks there are changes with the category. Nothing that is there is moved: somebody may be writing in it.
  function putList(old, fresh) {
    const now = [...fresh.children], names = new Set(now.map((one) => one.dataset.live));
    [...old.children].filter((one) => !names.has(one.dataset.live)).forEach((gone) => {
      if (isBeingFilled(gone)) gone.dataset.stale = "";
      else gone.remove();
    });
    let before = null;
    now.forEach((one) => {
      const there = part(old, one.dataset.live);
      if (!there && before) before.after(one);
      else if (!there) old.prepend(one);
      before = there || one;
    });
    old.closest("section").hidden = fresh.closest("section").hidden && !old.children.length;
  }

  // Who gives a second word gives it on the finding they read, and on no other that comes under their cursor.
  function asksOfAnother(old, now) {
    const [read, latest] = [old, now].map((one) => one.querySelector("[name=finding]"));
    return Boolean(read && latest) && read.value !== latest.value;
  }

  function putComposer(old, fresh) {
    if (old.dataset.offers === fresh.dataset.offers || isBeingFilled(old)) return;
    put(old, fresh);
    old.dataset.offers = fresh.dataset.offers;
    window.desk.openComposer();
  }

  async function fetchParts() {
    const address = new URL(page.dataset.address || "", location.href);
    address.searchParams.set("fragment", "live");
    address.searchParams.set("since", latest);
    const came = await live.page(address);
    const fresh = came && came.getElementById("case-page");
    if (!fresh) return;
    let arrived = [];
    page.querySelectorAll("[data-list]").forEach((old) => putList(old, fresh.querySelector(`[data-list="${old.dataset.list}"]`)));
    page.querySelectorAll("[data-live]").forEach((old) => {
      const name = old.dataset.live, now = part(fresh, name);
      if (!now) return;
      if (name === "composer") putComposer(old, now);
      else if (said(old) === said(now)) return;
      else if (isBeingFilled(old) || asksOfAnother(old, now)) old.dataset.stale = "";
      else if (name === "conversation") arrived = putConversation(old, now);
      else put(old, now);
    });
    latest = Number(fresh.dataset.seen);
    if (page.dataset.status !== fresh.dataset.status) forgetDone(fresh.dataset.status);
    showNews(came.getElementById("case-news").textContent, arrived);
    countDown();
  }

  // What was said of the last step is said of a status the case has left.
  function forgetDone(status) {
    page.dataset.status = status;
    document.getElementById("desk-done").replaceChildren();
  }

  function showNews(text, arrived) {
    const line = document.getElementById("desk-news");
    if (text) {
      live.say(text);
      arrived.forEach(watch);
      if (line) {
        const link = line.querySelector("a");
        const first = [...unseen].find((one) => one !== line && one.isConnected);
        link.textContent = text;
        link.href = first ? `#${first.id}` : "#case-page";
        line.hidden = false;
        watch(line);
      }
    }
    tellVersion();
  }

  const onScreen = new IntersectionObserver((changes) => {
    changes.filter((one) => one.isIntersecting && !document.hidden).forEach(({ target }) => isSeen(target));
    tellVersion();
  });

  // The observer does not say again what it said while nobody looked.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) unseen.forEach(watch); });

  function isSeen(element) {
    onScreen.unobserve(element);
    unseen.delete(element);
  }

  function watch(element) {
    unseen.add(element);
    onScreen.unobserve(element);
    onScreen.observe(element);
  }

  function tellVersion() {
    [...unseen].forEach((element) => element.isConnected || unseen.delete(element));
    if (!unseen.size) seen = latest;
    const composer = part(page, "composer"); // where facts are verified each form has the version of the part it came with
    if (composer) composer.querySelectorAll("[name=version]").forEach((field) => { field.value = seen; });
  }

  // What is held: a countdown, and a look whether it went
  const leaves = new WeakMap();

  function countDown() {
    page.querySelectorAll("[data-leaves-in]").forEach((one) => {
      if (!leaves.has(one)) leaves.set(one, performance.now() + 1000 * Number(one.dataset.leavesIn));
      const left = (leaves.get(one) - performance.now()) / 1000;
      if (one.dataset.soon) one.textContent = left > 0 ? one.dataset.soon.replace("%(seconds)s", Math.ceil(left)) : one.dataset.now;
      if (left < -1) refresh(); // it went, or goes any moment
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    page = document.getElementById("case-page");
    latest = seen = Number(page.dataset.seen);
    refresh = live.whileSeen(live.seldom(fetchParts));
    socket.on("changed", ({ what, code }) => { if (what === "case" && code === page.dataset.case) refresh(); });
    // What happened before one could be told: looked for once the server has answered, which then has heard what we watch.
    let isNew = false;
    socket.on("up", () => { isNew = true; queueMicrotask(() => socket.send("ping")); });
    socket.on("pong", () => { if (isNew) { isNew = false; refresh(); } });
    setInterval(() => { if (!socket.isUp) refresh(); }, live.ASK_EVERY);
    page.addEventListener("click", (event) => {
      const line = event.target.closest("#desk-news");
      if (line) { isSeen(line); tellVersion(); } // faster than the observer
    });
    page.addEventListener("focusout", (event) => {
      const stale = event.target.closest("[data-stale]");
      if (stale) { delete stale.dataset.stale; refresh(); }
    });
    countDown();
    setInterval(countDown, 250);
  });
})();
