// The hotline page: finds while one types, sends by Ctrl+Enter, compares facts in place. Everything but the last works without.
(function () {
  "use strict";

  function findWhileTyping() {
    const input = document.getElementById("number");
    if (input.autofocus) input.focus();
    let timer, asked = 0;
    input.addEventListener("input", () => {
      const carried = document.querySelector('#found [name="number"]');
      if (carried) carried.value = input.value;  // who is quicker than the search loses nothing
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const mine = ++asked;
        const response = await fetch(`${input.form.action}?number=${encodeURIComponent(input.value)}`);
        if (!response.ok || mine !== asked) return;
        const page = new DOMParser().parseFromString(await response.text(), "text/html");
        const name = document.getElementById("id_name")?.value;
        for (const id of ["found", "identity"]) {
          const old = document.getElementById(id), fresh = page.getElementById(id);
          if (old && fresh) old.replaceWith(fresh);
          else if (old) old.remove();
          else if (fresh) document.querySelector(".desk-main").append(fresh);
        }
        if (name) document.getElementById("id_name").value = name;
        compareFacts();
      }, 250);
    });
  }

  function sendByKey() {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) document.getElementById("call-form")?.requestSubmit();
    });
  }

  // Asks before what was typed about a call is left behind.
  function keepWhatIsTyped() {
    const form = document.getElementById("call-form");
    if (!form) return;
    window.addEventListener("beforeunload", (event) => {
      const typed = [...form.querySelectorAll("textarea, input[type=text]")].some((field) => field.value.trim());
      if (typed && !form.dataset.sent) event.preventDefault();
    });
  }

  function compareFacts() {
    const form = document.querySelector("[data-check]");
    if (!form || form.dataset.ready) return;
    form.dataset.ready = "1";
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const whom = form.querySelector("[data-whom]");
      const response = await fetch(whom ? whom.value : form.action, { method: "POST", body: new FormData(form) });
      if (!response.ok) return;
      const { matches, proven } = await response.json();
      form.querySelectorAll("[data-result]").forEach((pill) => {
        const result = matches[pill.dataset.result];
        pill.hidden = result === undefined;
        pill.textContent = result ? form.dataset.match : form.dataset.noMatch;
        pill.className = `desk-pill ${result ? "is-good" : "is-bad"}`;
      });
      const verdict = form.querySelector("[data-verdict]");
      verdict.textContent = proven ? form.dataset.proven : form.dataset.unproven;
      verdict.className = proven ? "desk-good" : "desk-bad";
    });
  }

  document.addEventListener("DOMContentLoaded", () => { findWhileTyping(); sendByKey(); keepWhatIsTyped(); compareFacts(); });
})();
