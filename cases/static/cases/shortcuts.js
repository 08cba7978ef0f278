// Single keys: `g` and a letter goes somewhere, j, k and x walk and choose in lists, letters on a case press its buttons.
// Never while somebody types, never with Ctrl, Alt or the like, and not at all for whoever turned them off.
window.desk = window.desk || {};
window.desk.keys = (function () {
  "use strict";

  const WAITS = 1500; // milliseconds between `g` and its letter
  let table = { go: {}, steps: {} }, person = "", goingUntil = 0;

  const isOn = () => localStorage.getItem(`desk.keys.${person}`) !== "off";
  const setOn = (on) => localStorage.setItem(`desk.keys.${person}`, on ? "on" : "off");
  const isShown = (element) => element && element.getClientRects().length > 0;

  function isTyping(element) {
    if (!element || !element.closest) return false;
    if (element.isContentEditable || element.closest("textarea, select, [role=textbox], [role=combobox]")) return true;
    return element.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
  }

  function show() {
    const dialog = document.getElementById("desk-keys");
    if (!dialog || dialog.open) return;
    document.querySelectorAll("dialog[open]").forEach((other) => other.close());
    document.getElementById("desk-keys-on").checked = isOn();
    dialog.showModal();
  }

  const rows = () => {
    const own = [...document.querySelectorAll(".desk-row")];
    const any = own.length ? own : [...document.querySelectorAll("#result_list tbody tr, .desk-rows li, .desk-notices li")];
    return any.filter((row) => isShown(row) && linkIn(row));
  };
  const linkIn = (row) => row.querySelector(".desk-code") || row.querySelector("th a, a");
  const rowOf = (element) => rows().find((row) => row.contains(element));

  function walk(by) {
    const all = rows();
    const here = all.indexOf(rowOf(document.activeElement));
    const row = all[here < 0 ? (by > 0 ? 0 : all.length - 1) : here + by];
    if (!row) return false;
    linkIn(row).focus();
    row.scrollIntoView({ block: "nearest" });
    return true;
  }

  function choose() {
    const row = rowOf(document.activeElement);
    const box = row && row.querySelector(".desk-choose");
    if (box) box.click();
    return Boolean(box);
  }

  function search() {
    const box = document.getElementById("searchbar");
    if (isShown(box)) { box.focus(); box.select(); } else if (window.desk.palette) window.desk.palette.open();
    return true;
  }

  function press(selector) {
    const button = [...document.querySelectorAll(selector)].find((one) => isShown(one) || one.closest("details"));
    if (button) button.click();
    return Boolean(button);
  }

  // What carries a key of its own: a field is gone to, anything else is pressed.
  function use(key) {
    const one = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);
    if (!one) return false;
    one.focus();
    if (!isTyping(one)) one.click();
    return true;
  }

  const onCase = (key) =>
    (key === "." && press("[data-copy]")) ||
    (table.steps[key] || []).some((name) => press(`[data-action="${name}"]`));

  function act(key) {
    if (Date.now() < goingUntil) {
      goingUntil = 0;
      if (table.go[key]) { window.location = table.go[key]; return true; }
      return false;
    }
    if (key === "?") { show(); return true; }
    if (key === "/") return search();
    if (key === "g") { goingUntil = Date.now() + WAITS; return true; }
    if (use(key)) return true;
    if (document.querySelector("[data-case]")) return onCase(key);
    if (key === "j" || key === "k") return walk(key === "j" ? 1 : -1);
    return key === "x" && choose();
  }

  function onKey(event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && event.target.form) {
      event.target.form.requestSubmit();
      return;
    }
    if (event.defaultPrevented || event.repeat && !"jk".includes(event.key)) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key.length !== 1) return;
    if (!isOn() || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (act(event.key)) event.preventDefault();
  }

  function tellAssistants() {
    document.querySelectorAll("[data-key]").forEach((one) => one.setAttribute("aria-keyshortcuts", one.dataset.key));
    Object.entries(table.steps).forEach(([key, names]) => names.forEach((name) => {
      document.querySelectorAll(`[data-action="${name}"]`).forEach((button) => button.setAttribute("aria-keyshortcuts", key));
    }));
  }

  // The theme hides the page until its scripts run, and what is hidden gets no focus by itself.
  function focusFirst() {
    const wanted = document.querySelector("#content [autofocus]");
    if (wanted && document.activeElement === document.body) wanted.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    focusFirst();
    const dialog = document.getElementById("desk-keys");
    if (!dialog) return;
    person = dialog.dataset.person;
    table = JSON.parse(document.getElementById("desk-keys-table").textContent);
    document.getElementById("desk-keys-on").addEventListener("change", (event) => setOn(event.target.checked));
    if (isOn()) tellAssistants();
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", (event) => { if (event.target.closest("[data-open-keys]")) show(); });
  });
  return { show };
})();
