// Open pages stay true: queues, the overview, the bell and ringing telephones change without a reload. A push only says
// that something changed; what, is fetched. While the socket is down the pages ask now and then by themselves.
window.desk.live = (function () {
  "use strict";

  const ASK_EVERY = 30_000, AT_MOST_EVERY = 2000, JITTER = 500, MARKED_FOR = 2500;
  const socket = window.desk.socket;

  // fn, at most every so many ms however often it is asked for; never twice at once.
  function seldom(fn, every = AT_MOST_EVERY) {
    let timer = 0, last = -every, running = false, again = false;
    const run = async () => {
      timer = 0;
      running = true;
      try { await fn(); } catch (error) { console.info(error); } // the network is away: the next push or poll asks again
      running = false;
      last = performance.now();
      if (again) { again = false; ask(); }
    };
    const ask = () => {
      if (running) again = true;
      else if (!timer) timer = setTimeout(run, Math.max(0, last + every - performance.now()) + Math.random() * JITTER);
    };
    return ask;
  }

  // Only while somebody looks; what came meanwhile is fetched when they come back.
  function whileSeen(ask) {
    let missed = false;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && missed) { missed = false; ask(); }
    });
    return () => { if (document.hidden) missed = true; else ask(); };
  }

  const saying = () => document.getElementById("desk-said");

  function say(text) {
    if (text && saying() && saying().textContent !== text) saying().textContent = text;
  }

  function signedOut() {
    const line = saying();
    line.className = "desk-signed-out";
    line.textContent = line.dataset.signedOut;
  }

  // null where there is nothing to show: signed out, or refused.
  async function get(address) {
    const answer = await fetch(address, { credentials: "same-origin" });
    if (answer.redirected) { signedOut(); return null; }
    return answer.ok ? answer : null;
  }

  async function page(address) {
    const answer = await get(address);
    return answer && new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  // Puts `fresh` in the place of `old`, and the focus back on the same thing.
  function replace(old, fresh) {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    if (focused) focusLike(fresh, focused);
  }

  function focusLike(root, focused) {
    const same = (name) => focused.getAttribute(name) && `${focused.localName}[${name}="${CSS.escape(focused.getAttribute(name))}"]`;
    const selector = ["id", "data-action", "href", "value"].map(same).find(Boolean);
    const found = selector && root.querySelector(selector);
    if (found) found.focus({ preventScroll: true });
  }

  const mark = (element) => {
    element.classList.add("is-changed");
    setTimeout(() => element.classList.remove("is-changed"), MARKED_FOR);
  };

  // The list

  let pressed = false;
  document.addEventListener("pointerdown", () => { pressed = true; });
  document.addEventListener("pointerup", () => { pressed = false; });
  document.addEventListener("pointercancel", () => { pressed = false; });

  function isBeingSelected(table) {
    const selection = getSelection();
    return pressed || (String(selection) && table.contains(selection.anchorNode));
  }

  async function list() {
    const rows = document.getElementById("desk-rows");
    if (isBeingSelected(rows)) { setTimeout(window.desk.live.lists, AT_MOST_EVERY); return; }
    const address = new URL(location.href);
    address.searchParams.set("fragment", "rows");
    const came = await page(address);
    if (!came || !came.getElementById("desk-rows")) return;
    const current = () => (document.querySelector("#desk-queues [aria-current]") || {}).innerText;
    const before = current();
    for (const id of ["desk-queues", "desk-empty", "desk-unread"]) {
      const [old, fresh] = [document.getElementById(id), came.getElementById(id)];
      if (old && fresh && old.outerHTML !== fresh.outerHTML) replace(old, fresh);
    }
    if (current() !== before) say(current());
    mergeRows(rows, came.getElementById("desk-rows"));
    document.getElementById("result_list").hidden = !rows.children.length;
  }

  function mergeRows(rows, fresh) {
    const focused = rows.contains(document.activeElement) ? document.activeElement : null;
    const wanted = [...fresh.children].map((row) => {
      const old = document.getElementById(row.id);
      if (old && old.dataset.version === row.dataset.version) return old;
      const box = old && old.querySelector("input[type=checkbox]");
      if (box && box.checked) row.querySelector("input[type=checkbox]").checked = true;
      mark(row);
      if (old) old.replaceWith(row);
      return row;
    });
    [...rows.children].forEach((row) => wanted.includes(row) || row.remove());
    wanted.forEach((row, place) => rows.children[place] === row || rows.insertBefore(row, rows.children[place] || null));
    if (focused && document.activeElement !== focused) focusLike(rows, focused);
  }

  // The overview

  async function overview() {
    const came = await page(location.href);
    const fresh = came && came.querySelector("#content .desk-page");
    const old = document.querySelector("#content .desk-page");
    if (!fresh || !old) return;
    const told = fresh.querySelector(".desk-notices");
    if (told && told.innerHTML !== old.querySelector(".desk-notices").innerHTML) say(told.firstElementChild.innerText);
    replace(old, fresh);
  }

  // The bell, and telephones

  async function me() {
    const answer = await get(document.getElementById("desk-live").dataset.me);
    if (!answer) return;
    const { unread, calls } = await answer.json();
    const bell = document.getElementById("desk-unread");
    if (bell) { bell.textContent = unread; bell.hidden = !unread; }
    showCalls(calls);
  }

  const put = (parent, name, className, text) => {
    const element = parent.appendChild(document.createElement(name));
    element.className = className;
    if (text) element.textContent = text;
    return element;
  };

  function showCalls(calls) {
    const pops = document.getElementById("desk-pops");
    [...pops.children].forEach((pop) => calls.some((call) => pop.dataset.call === String(call.id)) || pop.remove());
    calls.forEach((call) => {
      const closed = `desk-call-${call.id}`;
      if (sessionStorage.getItem(closed) || pops.querySelector(`[data-call="${call.id}"]`)) return;
      const pop = put(pops, "section", "desk-pop");
      pop.dataset.call = call.id;
      pop.setAttribute("role", "alert");
      put(pop, "span", "material-symbols-outlined desk-pop-icon", "ring_volume").setAttribute("aria-hidden", "true");
      const words = put(pop, "div", "desk-grow");
      put(words, "div", "desk-quiet", call.title);
      put(words, "b", "desk-pop-number", call.number);
      put(words, "div", "", call.customer);
      const doing = put(words, "div", "desk-pop-doing");
      put(doing, "a", "desk-button is-first", call.open).href = call.url;
      put(doing, "button", "desk-button", call.close).addEventListener("click", () => {
        sessionStorage.setItem(closed, "1");
        pop.remove();
      });
    });
  }

  const nothing = () => {};
  const live = { seldom, whileSeen, say, page, signedOut, focusLike, mark, ASK_EVERY, lists: nothing };

  document.addEventListener("DOMContentLoaded", () => {
    if (!document.getElementById("desk-live")) return;
    const askMe = seldom(me);
    if (document.getElementById("desk-rows")) live.lists = whileSeen(seldom(list));
    else if (document.querySelector(".desk-cards")) live.lists = whileSeen(seldom(overview, 2 * AT_MOST_EVERY));
    let wasDown = false;
    askMe();
    socket.on("changed", ({ what }) => {
      if (what === "desk") live.lists();
      if (what === "me") { askMe(); if (document.querySelector(".desk-cards")) live.lists(); }
    });
    socket.on("down", () => { wasDown = true; });
    socket.on("up", () => { if (wasDown) { askMe(); live.lists(); } });
    setInterval(() => { if (!socket.isUp) { askMe(); live.lists(); } }, ASK_EVERY);
  });
  return live;
})();
