// The connection to the server: a socket, and plain asking where a socket does not open. It survives sleep, restarts and dead
// networks by trying again, slower each time, and at once when there is reason to hope.

import { call, NoConnection, Refused, ServerFault } from "./calls.js";

const UNKNOWN = 4401;
const TOO_MANY = 4430; // of this address are connected: a socket may be long in coming
const TRIES_BEFORE_ASKING = 2;
const ASK_EVERY = 3_000; // milliseconds, all of them
const ASK_EVERY_HIDDEN = 15_000;
const AT_A_TIME = 200; // lines that are given in one answer: `talking.AT_A_TIME`
const PING_EVERY = 25_000;
const ANSWER_WITHIN = 8_000;
const STABLE_AFTER = 10_000;
const LONGEST_WAIT = 60_000;
const HOPELESS = 7; // failures after which the wait is the longest

const jittered = (wait) => wait * (0.5 + Math.random() / 2);

// `owner` has: lastId(), onNews({lines?, state?, agent_read?}), onReady(), onTyping(name), onRefused({code, message, errors,
// client_id}), onGone(), onStanding("live" | "asking" | "offline" | "fault").
export class Link {
  #owner;
  #key;
  #socket = null;
  #isLive = false;
  #isStopped = false;
  #isAsking = false;
  #failures = 0;
  #asksFailed = 0;
  #openedAt = 0;
  #timers = {};

  constructor(owner, key) {
    this.#owner = owner;
    this.#key = key;
    this.#connect();
  }

  get isLive() {
    return this.#isLive;
  }

  stop() {
    this.#isStopped = true;
    this.#isLive = false;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  // Something changed for the better: the network came back, or the page is looked at again.
  wake() {
    if (this.#isStopped) return;
    if (this.#isLive) this.#ping(3_000);
    else if (!this.#socket) {
      this.#connect();
      if (this.#failures >= TRIES_BEFORE_ASKING) this.#ask();
    }
  }

  typing() {
    if (this.#isLive) this.#write({ type: "typing" });
  }

  // Whether it went out. What went into a socket that breaks may be lost all the same.
  async read(id) {
    return this.#isLive ? this.#write({ type: "read", id }) : Boolean(await this.#call("read", { id }));
  }

  // Whether it went out. It is taken only when its line comes back.
  async say({ client_id, body }) {
    if (this.#isLive) return this.#write({ type: "say", client_id, body });
    if (this.#socket && this.#failures < TRIES_BEFORE_ASKING) return false; // it opens in a moment
    const news = await this.#call("say", { client_id, body, after: this.#owner.lastId() }, client_id);
    if (news) this.#owner.onNews(news);
    return Boolean(news);
  }

  async #call(path, body, client_id = "") {
    try {
      return await call(path, { key: this.#key, body });
    } catch (error) {
      if (this.#isStopped) return null;
      if (error instanceof Refused && error.status === 404) this.#gone();
      else if (error instanceof Refused) {
        this.#owner.onRefused({ code: error.code, message: error.message, errors: error.errors, client_id });
      }
      return null; // without a connection: again when there is one
    }
  }

  #connect() {
    clearTimeout(this.#timers.retry);
    if (this.#isStopped || this.#socket) return;
    let socket;
    try {
      socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat/`);
    } catch {
      this.#lost(0);
      return;
    }
    this.#socket = socket;
    this.#timers.answer = setTimeout(() => this.#drop(socket), ANSWER_WITHIN);
    socket.onopen = () => this.#write({ type: "hello", key: this.#key, after: this.#owner.lastId() });
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#heard(JSON.parse(data));
    };
    socket.onclose = ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    };
  }

  #write(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #heard(frame) {
    clearTimeout(this.#timers.answer);
    if (frame.type === "welcome") {
      this.#isLive = true;
      this.#openedAt = Date.now();
      clearTimeout(this.#timers.ask);
      this.#timers.ping = setTimeout(() => this.#ping(), PING_EVERY);
      this.#owner.onStanding("live");
      this.#owner.onNews(frame);
      this.#owner.onReady();
    } else if (["lines", "state", "seen"].includes(frame.type)) this.#owner.onNews(frame);
    else if (frame.type === "typing") this.#owner.onTyping(frame.name);
    else if (frame.type === "refused") this.#owner.onRefused(frame);
  }

  #ping(within = ANSWER_WITHIN) {
    clearTimeout(this.#timers.ping);
    clearTimeout(this.#timers.answer);
    const socket = this.#socket;
    this.#write({ type: "ping" });
    this.#timers.answer = setTimeout(() => this.#drop(socket), within);
    this.#timers.ping = setTimeout(() => this.#ping(), PING_EVERY);
  }

  // A dead socket may take minutes to say that it closed: not waited for.
  #drop(socket) {
    socket.close();
    if (socket === this.#socket) this.#lost(0);
  }

  #lost(code) {
    clearTimeout(this.#timers.answer);
    clearTimeout(this.#timers.ping);
    const wasStable = this.#isLive && Date.now() - this.#openedAt > STABLE_AFTER;
    this.#isLive = false;
    this.#socket = null;
    if (this.#isStopped) return;
    if (code === UNKNOWN) {
      this.#gone();
      return;
    }
    this.#failures = wasStable ? 0 : this.#failures + 1;
    if (code === TOO_MANY) this.#failures = HOPELESS;
    this.#timers.retry = setTimeout(() => this.#connect(), jittered(Math.min(LONGEST_WAIT, 500 * 2 ** this.#failures)));
    if (!navigator.onLine) this.#owner.onStanding("offline");
    if (this.#failures >= TRIES_BEFORE_ASKING) this.#ask();
  }

  async #ask() {
    clearTimeout(this.#timers.ask);
    if (this.#isStopped || this.#isLive || this.#isAsking) return;
    this.#isAsking = true;
    let wait = document.hidden ? ASK_EVERY_HIDDEN : ASK_EVERY;
    try {
      const news = await call(`lines?after=${this.#owner.lastId()}`, { key: this.#key });
      if (this.#isStopped || this.#isLive) return;
      this.#owner.onStanding("asking");
      this.#owner.onNews(news);
      this.#owner.onReady();
      if (news.lines.length >= AT_A_TIME) wait = 0;
      if (this.#asksFailed > 0) {
        this.#asksFailed = 0;
        this.#connect(); // the server is back: so may be sockets
      }
    } catch (error) {
      if (this.#isStopped) return;
      if (error instanceof Refused && error.status === 404) {
        this.#gone();
        return;
      }
      if (error instanceof NoConnection) {
        this.#asksFailed += 1;
        this.#owner.onStanding(error instanceof ServerFault ? "fault" : "offline");
      }
      wait *= Math.min(5, 1 + this.#asksFailed / 2);
    } finally {
      this.#isAsking = false;
      if (!this.#isStopped && !this.#isLive) this.#timers.ask = setTimeout(() => this.#ask(), jittered(wait * 1.33));
    }
  }

  #gone() {
    this.stop();
    this.#owner.onGone();
  }
}
