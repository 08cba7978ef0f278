// The launcher on an embedding page: a button, and behind it a frame of the chat's own origin. `config` is put before this by
// the server. The page learns whether the frame is open and how many messages are unread, nothing of what is said.

const script = document.currentScript;
if (!script || window.CSKH) return;
const home = new URL(script.src).origin;
if (location.origin !== home && !config.origins.includes(location.origin)) {
  console.warn(`CSKH: ${location.origin} is not a website that may show this chat.`);
  return;
}
const language = config.texts[script.dataset.language] ? script.dataset.language : config.language;
const texts = config.texts[language];
const styles = `
  :host { all: initial; }
  button, iframe { position: fixed; right: 16px; z-index: 2147483000; }
  button {
    bottom: 16px; width: 56px; height: 56px; padding: 0; border: 2px solid ${config.ink}; border-radius: 50%; cursor: pointer;
    background: ${config.color}; color: ${config.ink}; box-shadow: 0 2px 12px rgb(0 0 0 / 0.3);
    transition: transform 0.15s;
  }
  button:focus-visible { outline: 3px solid ${config.color}; outline-offset: 3px; }
  svg { display: block; width: 28px; height: 28px; margin: auto; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round;
    stroke-linejoin: round; }
  .cross, .open .talk { display: none; }
  .open .cross { display: block; }
  .count {
    position: absolute; top: -6px; right: -6px; min-width: 22px; padding: 0 5px; box-sizing: border-box; border-radius: 11px;
    background: #b91c1c; color: #fff; font: 600 13px/22px system-ui, sans-serif; text-align: center;
  }
  .count:empty, .open .count { display: none; }
  iframe {
    bottom: 84px; width: 400px; height: min(640px, calc(100% - 100px)); border: 0; border-radius: 12px; background: Canvas;
    box-shadow: 0 6px 32px rgb(0 0 0 / 0.35); visibility: hidden; opacity: 0; transform: translateY(12px);
    transition: opacity 0.15s, transform 0.15s;
  }
  .open iframe { visibility: visible; opacity: 1; transform: none; }
  @media (max-width: 500px), (max-height: 480px) {
    iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; }
    button { right: 0; width: 30px; height: 52px; border-right: 0; border-radius: 15px 0 0 15px; }
    svg { width: 20px; height: 20px; }
    .open button { display: none; }
    .aside button:not(:focus-visible) { transform: translateX(100%); }
  }
  @media (prefers-reduced-motion: reduce) { button, iframe { transition: none; } iframe { transform: none; } }
  @media (forced-colors: active) { button, iframe { border: 2px solid; } }
  @media print { section { display: none; } }
`;
const shapes = {
  talk: ["M4 5h16v11H10l-5 4v-4H4z", "M8 9.5h8M8 12.5h5"],
  cross: ["m6 6 12 12M18 6 6 18"],
};

const host = document.createElement("div");
const root = host.attachShadow({ mode: "open" });
const section = document.createElement("section");
const button = document.createElement("button");
let frame = null;
let isOpen = false;
let isReady = false;
let unread = 0;
let token = script.dataset.token || "";
let waiting = [];
let scrolled = 0;

// What is remembered on the embedding page: that there is a chat, and that it was open when the page was left.
function remember(storage, value) {
  try {
    if (value) window[storage].setItem("cskh.chat", value);
    else window[storage].removeItem("cskh.chat");
  } catch { /* a page without storage begins closed */ }
}

function remembered(storage) {
  try {
    return window[storage].getItem("cskh.chat");
  } catch {
    return null;
  }
}

// Element by element: pages that demand trusted types take no markup from us.
function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", name);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const shape of shapes[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

function styled() {
  if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet(); // allowed by the strictest content policy of the page
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } else {
    root.append(Object.assign(document.createElement("style"), { textContent: styles }));
  }
}

function label() {
  const name = isOpen ? texts.close : texts.open;
  const told = unread && !isOpen ? `${name}, ${texts.unread.replace("%(count)s", unread)}` : name;
  button.setAttribute("aria-label", told);
  button.title = name;
  button.setAttribute("aria-expanded", String(isOpen));
  button.querySelector(".count").textContent = unread > 99 ? "99+" : unread || "";
}

function tell(message) {
  if (isReady) frame.contentWindow.postMessage(message, home);
  else waiting.push(message);
}

function load() {
  if (frame) return;
  frame = document.createElement("iframe");
  frame.title = texts.open;
  frame.allow = "clipboard-write";
  frame.referrerPolicy = "no-referrer";
  frame.src = `${home}/chat/?language=${language}&origin=${encodeURIComponent(location.origin)}`;
  section.append(frame);
}

function open({ focus = true } = {}) {
  load();
  isOpen = true;
  section.classList.add("open");
  remember("sessionStorage", "open");
  remember("localStorage", "known");
  label();
  if (focus) frame.focus();
  tell({ cskh: "shown", focus });
}

function close() {
  if (!isOpen) return;
  isOpen = false;
  section.classList.remove("open");
  remember("sessionStorage", "");
  label();
  button.focus();
  tell({ cskh: "hidden" });
}

window.addEventListener("message", (event) => {
  if (!frame || event.source !== frame.contentWindow || event.origin !== home) return;
  const said = event.data || {};
  if (said.cskh === "ready") {
    isReady = true;
    if (token) tell({ cskh: "token", token });
    waiting.splice(0).forEach(tell);
  } else if (said.cskh === "close") {
    close();
  } else if (said.cskh === "unread" && Number.isInteger(said.count)) {
    unread = said.count;
    label();
  }
});

function signIn(given) {
  if (typeof given !== "string") return;
  token = given;
  if (isReady && token) tell({ cskh: "token", token });
}

function signOut() {
  token = "";
  if (frame || remembered("localStorage")) {
    load();
    tell({ cskh: "sign-out" });
  }
}

// On a telephone the button is a tab at the edge, which covers little more than the margin, and steps aside while somebody reads on.
function stepAside() {
  section.classList.toggle("aside", window.scrollY > Math.max(0, scrolled) && !unread);
  scrolled = window.scrollY;
}

function stand() {
  styled();
  section.setAttribute("aria-label", texts.open);
  button.type = "button";
  button.append(icon("talk"), icon("cross"), Object.assign(document.createElement("span"), { className: "count" }));
  button.addEventListener("click", () => (isOpen ? close() : open()));
  for (const intent of ["pointerenter", "focus", "touchstart"]) button.addEventListener(intent, load, { once: true, passive: true });
  section.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  window.addEventListener("scroll", stepAside, { passive: true });
  section.append(button);
  root.append(section);
  document.body.append(host);
  label();
  const isWide = window.matchMedia("(min-width: 501px) and (min-height: 481px)").matches;
  if (isWide && remembered("sessionStorage")) open({ focus: false });
  else if (remembered("localStorage")) load();
}

window.CSKH = Object.freeze({ open: () => open(), close, signIn, signOut });
if (document.body) stand();
else document.addEventListener("DOMContentLoaded", stand);
