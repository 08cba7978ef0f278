// The conversation as this browser knows it: lines by id, each once, where the visitor stands, and what is not sent yet.
//
// Unsent messages go out one at a time, oldest first, until their lines come back: so they arrive in order, each once,
// however often a connection breaks, and whichever of several tabs sends them.

import { call, Refused, ServerFault } from "./calls.js";
import { Link } from "./link.js";
import * as store from "./store.js";
import { config } from "./words.js";

const CONFIRMED_WITHIN = 10_000; // milliseconds, all of them
const OTHER_TABS_TURN = 3_000;
const AFTER_TOO_OFTEN = 6_000;

// Events: "lines" {lines}, "unsent", "standing" (state or read marks), "link" {link}, "typing" {name}, "busy", "expired",
// "emptied" (another conversation, or none: nothing of the earlier one may stay on the screen).
export class Conversation extends EventTarget {
  lines = new Map();
  state = null;
  agentRead = 0;
  token = "";
  #link = null;
  #inFlight = null;
  #timer = 0;
  #isBeginning = false;
  #lastId = 0;
  #isMarkUnsure = false;

  constructor() {
    super();
    store.onOtherTab((name, value) => this.#changedElsewhere(name, value));
    for (const [target, event] of [[window, "online"], [window, "pageshow"], [document, "visibilitychange"]]) {
      target.addEventListener(event, () => document.hidden || this.#link?.wake());
    }
    window.addEventListener("offline", () => this.#link && this.#emit("link", { link: "offline" }));
  }

  get key() {
    return store.get("key") ?? "";
  }

  // Goes on where this browser left off.
  resume() {
    if (this.key) this.#open();
    else if (store.unsent().length) this.flush();
  }

  say(body) {
    store.keepUnsent(body);
    this.#emit("unsent");
    this.flush();
  }

  retract(client_id) {
    store.dropUnsent(client_id);
    this.#emit("unsent");
    this.flush();
  }

  typing() {
    this.#link?.typing();
  }

  // Everything so far was seen. Returns at once.
  read() {
    if (this.#lastId <= this.readId()) return;
    store.set("read", String(this.#lastId));
    this.#sendMark();
  }

  readId() {
    return Number(store.get("read") ?? 0);
  }

  unread() {
    const read = this.readId();
    return [...this.lines.values()].filter((line) => line.id > read && line.from !== "visitor").length;
  }

  lastId() {
    return this.#lastId;
  }

  // A call about this conversation. What it answers of the state is shown at once, and where it comes too late for what
  // has happened meanwhile, that is.
  async ask(path, body) {
    try {
      const answer = await call(path, { key: this.key, body });
      if (answer.state) this.onNews(answer);
      return answer;
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.onGone();
      if (error instanceof Refused && error.status === 409) await this.#catchUp();
      throw error;
    }
  }

  async #catchUp() {
    try {
      this.onNews(await call(`lines?after=${this.#lastId}`, { key: this.key }));
    } catch {
      // the connection fetches it when it can
    }
  }

  async signIn(token) {
    if (token === this.token) return;
    this.token = token;
    if (!this.key) return;
    try {
      await call("sign-in", { key: this.key, body: { token } });
      store.set("signed", "1");
    } catch (error) {
      if (error instanceof Refused && error.status === 404) this.forget({ andUnsent: true }); // somebody else's
    }
  }

  signOut() {
    this.token = "";
    if (store.get("signed")) this.forget({ andUnsent: true });
  }

  // This browser's next message begins another conversation.
  forget({ andUnsent = false } = {}) {
    this.#link?.stop();
    this.#link = null;
    this.lines.clear();
    [this.state, this.agentRead, this.#lastId, this.#inFlight] = [null, 0, 0, null];
    for (const name of ["key", "read", "signed"]) store.remove(name);
    if (andUnsent) {
      for (const { client_id } of store.unsent()) store.dropUnsent(client_id);
      store.remove("draft");
    }
    this.#emit("emptied", { andUnsent });
  }

  async flush() {
    clearTimeout(this.#timer);
    const next = store.unsent().find((entry) => !entry.why);
    if (!next) return;
    if (!this.key) {
      await this.#begin();
      return;
    }
    if (!this.#link) this.#open();
    const isUnderWay = this.#inFlight?.client_id === next.client_id && Date.now() < this.#inFlight.until;
    if (!isUnderWay) {
      const sending = { client_id: next.client_id, until: Date.now() + CONFIRMED_WITHIN };
      this.#inFlight = sending;
      this.#link.say(next).then((isOut) => {
        if (!isOut && this.#inFlight === sending) this.#inFlight = null; // with the next connection
      });
    }
    this.#flushIn(CONFIRMED_WITHIN + 100);
  }

  onNews({ lines = [], state = null, agent_read = 0 }) {
    const fresh = lines.filter((line) => !this.lines.has(line.id));
    for (const line of fresh) {
      this.lines.set(line.id, line);
      this.#lastId = Math.max(this.#lastId, line.id);
      if (line.from === "visitor") store.dropUnsent(line.client_id);
    }
    const isSeen = agent_read > this.agentRead;
    this.state = state ?? this.state;
    this.agentRead = Math.max(this.agentRead, agent_read);
    if (fresh.length) this.#emit("lines", { lines: fresh });
    if (state || isSeen) this.#emit("standing");
    if (fresh.length) this.flush();
  }

  onReady() {
    if (this.#link.isLive) {
      this.#inFlight = null; // what went into an earlier socket may be lost
      this.#isMarkUnsure = true;
    }
    if (this.#isMarkUnsure) this.#sendMark();
    this.flush();
  }

  onTyping(name) {
    this.#emit("typing", { name });
  }

  onRefused({ code, message, errors, client_id }) {
    this.#inFlight = null;
    if (code === "throttled") {
      this.#emit("busy");
      this.#flushIn(AFTER_TOO_OFTEN);
      return;
    }
    if (code === "busy") {
      this.#flushIn(AFTER_TOO_OFTEN);
      return;
    }
    if (code === "not_found") {
      this.onGone();
      return;
    }
    if (!client_id) return;
    store.noteRefused(client_id, Object.values(errors ?? {})[0]?.[0] || message);
    this.#emit("unsent");
    this.flush();
  }

  onGone() {
    if (!this.key) return;
    const code = this.state?.code ?? null;
    this.forget();
    const texts = store.unsent().map((entry) => entry.body);
    for (const { client_id } of store.unsent()) store.dropUnsent(client_id);
    this.#emit("expired", { code, texts });
  }

  onStanding(link) {
    this.#emit("link", { link });
  }

  async #sendMark() {
    const last = this.readId();
    this.#isMarkUnsure = last > 0 && !(await this.#link?.read(last));
  }

  #open() {
    this.#link?.stop();
    this.#link = new Link(this, this.key);
  }

  async #begin() {
    if (this.#isBeginning) return;
    this.#isBeginning = true;
    try {
      await oneTabAtATime(async () => {
        if (this.key) return; // another tab was faster
        const body = { language: config.language, website: config.origin, token: this.token };
        const { key, ...news } = await call("start", { body });
        store.set("key", key);
        if (this.token) store.set("signed", "1");
        this.onNews(news);
      });
      this.#open();
    } catch (error) {
      this.#emit(error instanceof Refused ? "busy" : "link", { link: error instanceof ServerFault ? "fault" : "offline" });
      this.#flushIn(AFTER_TOO_OFTEN);
    } finally {
      this.#isBeginning = false;
    }
  }

  #changedElsewhere(name, value) {
    if (name === "key" && value && !this.#link) this.#open();
    else if (name === "key" && !value && this.#link) this.forget();
    else if (store.isUnsentName(name)) {
      this.#emit("unsent");
      if (value) this.#flushIn(OTHER_TABS_TURN); // that tab may be gone before it could
    } else if (name === "read") this.#emit("standing");
  }

  #flushIn(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  #emit(type, detail = {}) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

// Where storage is forbidden, as in the frame of another website in a private window, so are locks: then no tab shares the
// conversation with this one.
async function oneTabAtATime(work) {
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    return work();
  };
  try {
    return await navigator.locks.request("cskh.chat.begin", begin);
  } catch (error) {
    if (hasBegun) throw error;
    return begin();
  }
}
