// Reply templates while one types: "/" and a shortcut, then Tab or Enter; or chosen from the list by arrow keys or a click.
(function () {
  "use strict";

  const TYPED = /(?:^|\s)\/([\w-]*)$/, SHOWN = 8;
  let numbers = 0;

  class ChatReplies {
    constructor(area, list) {
      this.area = area;
      this.list = list;
      this.known = [];
      this.found = [];
      this.chosen = 0;
      list.id = `chat-replies-${++numbers}`;
      area.setAttribute("aria-controls", list.id);
      area.addEventListener("input", () => this.look());
      area.addEventListener("blur", () => setTimeout(() => this.close(), 150));
      list.addEventListener("mousedown", (event) => {
        const option = event.target.closest("li");
        if (!option) return;
        event.preventDefault();
        this.insert(this.found[[...list.children].indexOf(option)]);
      });
    }

    get isOpen() {
      return !this.list.hidden;
    }

    typed() {
      const found = this.area.value.slice(0, this.area.selectionStart).match(TYPED);
      return found ? found[1] : null;
    }

    look() {
      const typed = this.typed();
      const matches = (reply) => reply.shortcut.startsWith(typed) || reply.title.toLowerCase().includes(typed.toLowerCase());
      this.found = typed === null || this.isOff ? [] : this.known.filter(matches).slice(0, SHOWN);
      this.chosen = 0;
      this.list.replaceChildren(...this.found.map((reply, index) => {
        const option = document.createElement("li");
        option.role = "option";
        option.id = `${this.list.id}-${index}`;
        const name = document.createElement("b");
        name.textContent = `/${reply.shortcut}`;
        option.append(name, ` ${reply.title}`);
        return option;
      }));
      this.list.hidden = !this.found.length;
      this.mark();
    }

    mark() {
      [...this.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === this.chosen)));
      if (this.isOpen) this.area.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
      else this.area.removeAttribute("aria-activedescendant");
    }

    close() {
      this.list.hidden = true;
      this.mark();
    }

    // True when the key was for the list.
    key(event) {
      if (!this.isOpen || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return false;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        this.chosen = (this.chosen + step + this.found.length) % this.found.length;
        this.mark();
      } else if (event.key === "Escape") this.close();
      else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) this.insert(this.found[this.chosen]);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    }

    insert(reply) {
      const end = this.area.selectionStart, typed = this.typed();
      this.area.setRangeText(reply.text, typed === null ? end : end - typed.length - 1, end, "end");
      this.close();
      this.area.focus();
      this.area.dispatchEvent(new Event("input", { bubbles: true }));
      this.close();
    }
  }

  window.ChatReplies = ChatReplies;
})();
