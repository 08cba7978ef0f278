// The desk's one socket: `desk.socket.on(type, fn)`, `.send(type, content)`. Besides the server's frames it tells `up` and `down`.
// It comes back by itself, later and later while nobody answers. Where there is none, or it is down, pages ask by themselves.
window.desk = window.desk || {};
window.desk.socket = (function () {
  "use strict";

  const SIGNED_OUT = 4401;
  const PING_EVERY = 25_000, PONG_WITHIN = 10_000, LONGEST_WAIT = 30_000;
  const heard = {}; // type → functions
  let address = "", line = null, up = false, tries = 0, retry = 0, pings = 0, pong = 0;

  const tell = (type, frame) => (heard[type] || []).forEach((fn) => fn(frame || {}));

  function connect() {
    clearTimeout(retry);
    if (!address || (line && line.readyState <= WebSocket.OPEN)) return;
    line = new WebSocket(address);
    line.addEventListener("open", () => {
      tries = 0;
      pings = setInterval(ping, PING_EVERY);
      up = true;
      tell("up");
    });
    line.addEventListener("message", (event) => {
      const frame = JSON.parse(event.data);
      if (frame.type === "pong") clearTimeout(pong);
      tell(frame.type, frame);
    });
    line.addEventListener("close", (event) => {
      const wasUp = up;
      clearInterval(pings);
      clearTimeout(pong);
      up = false;
      line = null;
      if (wasUp) tell("down");
      const wait = event.code === SIGNED_OUT ? LONGEST_WAIT : Math.min(1000 * 2 ** tries++, LONGEST_WAIT);
      retry = setTimeout(connect, wait * (0.5 + Math.random()));
    });
  }

  function ping() {
    send("ping");
    clearTimeout(pong);
    pong = setTimeout(() => line && line.close(), PONG_WITHIN); // a network that went silently
  }

  function send(type, content) {
    if (!up) return false;
    line.send(JSON.stringify({ type, ...content }));
    return true;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const live = document.getElementById("desk-live");
    if (!live || !live.dataset.socket) return;
    address = location.origin.replace(/^http/, "ws") + live.dataset.socket;
    connect();
  });
  window.addEventListener("online", connect);
  document.addEventListener("visibilitychange", () => document.hidden || connect());

  return {
    on: (type, fn) => (heard[type] = heard[type] || []).push(fn),
    send,
    get isUp() { return up; },
  };
})();
