// The list of cases: a row opens by a click anywhere on it, and j and k walk through the rows. Without it the links do.
(function () {
  "use strict";

  const linkIn = (row) => row && row.querySelector(".desk-code");
  const typing = (element) => element.closest("input, textarea, select, [contenteditable], dialog[open]");

  function openOnClick(event) {
    const row = event.target.closest(".desk-row");
    if (!row || event.target.closest("a, input, label, button") || String(getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(linkIn(row).href, "_blank", "noopener");
    else linkIn(row).click();
  }

  function walk(event) {
    const step = { j: 1, k: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const rows = [...document.querySelectorAll(".desk-row")];
    const here = rows.indexOf(document.activeElement.closest(".desk-row"));
    const link = linkIn(rows[here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step]);
    if (!link) return;
    event.preventDefault();
    link.focus();
  }

  document.addEventListener("click", openOnClick);
  document.addEventListener("keydown", walk);
})();
