// Where the visitor writes. What is written is kept until it is sent, across pages and visits.

import { $ } from "./dom.js";
import * as store from "./store.js";
import { config, say } from "./words.js";

const TYPING_EVERY = 3_000; // milliseconds
const PASSES_AFTER = 8_000;
const TALLEST = 160; // pixels

export class Composer {
  #conversation;
  #text = $("text");
  #told = 0;

  constructor(conversation) {
    this.#conversation = conversation;
    // Whoever was faster than this script goes on with what they wrote.
    if (this.#text.value) store.set("draft", this.#text.value);
    else this.#text.value = store.get("draft") ?? "";
    this.#text.addEventListener("input", () => this.#written());
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    conversation.addEventListener("emptied", ({ detail }) => detail.andUnsent && this.#put(""));
    conversation.addEventListener("expired", ({ detail }) => detail.texts.forEach((text) => this.give(text)));
    this.#fit();
    $("send").disabled = false; // before this script, sending would only have left the page
  }

  focus() {
    this.#text.focus();
  }

  // Puts a text back to be changed, before what is written already.
  give(text) {
    this.#put([text, this.#text.value].filter(Boolean).join("\n"));
    this.focus();
  }

  #key(event) {
    // While Vietnamese, Chinese … letters are being composed Enter belongs to the input method (229: Safari's way to say so).
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#send();
  }

  #written() {
    store.set("draft", this.#text.value);
    this.#fit();
    note(this.#isTooLong() ? say("too_long", { limit: config.most_characters }) : "");
    if (Date.now() - this.#told < TYPING_EVERY || !this.#text.value) return;
    this.#told = Date.now();
    this.#conversation.typing();
  }

  #send() {
    const body = this.#text.value.trim();
    this.focus();
    if (!body || this.#isTooLong()) return;
    this.#told = 0; // what is written next is news again
    this.#put("");
    this.#conversation.say(body);
  }

  #isTooLong() {
    return [...this.#text.value.trim()].length > config.most_characters;
  }

  #put(text) {
    this.#text.value = text;
    store.set("draft", text);
    this.#fit();
  }

  #fit() {
    this.#text.style.height = "auto";
    this.#text.style.height = `${Math.min(TALLEST, this.#text.scrollHeight + 2)}px`;
  }
}

let passing = 0;

// One short line above the field, read out when it changes. What is `passing` goes by itself.
export function note(text, { isPassing = false } = {}) {
  clearTimeout(passing);
  if ($("note").textContent !== text) $("note").textContent = text;
  if (isPassing) passing = setTimeout(() => note(""), PASSES_AFTER);
}
