// What is being written in one conversation, by kind: kept on the server a moment after each pause, so that it is there again on
// the case page, on another machine and after a crash.
(function () {
  "use strict";

  const AFTER = 1_000, AGAIN_AFTER = 5_000;

  class ChatDrafts {
    // `address(kind)` is where the draft of that kind is kept.
    constructor(address, token) {
      Object.assign(this, { address, token, words: {}, waiting: new Map(), saving: new Set() });
      window.addEventListener("pagehide", () => this.leave());
    }

    of(kind) {
      return this.words[kind] || "";
    }

    // As the server has them; what was typed here meanwhile stays, and what is on its way to the visitor is no draft.
    came(kept, unsent) {
      const isOnItsWay = (kind, body) => unsent.some((item) => item.kind === kind && item.body === body.trim());
      for (const [kind, body] of Object.entries(kept)) {
        if (!isOnItsWay(kind, body)) this.words[kind] ??= body;
      }
    }

    type(kind, body) {
      this.words[kind] = body;
      this.later(kind, AFTER);
    }

    // Sent from here: what the server keeps goes only when the words have arrived.
    send(kind) {
      this.words[kind] = "";
      clearTimeout(this.waiting.get(kind));
      this.waiting.delete(kind);
    }

    arrived(kind) {
      this.later(kind, 0);
    }

    // Refused: the words stand before what was typed meanwhile.
    putBack(kind, body) {
      const typed = this.of(kind);
      this.type(kind, typed.trim() ? `${body}\n\n${typed}` : body);
    }

    later(kind, wait) {
      clearTimeout(this.waiting.get(kind));
      this.waiting.set(kind, setTimeout(() => this.save(kind), wait));
    }

    async save(kind) {
      if (this.saving.has(kind)) { this.later(kind, AFTER); return; }  // one after the other, so that the last one stays
      this.waiting.delete(kind);
      this.saving.add(kind);
      try {
        const answer = await fetch(this.address(kind), { method: "POST", body: this.content(kind), credentials: "same-origin" });
        if (answer.redirected || answer.status >= 500) throw new Error(`the draft was answered with ${answer.status}`);
      } catch (error) {
        console.info(error);
        if (!this.waiting.has(kind)) this.later(kind, AGAIN_AFTER);
      }
      this.saving.delete(kind);
    }

    content(kind) {
      const form = new FormData();
      form.set("csrfmiddlewaretoken", this.token);
      form.set("body", this.of(kind));
      return form;
    }

    // The page goes, or the conversation is closed.
    leave() {
      this.waiting.forEach((timer, kind) => {
        clearTimeout(timer);
        navigator.sendBeacon(this.address(kind), this.content(kind));
      });
      this.waiting.clear();
    }
  }

  window.ChatDrafts = ChatDrafts;
})();
