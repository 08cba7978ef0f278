// A bulk step in small portions, so that one sees how far it is and no request takes long. Without it the form is sent whole.
(function () {
  "use strict";

  const form = document.getElementById("bulk-form");
  if (!form) return;
  const fields = document.getElementById("bulk-fields");
  const card = document.getElementById("bulk-card");
  const result = document.getElementById("bulk-result");
  const said = document.getElementById("bulk-said");
  const status = said.querySelector("[role=status]");
  const rows = document.getElementById("bulk-rows");
  const again = document.getElementById("bulk-again");
  const broken = document.getElementById("bulk-broken");
  const progress = result.querySelector("progress");
  let isStopped = false, isRunning = false;

  const chosen = () => [...form.querySelectorAll("input[name=case]")];
  const filled = (text, values) => text.replace(/%\((\w+)\)s/g, (_all, name) => values[name]);
  const refusedRows = () => [...rows.querySelectorAll("tr:not([data-done])")];

  function choose(values) {
    chosen().forEach((input) => input.remove());
    values.forEach((value) => {
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "case", value });
      form.append(input);
    });
  }

  async function send(portion) {
    const data = new FormData(form);
    data.delete("case");
    portion.forEach((value) => data.append("case", value));
    data.set("run", "1");
    return fetch("?fragment=1", { method: "POST", body: data, credentials: "same-origin", redirect: "error" });
  }

  function askAgain(text) {
    fields.innerHTML = text;
    result.hidden = true;
    card.hidden = false;
    const wrong = fields.querySelector(".is-wrong :is(select, textarea, input)");
    if (wrong) wrong.focus();
  }

  // Portion after portion. Gives the cases of which nothing is known because the connection broke, and those not tried.
  async function run(values, portionSize) {
    let tried = 0;
    while (tried < values.length && !isStopped) {
      const portion = values.slice(tried, tried + portionSize);
      let answer = null;
      try { answer = await send(portion); } catch { /* the connection broke: said below */ }
      if (answer && answer.status === 422) { askAgain(await answer.text()); return null; }
      if (!answer || !answer.ok) return { unknown: portion, left: values.slice(tried + portion.length) };
      rows.insertAdjacentHTML("beforeend", await answer.text());
      tried += portion.length;
      progress.value = tried;
      status.textContent = filled(said.dataset.running, { tried, all: values.length });
    }
    return { unknown: [], left: values.slice(tried) };
  }

  function finish({ unknown, left }) {
    const refused = refusedRows();
    rows.prepend(...refused); // what needs somebody stands first
    const done = rows.children.length - refused.length;
    status.textContent = filled(left.length + unknown.length ? said.dataset.stopped : said.dataset.finished,
      { done, refused: refused.length, left: left.length + unknown.length });
    broken.hidden = !unknown.length;
    if (unknown.length) broken.textContent = filled(said.dataset.broken, { unknown: unknown.length });
    // What was not tried, or is not known, is tried with the version it was chosen at: nothing happens twice.
    choose([...unknown, ...left, ...refused.map((row) => row.dataset.value)]);
    again.hidden = !chosen().length;
    said.focus();
  }

  async function start(event) {
    event.preventDefault();
    if (isRunning) return;
    isRunning = true;
    isStopped = false;
    refusedRows().forEach((row) => row.remove());
    const values = chosen().map((input) => input.value);
    status.textContent = filled(said.dataset.running, { tried: 0, all: values.length });
    progress.max = values.length;
    progress.value = 0;
    progress.parentElement.hidden = false;
    again.hidden = broken.hidden = card.hidden = true;
    result.hidden = false;
    const how = await run(values, Number(form.dataset.portion));
    isRunning = false;
    progress.parentElement.hidden = true;
    if (how) finish(how);
  }

  form.addEventListener("submit", start);
  document.getElementById("bulk-stop").addEventListener("click", () => { isStopped = true; });
  again.addEventListener("submit", (event) => {
    event.preventDefault();
    card.hidden = false;
    card.querySelector(".desk-chosen").hidden = true;
    (fields.querySelector("select, textarea, input") || form.querySelector("[name=run]")).focus();
  });
  window.addEventListener("beforeunload", (event) => {
    if (isRunning) event.preventDefault();
  });
})();
