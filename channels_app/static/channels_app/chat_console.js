// The agents' console: who waits, which conversations stand side by side, alerts, keys. It looks again whenever the desk's
// socket says that something changed, and every few seconds while there is no socket.
(function () {
  "use strict";

  const LOOK_WITHOUT_SOCKET = 4_000, HERE_EVERY = 20_000, AT_MOST_EVERY = 500, QUEUE_AT_MOST_EVERY = 3_000, TOAST_SHOWN = 6_000, TOASTS = 2;
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_whole, name) => values[name] ?? "");

  // In the zone in which all the desk's pages tell the time, wherever the browser is.
  function times(timeZone) {
    const { lang } = document.documentElement;
    const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
    return {
      time: (iso) => new Date(iso).toLocaleTimeString(lang, time),
      dayAndTime: (iso) => new Date(iso).toLocaleString(lang, { ...time, day: "numeric", month: "short", year: "numeric" }),
    };
  }

  function span(since) {
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(since)) / 1000));
    const two = (number) => String(number).padStart(2, "0");
    const minutes = Math.floor(seconds / 60) % 60, hours = Math.floor(seconds / 3600);
    return { seconds, text: (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(seconds % 60)}` };
  }

  class ChatConsole {
    constructor(root) {
      const { address, casePage, draft, file, picture, me, zone, longestMessage, longestAnswer } = root.dataset;
      const at = (pattern) => (number) => pattern.replace("/0/", `/${number}/`);
      const of = (pattern) => (item) => pattern.replace("00000000-0000-0000-0000-000000000000", item);
      this.root = root;
      this.me = Number(me);
      this.longest = { message: Number(longestMessage), note: Number(longestMessage), answer: Number(longestAnswer) };
      this.words = JSON.parse(document.getElementById("chat-words").textContent);
      this.page = { words: this.words, casePage: at(casePage), draft: at(draft), file: of(file), picture: of(picture), ...times(zone) };
      this.server = new ChatServer(address, root.querySelector("[name=csrfmiddlewaretoken]").value, this.words);
      this.socket = window.desk.socket;
      this.columns = [];
      this.recent = [];  // conversations, used last first: which of them are in sight where not all fit
      this.waiting = new Map();
      this.title = document.title;
      this.sound = new ChatSound(this.find("sound"), this.words);
      this.listen();
      this.look(() => this.server.post("here/"));
    }

    find(name) {
      return this.root.querySelector(`[data-${name}]`);
    }

    listen() {
      const { socket } = this;
      socket.on("up", () => {
        this.showConnection(true);
        socket.send("console");
        this.columns.forEach((column) => column.follow());
        this.look();
      });
      socket.on("down", () => this.showConnection(false));
      const column = (frame) => this.columns.find((one) => one.id === frame.id);
      const lookNow = window.desk.live.seldom(() => this.look(), AT_MOST_EVERY);
      const lookSoon = window.desk.live.seldom(() => this.look(), QUEUE_AT_MOST_EVERY);
      socket.on("changed", ({ what }) => {
        if (what === "me") lookNow(); // given one, or it went on
        if (what === "waiting") lookSoon(); // of a long queue every console hears all the time
      });
      socket.on("lines", (frame) => column(frame)?.add(frame.lines));
      socket.on("chat", (frame) => column(frame)?.tell(frame));
      socket.on("seen", (frame) => column(frame)?.lines.setVisitorRead(frame.up_to));
      socket.on("typing", (frame) => column(frame)?.visitorTypes());
      socket.on("lost", (frame) => column(frame)?.lose());
      setInterval(() => socket.send("console"), HERE_EVERY);
      setInterval(() => { if (!socket.isUp) this.lookWithoutSocket(); }, LOOK_WITHOUT_SOCKET);
      setInterval(() => this.tick(), 1000);
      this.find("duty").addEventListener("change", () => this.setDuty());
      this.find("capacity").addEventListener("change", () => this.setDuty());
      this.find("next").addEventListener("click", () => this.takeNext());
      document.addEventListener("keydown", (event) => this.key(event));
      document.addEventListener("visibilitychange", () => this.columns.forEach((one) => this.inSight(one)));
      this.wide = matchMedia("(min-width: 1280px)");
      this.wide.addEventListener("change", () => this.arrange());
      new HandOver(this);
    }

    async look(ask = () => this.server.get("state/")) {
      const mine = this.asked = (this.asked || 0) + 1;
      try {
        const state = await ask();
        if (mine === this.asked) this.show(state);
      } catch (error) {
        if (!error.isAway) this.toast(error.message, true);
      }
    }

    showConnection(isUp) {
      this.find("offline").classList.toggle("is-shown", !isUp);
    }

    lookWithoutSocket() {
      this.showConnection(false);
      this.columns.filter((column) => !column.isLost).forEach((column) => column.fetch());
      this.look(() => this.server.post("here/"));
    }

    show(state) {
      const { duty } = state;
      this.find("duty").checked = duty.takes_chats;
      this.find("capacity").value = duty.capacity;
      this.find("off-duty").hidden = duty.is_on_duty;
      this.showWaiting(state);
      for (const row of state.mine) {
        if (!this.columns.some((column) => column.id === row.id)) this.open(row);
      }
      for (const column of this.columns) {
        if (column.isMine && !state.mine.some((row) => row.id === column.id)) column.fetch();
      }
      this.hasLooked = true;
      this.showTitle();
    }

    showWaiting({ waiting, waiting_count: count }) {
      const isNew = waiting.filter((row) => !this.waiting.has(row.id));
      const focused = document.activeElement?.closest?.("[data-waiting] li")?.dataset.id;
      this.waiting = new Map(waiting.map((row) => [row.id, row]));
      const number = this.find("waiting-count");
      number.textContent = count;
      number.classList.toggle("is-zero", !count);
      this.find("nobody-waits").hidden = Boolean(count);
      this.find("next").disabled = !waiting.some((row) => row.may_take);
      const list = this.root.querySelector("ul[data-waiting]");
      list.replaceChildren(...waiting.map((row) => this.waitingRow(row)));
      if (focused) list.querySelector(`[data-id="${focused}"] button`)?.focus();
      this.tick();
      for (const row of isNew.filter((one) => one.may_take)) this.alert(fill(this.words.visitor_waits, row));
    }

    waitingRow(row) {
      const item = document.getElementById("chat-waiting-visitor").content.firstElementChild.cloneNode(true);
      const find = (name) => item.querySelector(`[data-${name}]`);
      item.dataset.id = row.id;
      find("name").textContent = row.name;
      find("last").textContent = find("last").title = row.last || row.subject;
      find("flag").textContent = row.flag;
      find("flag").hidden = !row.flag;
      Object.assign(find("clock").dataset, { since: row.waiting_since, words: this.words.waits });
      find("here").classList.toggle("is-here", row.is_here);
      find("here").title = find("here").lastElementChild.textContent = row.is_here ? this.words.here : this.words.away;
      find("take").hidden = !row.may_take;
      find("take").setAttribute("aria-label", `${find("take").textContent}: ${row.name}`);
      find("take").addEventListener("click", () => this.take(row.id));
      return item;
    }

    take(id) {
      return this.taken(async () => {
        await this.server.post(`${id}/take/`);
        await this.columns.find((one) => one.id === id)?.fetch();
        return id;
      });
    }

    takeNext() {
      return this.taken(async () => (await this.server.post("next/")).id);
    }

    // One's own taking is no news. Its conversation gets the keyboard, whichever look brings it.
    async taken(act) {
      this.isTaking = true;
      try {
        this.taking = await act();
        this.activate(this.columns.find((one) => one.id === this.taking));
      } catch (error) {
        this.toast(error.message, true);
      }
      await this.look();
      this.isTaking = false;
    }

    open(row) {
      const column = new ChatColumn(row, this);
      this.columns.push(column);
      this.find("columns").append(column.root);
      column.addEventListener("active", () => this.use(column));
      column.addEventListener("close", () => this.close(column));
      column.addEventListener("said", (event) => this.said(column, event.detail));
      if (this.taking === row.id || !this.recent.length) this.recent.unshift(column);
      else this.recent.push(column);
      if (this.taking === row.id) column.focus();
      else if (this.hasLooked && !this.isTaking) this.alert(fill(this.words.given, row));
      this.arrange();
    }

    close(column) {
      this.socket.send("unchat", { id: column.id });
      this.columns = this.columns.filter((one) => one !== column);
      this.recent = this.recent.filter((one) => one !== column);
      column.drafts.leave();
      column.root.remove();
      this.arrange();
      this.columns[0]?.focus();
    }

    said(column, { count, isFirst }) {
      if (isFirst || (!column.root.hidden && !document.hidden)) return;
      column.unread += count;
      this.sound.play();
      this.arrange();
    }

    inSight(column) {
      if (column.root.hidden || document.hidden) return;
      column.unread = 0;
      column.markRead();
      this.arrange();
    }

    use(column) {
      if (this.recent[0] === column) return;
      this.recent = [column, ...this.recent.filter((one) => one !== column)];
      this.arrange();
    }

    activate(column) {
      if (!column) return;
      this.use(column);
      this.arrange();
      column.focus();
    }

    // As many side by side as fit; the others by their tabs.
    arrange() {
      const shown = new Set(this.recent.slice(0, this.wide.matches ? 3 : 1));
      for (const column of this.columns) {
        column.root.hidden = !shown.has(column);
        if (!column.root.hidden && !document.hidden) {
          column.unread = 0;
          column.markRead();
        }
      }
      this.find("columns").dataset.count = shown.size;
      this.find("empty").hidden = Boolean(this.columns.length);
      const tabs = this.find("tabs");
      tabs.hidden = this.columns.length <= shown.size;
      this.columns.forEach((column, index) => { column.find("number").textContent = index + 1; });
      tabs.replaceChildren(...this.columns.map((column, index) => this.tab(column, index)));
      this.showTitle();
    }

    tab(column, index) {
      const button = document.createElement("button");
      const key = document.createElement("kbd");
      button.type = "button";
      button.setAttribute("aria-pressed", String(!column.root.hidden));
      key.textContent = index + 1;
      button.append(key, ` ${column.name}`);
      if (column.unread) {
        const count = document.createElement("span");
        count.className = "desk-count";
        count.textContent = column.unread;
        button.append(" ", count);
      }
      button.addEventListener("click", () => this.activate(column));
      return button;
    }

    async setDuty() {
      const takes = this.find("duty").checked;
      if (takes) this.sound.wake();
      await this.look(() => this.server.post("duty/", { takes_chats: takes, capacity: Number(this.find("capacity").value) }));
    }

    tick() {
      this.root.querySelectorAll("[data-since]").forEach((clock) => {
        const { seconds, text } = span(clock.dataset.since);
        clock.textContent = fill(clock.dataset.words, { time: text });
        clock.classList.toggle("is-warn", seconds >= 30 && seconds < 60);
        clock.classList.toggle("is-bad", seconds >= 60);
      });
    }

    showTitle() {
      const unread = this.columns.reduce((sum, column) => sum + column.unread, 0);
      const count = this.waiting.size + unread;
      document.title = count ? `(${count}) ${this.title}` : this.title;
    }

    alert(text) {
      this.toast(text);
      this.sound.play();
    }

    toast(text, isBad = false) {
      const toasts = this.find("toasts");
      const same = [...toasts.children].find((one) => one.textContent === text);
      same?.remove();
      const toast = document.createElement("p");
      toast.className = `chat-toast${isBad ? " is-bad" : ""}`;
      toast.textContent = text;
      toasts.append(toast);
      if (toasts.children.length > TOASTS) toasts.firstElementChild.remove();
      setTimeout(() => toast.remove(), TOAST_SHOWN);
    }

    key(event) {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || document.querySelector("dialog[open]")) return;
      const active = this.recent[0], place = this.columns.indexOf(active);
      const digit = event.code.match(/^Digit([1-9])$/);
      const acts = {
        KeyN: () => this.takeNext(),
        KeyJ: () => this.activate(this.columns[(place + 1) % this.columns.length]),
        KeyK: () => this.activate(this.columns[(place - 1 + this.columns.length) % this.columns.length]),
        KeyI: () => { active?.write(active.mode === "note" ? "message" : "note"); active?.focus(); },
        KeyA: () => { active?.write(active.mode === "answer" ? "message" : "answer"); active?.focus(); active?.showCardForAnswer(); },
        KeyC: () => active?.toggleCard(),
      };
      const act = digit ? () => this.activate(this.columns[digit[1] - 1]) : acts[event.code];
      if (!act) return;
      event.preventDefault();
      act();
    }
  }

  // Whether there is a sound is remembered by the browser; browsers allow it after the first click on the page.
  class ChatSound {
    constructor(button, words) {
      Object.assign(this, { button, words, isOn: localStorage.getItem("chat-sound") === "on" });
      button.addEventListener("click", () => {
        this.isOn = !this.isOn;
        localStorage.setItem("chat-sound", this.isOn ? "on" : "off");
        this.show();
        this.play();
      });
      this.show();
    }

    show() {
      this.button.setAttribute("aria-pressed", String(this.isOn));
      this.button.firstElementChild.textContent = this.isOn ? "notifications_active" : "notifications_off";
      this.button.title = this.button.lastElementChild.textContent = this.isOn ? this.words.sound_on : this.words.sound_off;
    }

    wake() {
      this.audio ??= new AudioContext();
      this.audio.resume();
    }

    play() {
      if (!this.isOn) return;
      this.wake();
      const tone = this.audio.createOscillator(), volume = this.audio.createGain(), now = this.audio.currentTime;
      tone.frequency.setValueAtTime(660, now);
      tone.frequency.setValueAtTime(880, now + 0.12);
      volume.gain.setValueAtTime(0.15, now);
      volume.gain.exponentialRampToValueAtTime(0.001, now + 0.35);
      tone.connect(volume).connect(this.audio.destination);
      tone.start(now);
      tone.stop(now + 0.35);
    }
  }

  // The dialog that asks to whom, and for the summary.
  class HandOver {
    constructor(console) {
      this.console = console;
      this.dialog = document.getElementById("chat-hand-over");
      this.form = this.dialog.querySelector("form");
      console.find("columns").addEventListener("click", (event) => {
        const button = event.target.closest("[data-hand-over]");
        if (button) this.ask(console.columns.find((column) => column.root.contains(button)));
      });
      this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
      this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    }

    async ask(column) {
      let people = [];
      try {
        ({ people } = await this.console.server.get(`${column.path}colleagues/`));
      } catch (error) {
        this.console.toast(error.message, true);
        return;
      }
      if (this.column !== column) this.form.summary.value = "";
      this.column = column;
      this.clientId = newChatId();
      this.form.to.replaceChildren(...people.map((one) => new Option(one.name, one.id)), new Option(this.console.words.back_to_waiting, ""));
      this.dialog.showModal();
      this.form.summary.focus();
    }

    async send() {
      const { column, console } = this;
      const to = this.form.to.value;
      column.gaveAway = true;
      try {
        await console.server.post(`${column.path}hand-over/`, { client_id: this.clientId, to: to ? Number(to) : null, summary: this.form.summary.value });
      } catch (error) {
        column.gaveAway = false;
        console.toast(error.message, true);
        return;
      }
      this.form.summary.value = "";
      this.dialog.close();
      console.toast(console.words.handed_over);
      console.close(column);
      console.look();
    }
  }

  document.addEventListener("DOMContentLoaded", () => new ChatConsole(document.querySelector("[data-chat-console]")));
})();
