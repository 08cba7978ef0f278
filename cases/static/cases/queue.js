// The list of cases: a row opens by a click anywhere on it; cases are chosen by their boxes, and stay so when rows are fetched anew.
(function () {
  "use strict";

  const chosen = new Set(); // ids: a row that comes back with another version is chosen still
  const idOf = (box) => box.value.split(".")[0];
  const boxes = () => [...document.querySelectorAll(".desk-choose")];

  function openOnClick(event) {
    const row = event.target.closest(".desk-row");
    if (!row || event.target.closest("a, input, label, button") || String(getSelection())) return;
    const link = row.querySelector(".desk-code");
    if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
    else link.click();
  }

  function say() {
    const bar = document.getElementById("desk-bulk");
    if (!bar) return;
    const count = bar.querySelector(".desk-bulk-count");
    const text = chosen.size ? count.dataset.chosen.replace("%(number)s", chosen.size) : "";
    if (count.textContent !== text) count.textContent = text;
    const all = document.getElementById("desk-choose-all");
    const shown = boxes();
    all.checked = shown.length > 0 && shown.every((box) => box.checked);
    all.indeterminate = !all.checked && shown.some((box) => box.checked);
    document.querySelectorAll(".desk-row").forEach((row) => row.classList.toggle("is-chosen", row.querySelector(".desk-choose").checked));
  }

  function note(box) {
    if (box.checked) chosen.add(idOf(box));
    else chosen.delete(idOf(box));
  }

  // Rows come anew, or the browser brought boxes back with the page: what is chosen and what is checked are made one again.
  function agree() {
    const here = new Set(boxes().map(idOf));
    chosen.forEach((id) => { if (!here.has(id)) chosen.delete(id); });
    boxes().forEach((box) => { box.checked = chosen.has(idOf(box)); });
    say();
  }

  let last = null; // with Shift everything from the last one to this is chosen
  function chooseRange(event) {
    const box = event.target.closest(".desk-choose");
    if (!box) return;
    const all = boxes();
    if (event.shiftKey && last && all.includes(last)) {
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((one, other) => one - other);
      all.slice(from, to + 1).forEach((one) => { one.checked = box.checked; note(one); });
    }
    last = box;
    say();
  }

  function changed(event) {
    if (event.target.id === "desk-choose-all") {
      boxes().forEach((box) => { box.checked = event.target.checked; note(box); });
    } else if (event.target.matches(".desk-choose")) {
      note(event.target);
    } else if (event.target.name !== "all") {
      return;
    }
    say();
  }

  const form = document.getElementById("changelist-form");
  const table = document.getElementById("result_list");
  document.addEventListener("click", openOnClick);
  // On a small screen the queues are one line that scrolls: the chosen one is in sight.
  document.addEventListener("DOMContentLoaded", () => {
    document.querySelector(".desk-queues [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  });
  if (!form || !document.getElementById("desk-bulk")) return;
  document.getElementById("desk-choose-all").hidden = false;
  form.addEventListener("click", chooseRange);
  form.addEventListener("change", changed);
  form.addEventListener("reset", () => setTimeout(() => { chosen.clear(); agree(); }));
  new MutationObserver((changes) => { if (changes.some((change) => [...change.addedNodes].some((node) => node.matches && node.matches("tr, tbody")))) agree(); })
    .observe(table, { childList: true, subtree: true });
  window.addEventListener("pageshow", () => { boxes().forEach(note); say(); });
})();
