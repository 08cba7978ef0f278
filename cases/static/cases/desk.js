// The desk's small helpers. Everything works without them: links lead to form pages, forms are sent as forms.
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

  function copyCode() {
    document.querySelectorAll("[data-copy]").forEach((button) => button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("is-copied");
      button.dataset.note = button.dataset.copied;
      setTimeout(() => button.classList.remove("is-copied"), 1500);
    }));
  }

  function sendOnce(root) {
    root.querySelectorAll("form[data-once]").forEach((form) => form.addEventListener("submit", (event) => {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
    }));
    // Coming back by the browser's back button, the form may be sent again; the server sees whether the case has changed.
    window.addEventListener("pageshow", () => root.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent));
  }

  function replies(root) {
    const list = root.querySelector("#desk-replies, #desk-form-replies");
    const known = list ? JSON.parse(list.textContent) : [];
    const insert = (area, text, from, to) => {
      area.setRangeText(text, from, to, "end");
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
    };
    root.querySelectorAll("select[data-insert]").forEach((select) => select.addEventListener("change", () => {
      const reply = known.find((one) => String(one.id) === select.value);
      const area = document.getElementById(select.dataset.insert);
      if (reply && area) insert(area, reply.text, area.selectionStart, area.selectionEnd);
      select.value = "";
    }));
    root.querySelectorAll("textarea[data-templates]").forEach((area) => area.addEventListener("keydown", (event) => {
      if (event.key !== "Tab" && event.key !== "Enter") return;
      const before = area.value.slice(0, area.selectionStart);
      const typed = before.match(/(?:^|\s)\/([\w-]+)$/);
      const reply = typed && known.find((one) => one.shortcut === typed[1]);
      if (!reply) return;
      event.preventDefault();
      insert(area, reply.text, before.length - typed[1].length - 1, before.length);
    }));
  }

  function composer() {
    const box = document.querySelector("[data-composer]");
    if (!box) return;
    const tabs = [...box.querySelectorAll("[role=tab]")];
    const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
    const show = (tab, focus) => {
      tabs.forEach((other) => {
        other.setAttribute("aria-selected", String(other === tab));
        other.tabIndex = other === tab ? 0 : -1;
        panelOf(other).hidden = other !== tab;
      });
      if (focus) {
        box.scrollIntoView({ block: "nearest" });
        (panelOf(tab).querySelector("textarea") || panelOf(tab).querySelector(".is-first")).focus();
      }
    };
    box.querySelector("[role=tablist]").hidden = false;
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => show(tab, true));
      tab.addEventListener("keydown", (event) => {
        const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!move) return;
        const next = tabs[(index + move + tabs.length) % tabs.length];
        show(next, false);
        next.focus();
      });
    });
    show(tabs[0], false);
  }

  function dialogs() {
    const dialog = document.getElementById("desk-dialog");
    if (!dialog) return;
    document.querySelectorAll("a[data-dialog]").forEach((link) => link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const answer = await fetch(link.href + "?fragment=1", { credentials: "same-origin" });
      if (!answer.ok || answer.redirected) { window.location = link.href; return; }
      dialog.innerHTML = await answer.text();
      sendOnce(dialog);
      dialog.querySelectorAll("[data-close]").forEach((close) => close.addEventListener("click", (closing) => {
        closing.preventDefault();
        dialog.close();
        link.focus();
      }));
      dialog.showModal();
      const first = dialog.querySelector("select, textarea, input:not([type=hidden])");
      if (first) first.focus();
    }));
  }

  document.addEventListener("DOMContentLoaded", () => {
    tickClocks();
    copyCode();
    sendOnce(document);
    replies(document);
    dialogs();
    composer();
  });
})();
