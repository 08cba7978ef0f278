// How the console asks the server, and how what somebody wrote gets there: each text once, in order, however often it is sent.
(function () {
  "use strict";

  const AGAIN_AFTER = 3_000;
  const PATHS = { message: "say/", note: "note/", answer: "answer/" };

  // What the server refuses has `message`, fit to be shown; where it does not answer at all `isAway` is true.
  class ChatRefusal extends Error {
    constructor(message, isAway) {
      super(message);
      this.isAway = isAway;
    }
  }

  class ChatServer {
    constructor(address, token, words) {
      this.address = address;
      this.token = token;
      this.words = words;
    }

    get(path) {
      return this.ask(path, { headers: { Accept: "application/json" } });
    }

    post(path, content = {}) {
      return this.ask(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
        body: JSON.stringify(content),
      });
    }

    async ask(path, how) {
      let answer, content;
      try {
        answer = await fetch(this.address + path, how);
        if (answer.redirected) location.reload();  // signed out meanwhile
        content = await answer.json();
      } catch {
        const isOurs = answer && answer.status < 500 && !answer.redirected;
        throw new ChatRefusal(isOurs ? this.words.failed : this.words.no_server, !isOurs);
      }
      if (answer.ok) return content;
      const said = Object.values(content.errors || {}).flat().join(" ");
      throw new ChatRefusal(said || content.message || this.words.failed, answer.status >= 500);
    }
  }

  const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  // What was written in one conversation and has not come back. Kept over a reload of the page.
  class ChatUnsent {
    // `now()` says what is known when something is sent, {after, …}, no `after` where the socket brings what comes of it;
    // `took(answer, item, that)` hears of what came back, `refused(item, error)` of what never will, `changed(items)` of
    // every change.
    constructor(chatId, server, { now, took, refused, changed }) {
      Object.assign(this, { server, now, took, refused, changed, path: `${chatId}/`, key: `chat-unsent:${chatId}` });
      this.items = JSON.parse(sessionStorage.getItem(this.key) || "[]");
      if (this.items.length) this.send();
    }

    add(kind, body) {
      this.items.push({ kind, body, client_id: newId() });
      this.keep();
      this.send();
    }

    // Its line came, by whichever way.
    came(lines) {
      const ids = new Set(lines.map((line) => line.client_id));
      const left = this.items.filter((item) => !ids.has(item.client_id));
      if (left.length !== this.items.length) {
        this.items = left;
        this.keep();
      }
    }

    async send() {
      if (this.isSending) return;
      this.isSending = true;
      let item;
      while ((item = this.items.find((one) => !one.isTaken))) {
        try {
          const known = this.now();
          const content = { client_id: item.client_id, body: item.body, after: known.after };
          const answer = await this.server.post(this.path + PATHS[item.kind], content);
          if (answer.lines) this.items = this.items.filter((other) => other !== item);
          else Object.assign(item, { isTaken: true, waits: false });  // shown until the socket brings its line
          this.keep();
          this.took(answer, item, known);
        } catch (error) {
          if (error.isAway) {
            item.waits = true;
            this.keep();
            this.refused(item, error);
            setTimeout(() => this.send(), AGAIN_AFTER);
            break;
          }
          this.items = this.items.filter((other) => other !== item);
          this.keep();
          this.refused(item, error);
        }
      }
      this.isSending = false;
    }

    keep() {
      sessionStorage.setItem(this.key, JSON.stringify(this.items));
      this.changed(this.items);
    }
  }

  Object.assign(window, { ChatServer, ChatUnsent, newChatId: newId });
})();
