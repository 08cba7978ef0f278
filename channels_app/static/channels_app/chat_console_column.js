// One conversation of the console: its lines, who is there, the customer's card, and writing in three ways.
(function () {
  "use strict";

  const TYPING_EVERY = 3_000, TYPING_SHOWN = 5_000, LINE_COMES_WITHIN = 3_000, A_BATCH = 200, PICTURE_AFTER = 2_000, PICTURE_TRIES = 6;
  const isPictureComing = (line) => line.files.some((file) => file.picture === "waiting");
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_whole, name) => values[name] ?? "");

  class ChatColumn extends EventTarget {
    // `console` gives what all columns share: server, socket, words, me, toast(), page data.
    constructor(row, console) {
      super();
      this.console = console;
      this.id = row.id;
      this.name = row.name;
      this.path = `${row.id}/`;
      this.mode = "message";
      this.unread = 0;
      this.shown = null;
      this.told = 0; // by the socket, so many times
      const draft = console.page.draft(row.case);
      this.drafts = new ChatDrafts((kind) => draft.replace("/message/", `/${kind}/`), console.server.token);
      this.root = document.getElementById("chat-column").content.firstElementChild.cloneNode(true);
      this.root.id = `chat-${row.id}`;
      this.root.setAttribute("aria-label", row.name);
      this.find("sure").setAttribute("aria-label", row.name);
      this.find("name").textContent = row.name;
      this.find("code").textContent = row.code;
      this.find("code").href = console.page.casePage(row.case);
      this.find("why-evidence").href = `${console.page.casePage(row.case)}#evidence-title`;
      this.area = this.find("text");
      this.lines = new ChatLines(this.find("lines"), console.page);
      this.replies = new DeskReplies(this.area);
      this.listen();
      this.write(this.mode);
      this.unsent = new ChatUnsent(this.id, console.server, {
        now: () => ({ after: this.console.socket.isUp ? undefined : this.lines.last, told: this.told }),
        took: (answer, item, asked) => this.took(answer, item, asked),
        refused: (item, error) => this.refused(item, error),
        changed: (items) => this.lines.showUnsent(items),
      });
      this.lines.showUnsent(this.unsent.items);
      this.begin();
    }

    find(name) {
      return this.root.querySelector(`[data-${name}]`);
    }

    get isMine() {
      return Boolean(this.shown && this.shown.state.state === "talking" && this.shown.agent_id === this.console.me);
    }

    listen() {
      const on = (name, act) => this.find(name).addEventListener("click", act);
      on("toggle-card", () => this.toggleCard());
      on("close", () => this.dispatchEvent(new Event("close")));
      on("take", () => this.act("take/"));
      on("end", () => this.find("sure").showModal());
      on("no", () => this.find("sure").close());
      on("yes", () => { this.find("sure").close(); this.act("end/"); });
      this.root.querySelectorAll("[data-mode]").forEach((button) => {
        button.addEventListener("click", () => { this.write(button.dataset.mode); this.area.focus(); this.showCardForAnswer(); });
      });
      this.find("write").addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
      this.area.addEventListener("keydown", (event) => this.key(event));
      this.area.addEventListener("input", () => this.typed());
      this.root.addEventListener("focusin", () => this.dispatchEvent(new Event("active")));
      this.find("card").addEventListener("submit", (event) => { event.preventDefault(); this.classify(event.target); });
    }

    async begin() {
      await Promise.all([this.fetch(), this.showCard()]);
      this.lines.toEnd();
      this.follow();
    }

    // Everything after the last line one has, by plain HTTP; lines that also come by the socket are shown once.
    async fetch() {
      const { told } = this;
      try {
        let answer;
        do {
          answer = await this.console.server.get(`${this.path}lines/?after=${this.lines.last}`);
          this.add(answer.lines);
        } while (answer.lines.length === A_BATCH);
        this.showUnlessOlder(answer.shown, told);
      } catch (error) {
        if (!error.isAway) this.lose();
      }
    }

    follow() {
      this.console.socket.send("chat", { id: this.id, after: this.lines.last });
    }

    add(lines) {
      const fresh = this.lines.add(lines);
      this.unsent?.came(fresh);
      const theirs = fresh.filter((line) => line.from === "visitor").length;
      if (theirs) {
        this.find("typing").textContent = "";
        this.dispatchEvent(new CustomEvent("said", { detail: { count: theirs, isFirst: this.shown === null } }));
      }
      for (const line of fresh) if (isPictureComing(line)) this.lookForPicture(line);
      this.markRead();
    }

    // A picture that is being made is asked for now and then, not for ever.
    lookForPicture(line, tries = 1) {
      setTimeout(async () => {
        const { lines } = await this.console.server.get(`${this.path}lines/?after=${line.id - 1}`).catch(() => ({ lines: [] }));
        const now = lines.find((one) => one.id === line.id);
        if (now && !isPictureComing(now)) this.lines.replace(now);
        else if (tries < PICTURE_TRIES) this.lookForPicture(line, tries + 1);
      }, PICTURE_AFTER * tries);
    }

    // Read is what stands in a conversation that is in sight.
    markRead() {
      if (!this.isMine || this.root.hidden || document.hidden || !this.lines.last || this.lines.last === this.read) return;
      this.read = this.lines.last;
      if (!this.console.socket.send("read", { id: this.id, last: this.read })) {
        this.console.server.post(`${this.path}read/`, { last: this.read }).catch(() => {});
      }
    }

    // By the socket, which tells of every change in order.
    tell(shown) {
      this.told += 1;
      this.show(shown);
    }

    // What came by HTTP may be older than what the socket has told since it was asked for, and would then stay.
    showUnlessOlder(shown, told) {
      if (told === this.told) this.show(shown);
    }

    show(shown) {
      const before = this.shown, wasMine = this.isMine, { words } = this.console;
      this.shown = shown;
      this.lines.setVisitorRead(shown.visitor_read);
      this.find("flag").textContent = shown.flag;
      this.find("flag").hidden = !shown.flag;
      const here = this.find("here");
      here.classList.toggle("is-here", shown.is_here);
      here.title = here.lastElementChild.textContent = shown.is_here ? words.here : words.away;
      const clock = this.find("clock");
      if (shown.unanswered_since && this.isMine) Object.assign(clock.dataset, { since: shown.unanswered_since, words: words.unanswered });
      else delete clock.dataset.since;
      clock.textContent = "";
      this.console.tick();
      const text = this.banner();
      const banner = this.find("banner");
      if (banner.textContent !== text) banner.textContent = text;
      banner.hidden = !text;
      this.find("write").hidden = !this.isMine;
      this.find("close").hidden = this.isMine;
      this.find("over").hidden = shown.state.state !== "waiting";
      this.root.classList.toggle("is-over", !this.isMine);
      if (wasMine && !this.isMine && shown.state.state !== "ended" && !this.gaveAway) {
        this.console.toast(fill(words.taken_back, { name: this.name }));
      }
      if (this.isMine) this.gaveAway = false;
      if (this.isWanted) this.focus();
      if (before && (before.state.case_status !== shown.state.case_status || before.agent_id !== shown.agent_id)) this.showCard();
      else this.showCardForAnswer();
      this.markRead();
    }

    banner() {
      const { words } = this.console, { state, gone, agent_name: name } = this.shown;
      if (state.state === "ended") return words.ended;
      if (state.state === "waiting") return words.waits_again;
      if (!this.isMine) return fill(words.with_other, { name });
      if (!gone) return "";
      const time = this.console.page.time(gone.at);
      const text = gone.mail ? words.gone_mail : gone.known ? words.gone_known : words.gone_unknown;
      return fill(text, { time, address: gone.mail || gone.known });
    }

    lose() {
      this.isLost = true;
      this.find("banner").textContent = this.console.words.lost;
      this.find("banner").hidden = this.find("close").hidden = false;
      this.find("write").hidden = this.find("over").hidden = true;
      this.find("card").replaceChildren();
    }

    visitorTypes() {
      const { words } = this.console;
      this.find("typing").textContent = `${this.name}: ${words.typing}`;
      clearTimeout(this.typingEnds);
      this.typingEnds = setTimeout(() => { this.find("typing").textContent = ""; }, TYPING_SHOWN);
    }

    // Whether the case can be answered changes with many a thing: looked up where that is shown, not at every line.
    showCardForAnswer() {
      if (this.mode === "answer" && this.shown && this.shown.version !== this.cardVersion) this.showCard();
    }

    async showCard() {
      try {
        this.showCardOf(await this.console.server.get(`${this.path}card/`));
      } catch (error) {
        if (!error.isAway) this.find("card").replaceChildren();
      }
    }

    showCardOf(card) {
      if (card.version < this.cardVersion) return;  // asked for earlier and come later: it is older than what is shown
      const chosen = this.root.querySelector("[data-classify] select")?.value;
      this.find("card").innerHTML = card.html;  // our own template
      const select = this.root.querySelector("[data-classify] select");
      if (select && chosen) select.value = chosen;
      this.replies.known = card.replies;
      this.answer = card.answer;
      const isFirst = !this.cardVersion;
      this.cardVersion = card.version;
      this.drafts.came(card.drafts, this.unsent.items);
      this.write(this.mode);
      if (isFirst) this.replies.look();  // somebody may have typed before the templates came
    }

    toggleCard() {
      const isOpen = this.find("card").classList.toggle("is-open");  // where there is room it stands there anyway
      this.find("toggle-card").setAttribute("aria-expanded", String(isOpen));
    }

    async classify(form) {
      try {
        const given = new FormData(form), said = { category: Number(given.get("category")), summary: given.get("summary") || "" };
        const card = await this.console.server.post(`${this.path}classify/`, said);
        if (card.html) this.showCardOf(card);
        else this.lose();
        this.console.toast(this.console.words.classified);
      } catch (error) {
        this.console.toast(error.message, true);
      }
    }

    // Message, note or official answer: each keeps its own text.
    write(mode) {
      const { words } = this.console, may = this.answer || { may: false, why: "", approved: "", is_evidence: false };
      const approved = mode === "answer" ? may.approved : "";
      this.mode = mode;
      this.root.querySelectorAll("[data-mode]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.mode === mode)));
      this.find("write").className = `chat-write is-${mode}`;
      const text = approved || this.drafts.of(mode);
      if (this.area.value !== text) {  // the same anew would disturb who is typing
        this.area.value = text;
        this.replies.close();
      }
      this.area.readOnly = Boolean(approved);
      this.area.maxLength = this.console.longest[mode];
      const hint = { message: words.to_message, note: words.to_note, answer: words.to_answer }[mode];
      this.area.placeholder = hint;
      this.area.setAttribute("aria-label", `${this.name}: ${hint}`);
      this.find("send").textContent = { message: words.send, note: words.save_note, answer: words.send_answer }[mode];
      this.find("send").disabled = mode === "answer" && !may.may;
      this.find("why-said").textContent = may.why;
      this.find("why-evidence").hidden = !may.is_evidence;
      this.find("why").hidden = mode !== "answer" || !may.why;
      this.replies.isOff = mode === "note";
      this.grow();
    }

    typed() {
      this.grow();
      if (this.area.readOnly) return;
      this.drafts.type(this.mode, this.area.value);
      if (this.mode !== "message" || Date.now() - (this.toldTyping || 0) < TYPING_EVERY) return;
      this.toldTyping = Date.now();
      this.console.socket.send("typing", { id: this.id });
    }

    grow() {
      this.area.style.height = "";
      this.area.style.height = `${Math.min(this.area.scrollHeight + 2, 180)}px`;
    }

    key(event) {
      if (event.key === "Escape" && this.mode !== "message") {
        event.preventDefault();
        this.write("message");
      }
      const composing = event.isComposing || event.keyCode === 229;  // an input method is still at it
      if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey || composing) return;
      if (this.mode === "answer" || matchMedia("(pointer: coarse)").matches) return;
      event.preventDefault();
      this.send();
    }

    send() {
      const body = this.area.value.trim(), { mode } = this;
      if (mode === "answer" && this.answer?.why) this.console.toast(this.answer.why, true);
      if (!body || this.find("send").disabled || !this.isMine) return;
      if (mode === "answer") this.gaveAway = true;
      this.drafts.send(mode);
      this.write(mode === "note" ? "message" : mode);
      this.unsent.add(mode, body);
      this.lines.toEnd();
    }

    took(answer, item, { told }) {
      this.drafts.arrived(item.kind);
      if (answer.lines) {
        this.add(answer.lines);
        this.showUnlessOlder(answer.shown, told);
      } else {
        setTimeout(() => this.unsent.items.includes(item) && this.fetch(), LINE_COMES_WITHIN);
      }
      if (item.kind === "answer") {
        this.console.toast(this.console.words.answered);
        this.showCard();
      }
    }

    // What was written comes back into the text, before whatever else stands there by now.
    refused(item, error) {
      this.console.toast(error.message, true);
      if (error.isAway) return;
      this.drafts.putBack(item.kind, item.body);
      this.write(item.kind);
      this.fetch();
    }

    async act(what, content = {}) {
      this.gaveAway = true;
      try {
        await this.console.server.post(this.path + what, content);
        await this.fetch();
      } catch (error) {
        this.gaveAway = false;
        this.console.toast(error.message, true);
        await this.fetch();
      }
      this.console.look();
    }

    // Into the text, as soon as it is known to be mine.
    focus() {
      this.isWanted = this.shown === null;
      if (this.isMine) this.area.focus();
      else this.root.focus();
    }
  }

  window.ChatColumn = ChatColumn;
})();
