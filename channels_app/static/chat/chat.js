// The chat page: puts its parts together. It is usable before anything was asked of the server.

import { Composer, note } from "./composer.js";
import { Contact } from "./contact.js";
import { Conversation } from "./conversation.js";
import { $ } from "./dom.js";
import { isEmbedded, listen, tell } from "./embedding.js";
import { Log } from "./log.js";
import { offerSound, ring } from "./sound.js";
import { Standing } from "./standing.js";
import { Uploads } from "./uploads.js";
import { Verdict } from "./verdict.js";
import { say } from "./words.js";

const TYPING_SHOWN = 5_000; // milliseconds
const title = document.title;
const isTouched = window.matchMedia("(pointer: coarse)").matches; // where the field's focus would cover half of it with keys

const conversation = new Conversation();
const composer = new Composer(conversation);
const log = new Log(conversation, { onEdit: (text) => composer.give(text) });
const contact = new Contact(conversation, { onDone: () => composer.focus() });
new Standing(conversation, { onContact: () => contact.open() });
const verdict = new Verdict(conversation, log);
verdict.onDone = () => composer.focus();
new Uploads(conversation);
offerSound();

let isShown = !isEmbedded;
let hasHistory = !conversation.key; // lines that come first were there before

// Whoever looks at the conversation has read it.
function look() {
  if (isShown && !document.hidden) conversation.read();
  const count = conversation.unread();
  tell("unread", { count });
  document.title = count ? say("title_unread", { count, title }) : title;
}

conversation.addEventListener("lines", ({ detail }) => {
  if (hasHistory) {
    if (detail.lines.some((line) => line.from === "agent")) {
      showTyping("");
      ring();
    }
  } else {
    hasHistory = true;
    setTimeout(() => log.announce(), 500);
  }
  look();
});
conversation.addEventListener("standing", look);
conversation.addEventListener("emptied", () => {
  hasHistory = true;
  note("");
  look();
});
conversation.addEventListener("busy", () => note(say("busy")));
conversation.addEventListener("unsent", () => note(""));
document.addEventListener("visibilitychange", look);

let typingTimer = 0;
function showTyping(name) {
  clearTimeout(typingTimer);
  $("typing").textContent = name ? say("typing", { name }) : "";
  if (name) typingTimer = setTimeout(() => showTyping(""), TYPING_SHOWN);
}
conversation.addEventListener("typing", ({ detail }) => showTyping(detail.name || say("us")));

function toggleMenu(isOpen) {
  $("menu").hidden = !isOpen;
  $("menu-button").setAttribute("aria-expanded", String(isOpen));
}
$("menu-button").addEventListener("click", () => toggleMenu($("menu").hidden));
$("menu-contact").addEventListener("click", () => {
  toggleMenu(false);
  contact.open();
});
$("menu-anew").addEventListener("click", () => {
  toggleMenu(false);
  conversation.forget();
  composer.focus();
});
document.addEventListener("click", (event) => {
  if (!$("menu").hidden && !event.target.closest("#menu, #menu-button")) toggleMenu(false);
});

$("close").hidden = !isEmbedded;
$("close").addEventListener("click", () => tell("close"));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (!$("menu").hidden) {
    toggleMenu(false);
    $("menu-button").focus();
  } else if (contact.isOpen) contact.close();
  else tell("close");
});

listen({
  shown(wantsFocus) {
    isShown = true;
    if (wantsFocus) (isTouched ? $("log") : $("text")).focus();
    log.toEnd();
    look();
  },
  hidden() {
    isShown = false;
  },
  token: (token) => conversation.signIn(token),
  signOut: () => conversation.signOut(),
});
if (hasHistory) log.announce();
if (!isEmbedded && !isTouched) composer.focus();
conversation.resume();
