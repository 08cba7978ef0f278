// The command palette (Ctrl+K or Cmd+K): what can be done here, where one can go, and what the server finds for the words typed.
window.desk = window.desk || {};
window.desk.palette = (function () {
  "use strict";

  const WAIT = 180, RECENT = 8; // milliseconds after the last letter; cases remembered by their codes
  let dialog, text, list, said, places = [], found = [], chosen = 0, asked = 0, timer = 0;

  // "Duyệt đơn" and "duyet don" are the same here.
  const plain = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
  const filled = (words, number) => words.replace("%(number)s", number);
  const isShown = (element) => element.getClientRects().length > 0 || element.closest("details");

  const key = () => `desk.recent.${dialog.dataset.person}`;
  const recent = () => (localStorage.getItem(key()) || "").split(",").filter(Boolean);

  function remember() {
    const page = document.querySelector("[data-case]");
    if (!page) return;
    const codes = [page.dataset.case, ...recent().filter((code) => code !== page.dataset.case)];
    localStorage.setItem(key(), codes.slice(0, RECENT).join(","));
  }

  function labelOf(element) {
    const copy = element.cloneNode(true);
    copy.querySelectorAll(".material-symbols-outlined, kbd").forEach((part) => part.remove());
    return copy.textContent.trim();
  }

  const press = (element, icon) => ({ title: labelOf(element), icon, act: () => element.click() });

  // What the page itself offers: it has the buttons that are allowed now, and only those.
  function here() {
    const groups = [];
    if (document.querySelector("[data-case]")) {
      const steps = [...document.querySelectorAll(".desk-actions [data-action]")].filter(isShown);
      const tabs = [...document.querySelectorAll("[data-composer] [role=tab]")];
      const items = [...steps.map((one) => press(one, "bolt")), ...tabs.map((one) => press(one, "edit"))];
      const copy = document.querySelector("[data-copy]");
      if (copy) items.push({ title: dialog.dataset.copy, detail: copy.dataset.copy, icon: "content_copy", act: () => copy.click() });
      groups.push({ label: dialog.dataset.thisCase, items });
    }
    const bulk = [...document.querySelectorAll("#desk-bulk [data-bulk]")].filter(isShown);
    if (bulk.length) groups.push({ label: dialog.dataset.chosen, items: bulk.map((one) => press(one, "checklist")) });
    return groups;
  }

  const help = () => ({
    label: dialog.dataset.help,
    items: [{ title: dialog.dataset.keys, icon: "keyboard", act: () => window.desk.keys.show() }],
  });

  function matching(groups, words) {
    const parts = plain(words).split(/\s+/).filter(Boolean);
    const fits = (item) => parts.every((part) => plain(`${item.title} ${item.detail || ""}`).includes(part));
    return groups.map((group) => ({ ...group, items: group.items.filter(fits) })).filter((group) => group.items.length);
  }

  function make(tag, attributes, content) {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.append(...[content].flat().filter((part) => part !== undefined));
    return element;
  }

  function option(item, number) {
    const icon = make("span", { class: "material-symbols-outlined", "aria-hidden": "true" }, item.icon || "arrow_forward");
    const title = make("span", { class: "desk-palette-title" }, item.title);
    const flag = item.flag ? make("span", { class: "desk-pill is-bad desk-flag" }, item.flag) : undefined;
    const detail = make("span", { class: "desk-palette-detail" }, item.detail || "");
    const row = make("div", { role: "option", id: `desk-palette-${number}`, "aria-selected": "false" }, [icon, title, flag, detail]);
    row.item = item;
    return row;
  }

  const options = () => [...list.querySelectorAll("[role=option]")];

  function choose(number) {
    const all = options();
    chosen = all.length ? (number + all.length) % all.length : 0;
    all.forEach((row, index) => row.setAttribute("aria-selected", String(index === chosen)));
    if (all.length) {
      text.setAttribute("aria-activedescendant", all[chosen].id);
      all[chosen].scrollIntoView({ block: "nearest" });
    } else {
      text.removeAttribute("aria-activedescendant");
    }
  }

  function draw(isWaiting) {
    const words = text.value.trim();
    const groups = words
      ? [...matching(here(), words), ...found, ...matching([...places, help()], words)]
      : [...here(), ...places, help()];
    let number = 0;
    list.replaceChildren(...groups.map((group, index) => make("div", { role: "group", "aria-labelledby": `desk-palette-group-${index}` }, [
      make("div", { class: "desk-palette-group", id: `desk-palette-group-${index}`, role: "presentation" }, group.label),
      ...group.items.map((item) => option(item, number++)),
    ])));
    choose(0);
    list.scrollTop = 0;
    if (!isWaiting) said.textContent = number ? (words ? filled(dialog.dataset.count, number) : "") : dialog.dataset.none;
  }

  async function fetched(query) {
    const answer = await fetch(`${dialog.dataset.address}?${new URLSearchParams(query)}`, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return (await answer.json()).groups;
  }

  async function askWords() {
    const number = ++asked; // only the answer to the last question is shown
    try {
      const groups = await fetched({ q: text.value.trim() });
      if (number !== asked) return;
      found = groups;
      draw(false);
    } catch {
      if (number === asked) said.textContent = dialog.dataset.failed;
    }
  }

  async function askPlaces() {
    try {
      places = await fetched({ recent: recent().join(",") });
      draw(Boolean(text.value.trim()));
    } catch {
      said.textContent = dialog.dataset.failed;
    }
  }

  function typed() {
    clearTimeout(timer);
    asked += 1; // what was asked before is no longer wanted
    const words = text.value.trim();
    if (!words) found = [];
    draw(Boolean(words));
    if (words) timer = setTimeout(askWords, WAIT);
  }

  function take(row, elsewhere) {
    if (!row) return;
    const { item } = row;
    if (item.url && elsewhere) { window.open(item.url, "_blank", "noopener"); return; }
    dialog.close();
    if (item.url) window.location = item.url;
    else item.act();
  }

  function onKey(event) {
    if (event.isComposing) return;
    const move = { ArrowDown: chosen + 1, ArrowUp: chosen - 1, PageDown: Math.min(chosen + 8, options().length - 1), PageUp: Math.max(chosen - 8, 0) }[event.key];
    if (move !== undefined) { event.preventDefault(); choose(move); }
    if (event.key === "Enter") {
      event.preventDefault();
      take(options()[chosen], event.ctrlKey || event.metaKey);
    }
  }

  function open() {
    if (!dialog || dialog.open) return;
    document.querySelectorAll("dialog[open]").forEach((other) => other.close());
    text.value = "";
    found = [];
    dialog.showModal();
    text.focus();
    draw(true);
    askPlaces();
  }

  document.addEventListener("DOMContentLoaded", () => {
    dialog = document.getElementById("desk-palette");
    if (!dialog) return;
    text = document.getElementById("desk-palette-text");
    list = document.getElementById("desk-palette-list");
    said = document.getElementById("desk-palette-said");
    remember();
    text.addEventListener("input", typed);
    text.addEventListener("keydown", onKey);
    list.addEventListener("click", (event) => take(event.target.closest("[role=option]"), event.ctrlKey || event.metaKey));
    list.addEventListener("mousemove", (event) => {
      const row = event.target.closest("[role=option]");
      if (row && row.getAttribute("aria-selected") !== "true") choose(options().indexOf(row));
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close-palette]")) dialog.close();
    });
    document.addEventListener("click", (event) => { if (event.target.closest("[data-open-palette]")) open(); });
    document.addEventListener("keydown", (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        if (dialog.open) dialog.close();
        else open();
      }
    });
  });
  return { open };
})();
