// The visitor's word on the official answer: agree or not, said twice, as it closes or reopens the request.

import { element } from "./dom.js";
import { note } from "./composer.js";
import { say } from "./words.js";

export class Verdict {
  #conversation;
  #log;
  #box = element("div", { className: "verdict" });
  #under = 0; // the line it stands under
  #answer = 0; // what that line says, by its id: the one that is agreed to or not

  constructor(conversation, log) {
    this.#conversation = conversation;
    this.#log = log;
    conversation.addEventListener("standing", () => this.#show());
    conversation.addEventListener("lines", () => this.#show());
    conversation.addEventListener("emptied", () => this.#hide());
  }

  #show() {
    const { state, lines } = this.#conversation;
    const answers = state?.case_status === "answered" ? [...lines.values()].filter((line) => line.answer) : [];
    const last = answers.sort((one, other) => one.id - other.id).at(-1);
    if (!last) {
      this.#hide();
    } else if (last.id !== this.#under) {
      this.#under = last.id;
      this.#answer = last.answer;
      this.#log.elementOf(last.id).append(this.#box);
      this.#ask();
      this.#log.toEnd();
    }
  }

  #hide() {
    this.#under = 0;
    this.#box.remove();
  }

  #ask({ focus = false } = {}) {
    const agree = button("agree", () => this.#sure("agree_sure", "agree_yes", "accept"));
    const disagree = button("disagree", () => this.#sure("disagree_sure", "disagree_yes", "reject"), "quiet");
    this.#box.replaceChildren(element("p", { className: "choices" }, agree, disagree));
    if (focus) agree.focus();
  }

  #sure(question, yes, path) {
    const reason = element("textarea", { id: "reason", rows: 2, maxLength: 4000 });
    const why = element("p", { className: "field" }, element("label", { htmlFor: "reason" }, say("reason")), reason);
    const send = button(yes, () => this.#send(path, path === "reject" ? { reason: reason.value } : {}, send));
    const back = button("back", () => this.#ask({ focus: true }), "quiet");
    this.#box.replaceChildren(
      element("p", {}, say(question)),
      ...(path === "reject" ? [why] : []),
      element("p", { className: "choices" }, send, back),
    );
    (path === "reject" ? reason : send).focus();
    this.#box.scrollIntoView({ block: "nearest" });
  }

  async #send(path, said, send) {
    send.disabled = true;
    try {
      await this.#conversation.ask(path, { answer: this.#answer, ...said });
      note(say(path === "accept" ? "agreed" : "disagreed"), { isPassing: true });
      this.onDone?.();
    } catch (error) {
      send.disabled = false;
      note(error.message && error.status ? error.message : say("failed"));
    }
  }
}

function button(word, act, kind = "") {
  return element("button", { type: "button", className: kind, onclick: act }, say(word));
}
