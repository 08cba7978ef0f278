// Reply templates: chosen from the select beside a text, or while one writes it: "/" at the start of a word lists those that
// fit (by shortcut or title, accents or not); arrow keys, then Tab or Enter; Escape closes.
(function () {
  "use strict";

  const TYPED = /(?:^|\s)\/([^\s/]*)$/, SHOWN = 8;
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replaceAll("đ", "d");
  const made = new WeakMap(); // textarea → its DeskReplies
  let numbers = 0;

  class DeskReplies {
    // For a textarea whose `data-templates` names the list; `known` are the templates: {id, shortcut, title, text}.
    constructor(area, known = []) {
      Object.assign(this, { area, known, found: [], chosen: 0, isOff: false });
      const list = this.list = document.createElement("ul");
      list.id = `desk-reply-list-${++numbers}`;
      list.className = "desk-replies";
      list.hidden = true;
      list.setAttribute("role", "listbox");
      list.setAttribute("aria-label", area.dataset.templates);
      area.before(list);
      area.setAttribute("aria-autocomplete", "list");
      area.setAttribute("aria-controls", list.id);
      area.addEventListener("input", () => this.look());
      area.addEventListener("keydown", (event) => this.key(event));
      area.addEventListener("blur", () => this.close());
      list.addEventListener("mousedown", (event) => {
        event.preventDefault(); // the text keeps the focus
        const option = event.target.closest("li");
        if (option) this.insert(this.found[[...list.children].indexOf(option)]);
      });
      made.set(area, this);
    }

    typed() {
      const found = this.area.value.slice(0, this.area.selectionStart).match(TYPED);
      return found && found[1];
    }

    look() {
      const typed = this.isOff ? null : this.typed();
      this.found = typed === null ? [] : this.fitting(plain(typed));
      this.list.replaceChildren(...this.found.map((reply, index) => this.option(reply, index)));
      this.list.hidden = !this.found.length;
      this.choose(0);
    }

    fitting(typed) {
      const begins = (reply) => plain(reply.shortcut).startsWith(typed);
      const others = this.known.filter((reply) => !begins(reply) && plain(`${reply.shortcut} ${reply.title}`).includes(typed));
      return [...this.known.filter(begins), ...others].slice(0, SHOWN);
    }

    option(reply, index) {
      const option = document.createElement("li"), name = document.createElement("b");
      option.id = `${this.list.id}-${index}`;
      option.setAttribute("role", "option");
      name.textContent = `/${reply.shortcut}`;
      option.append(name, ` ${reply.title}`);
      return option;
    }

    choose(index) {
      this.chosen = index;
      [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === index)));
      if (this.list.hidden) this.area.removeAttribute("aria-activedescendant");
      else {
        this.area.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
        this.list.children[index].scrollIntoView({ block: "nearest" });
      }
    }

    close() {
      this.list.hidden = true;
      this.choose(0);
    }

    key(event) {
      if (this.list.hidden || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) this.choose((this.chosen + step + this.found.length) % this.found.length);
      else if (event.key === "Escape") this.close();
      else if (event.key === "Tab" || event.key === "Enter") this.insert(this.found[this.chosen]);
      else return;
      event.preventDefault();
      event.stopImmediatePropagation(); // it was for the list
    }

    // In the place of what was typed to find it, or of what is marked.
    insert(reply) {
      const { area } = this, typed = this.list.hidden ? null : this.typed();
      const from = typed === null ? area.selectionStart : area.selectionStart - typed.length - 1;
      area.setRangeText(reply.text, from, area.selectionEnd, "end");
      area.focus();
      area.dispatchEvent(new Event("input", { bubbles: true }));
      this.close();
    }
  }

  function of(area) {
    if (made.has(area)) return made.get(area);
    const list = (area.closest("dialog, [data-composer]") || document).querySelector("#desk-replies, #desk-form-replies");
    return new DeskReplies(area, list ? JSON.parse(list.textContent) : []);
  }

  document.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea[data-templates]")) of(event.target);
  });
  document.addEventListener("change", (event) => {
    const select = event.target.closest("select[data-insert]"), area = select && document.getElementById(select.dataset.insert);
    const replies = area && of(area), reply = replies && replies.known.find((one) => String(one.id) === select.value);
    if (reply) replies.insert(reply);
    if (select) select.value = "";
  });
  window.DeskReplies = DeskReplies;
})();
