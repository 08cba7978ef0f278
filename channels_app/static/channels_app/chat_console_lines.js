// What was said, in the order of its ids, each once. Nothing of it is ever taken for markup.
(function () {
  "use strict";

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  class ChatLines {
    // `list` is the log; `page` the console's data: words and addresses.
    constructor(list, page) {
      this.list = list;
      this.page = page;
      this.lines = new Map();  // id → line
      this.last = 0;
      this.visitorRead = 0;
      this.keepsEnd = true; // what is shown last stays in sight, until somebody scrolls up
      this.top = 0;
      list.addEventListener("scroll", () => this.scrolled());
      list.addEventListener("load", () => this.keepEnd(), true); // a picture gets its height after its line
      new ResizeObserver(() => this.keepEnd()).observe(list);
    }

    scrolled() {
      const isUp = this.list.scrollTop < this.top;
      this.top = this.list.scrollTop;
      this.keepsEnd = this.isAtEnd() || (this.keepsEnd && !isUp);
    }

    // Returns those that were new.
    add(lines) {
      const fresh = lines.filter((line) => !this.lines.has(line.id));
      for (const line of fresh) {
        this.lines.set(line.id, line);
        this.place(this.shown(line), line.id);
        this.last = Math.max(this.last, line.id);
      }
      if (fresh.length) this.markSeen();
      this.keepEnd();
      return fresh;
    }

    // The same line with more to show.
    replace(line) {
      this.lines.set(line.id, line);
      const row = this.shown(line);
      row.dataset.id = line.id;
      this.list.querySelector(`[data-id="${line.id}"]`).replaceWith(row);
      this.markSeen();
      this.keepEnd();
    }

    // What was written here and has not come back yet; always last.
    showUnsent(items) {
      this.list.querySelectorAll(".is-unsent").forEach((old) => old.remove());
      for (const item of items) {
        const row = this.bubble({ from: item.kind === "note" ? "note" : "agent", body: item.body, answer: item.kind === "answer" });
        row.classList.add("is-unsent");
        row.append(element("small", "chat-mark", item.waits ? this.page.words.not_sent : this.page.words.sending));
        this.list.append(row);
      }
      this.keepEnd();
    }

    setVisitorRead(id) {
      this.visitorRead = Math.max(this.visitorRead, id);
      this.markSeen();
    }

    toEnd() {
      this.keepsEnd = true;
      this.keepEnd();
    }

    keepEnd() {
      if (this.keepsEnd) this.list.scrollTop = this.list.scrollHeight;
    }

    isAtEnd() {
      return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 60;
    }

    place(row, id) {
      row.dataset.id = id;
      const after = [...this.list.children].find((other) => !other.dataset.id || Number(other.dataset.id) > id);
      this.list.insertBefore(row, after || null);
    }

    shown(line) {
      const row = this.bubble(line);
      const when = element("time", "", this.page.time(line.at));
      when.dateTime = line.at;
      when.title = this.page.dayAndTime(line.at);
      row.firstChild.append(when);
      return row;
    }

    bubble(line) {
      const { words } = this.page;
      const row = element("div", `chat-line is-${line.from}${line.answer ? " is-answer" : ""}`);
      const head = element("header");
      const kind = line.from === "note" ? words.note : line.answer ? words.official : line.from === "automatic" ? words.automatic : "";
      if (line.name) head.append(element("b", "", line.name));
      if (kind) head.append(element("span", "desk-quiet", kind));
      row.append(head);
      const files = line.files || [];
      if (!files.length || files[0].name !== line.body) row.append(element("div", "desk-text", line.body));
      for (const file of files) row.append(this.file(file));
      return row;
    }

    file(file) {
      const box = element("div", "chat-file");
      if (file.refused) {
        box.append(element("span", "", file.name), " ", element("span", "desk-bad", `${this.page.words.not_taken} ${file.refused}`));
        return box;
      }
      if (file.item && file.picture === "ready") {
        const picture = element("img");
        picture.src = this.page.picture(file.item);
        picture.alt = this.page.words.picture.replace("%(name)s", file.name);
        const link = element("a");
        link.href = picture.src;
        link.target = "_blank";
        link.append(picture);
        box.append(link);
      }
      if (file.item) {
        const link = element("a", "", file.name);
        link.href = this.page.file(file.item);
        link.download = file.name;
        box.append(link);
      } else box.append(element("span", "", file.name));
      if (file.closed) box.append(" ", element("span", "desk-bad", file.closed));
      return box;
    }

    // Under the last of our words that the visitor has seen.
    markSeen() {
      this.list.querySelector(".is-seen")?.remove();
      const seen = [...this.lines.values()].filter((line) => line.from === "agent" && line.id <= this.visitorRead);
      if (!seen.length) return;
      const last = Math.max(...seen.map((line) => line.id));
      this.list.querySelector(`[data-id="${last}"]`)?.append(element("small", "chat-mark is-seen", `✓ ${this.page.words.seen}`));
    }
  }

  window.ChatLines = ChatLines;
})();
