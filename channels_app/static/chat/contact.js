// How the visitor is reached when they are gone: an address or a number, and the code that proves an address.

import { note } from "./composer.js";
import { $ } from "./dom.js";
import { say } from "./words.js";

export class Contact {
  #conversation;
  #section = $("contact");
  #address = "";

  // `onDone()`: the form is gone, the focus needs another place.
  constructor(conversation, { onDone }) {
    this.#conversation = conversation;
    this.onDone = onDone;
    conversation.addEventListener("standing", () => {
      $("menu-contact").hidden = !conversation.state?.code;
    });
    conversation.addEventListener("emptied", () => {
      this.#section.hidden = true;
      $("menu-contact").hidden = true;
    });
    $("contact-form").addEventListener("submit", (event) => this.#save(event));
    $("code-form").addEventListener("submit", (event) => this.#prove(event));
    for (const later of this.#section.querySelectorAll("[data-dismiss]")) later.addEventListener("click", () => this.close());
  }

  get isOpen() {
    return !this.#section.hidden;
  }

  open() {
    this.#show("contact-form");
    $("contact-name").focus();
  }

  close() {
    this.#section.hidden = true;
    this.onDone();
  }

  #show(form) {
    for (const one of ["contact-form", "code-form"]) $(one).hidden = one !== form;
    this.#wrong("");
    this.#section.hidden = false;
  }

  async #save(event) {
    event.preventDefault();
    const { name, email, phone } = Object.fromEntries(new FormData($("contact-form")));
    const answer = await this.#ask("contact", { name, email, phone }, $("contact-form"));
    if (!answer) return;
    this.#address = email.trim() || phone.trim();
    if (answer.proof_sent) {
      this.#show("code-form");
      note(say("code_mailed", { address: this.#address }));
      $("contact-code").focus();
    } else {
      note(say("contact_kept", { address: this.#address }), { isPassing: true });
      this.close();
    }
  }

  async #prove(event) {
    event.preventDefault();
    const code = $("contact-code").value;
    if (!(await this.#ask("prove", { code }, $("code-form")))) return;
    $("contact-code").value = "";
    note(say("contact_proved", { address: this.#address }), { isPassing: true });
    this.close();
  }

  async #ask(path, body, form) {
    const buttons = form.querySelectorAll("button");
    buttons.forEach((button) => (button.disabled = true));
    try {
      this.#wrong("");
      return await this.#conversation.ask(path, body);
    } catch (error) {
      this.#wrong(error.status ? error.message : say("failed"), Object.keys(error.errors ?? {}));
      return null;
    } finally {
      buttons.forEach((button) => (button.disabled = false));
    }
  }

  #wrong(text, fields = []) {
    this.#section.querySelector(".errors").textContent = text;
    for (const input of this.#section.querySelectorAll("input")) {
      if (fields.includes(input.name)) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    this.#section.querySelector("[aria-invalid]")?.focus();
  }
}
