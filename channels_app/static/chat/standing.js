// Where the visitor stands: in the queue, in conversation, or what comes next.

import { $, element } from "./dom.js";
import { config, say, timeOf } from "./words.js";

export class Standing {
  #conversation;
  #expired = null;

  // `onContact()`: the visitor wants to say how they are reached.
  constructor(conversation, { onContact }) {
    this.#conversation = conversation;
    this.onContact = onContact;
    conversation.addEventListener("standing", () => this.#show());
    conversation.addEventListener("emptied", () => this.#show());
    conversation.addEventListener("unsent", () => this.#show());
    conversation.addEventListener("expired", ({ detail }) => {
      this.#expired = detail;
      this.#show();
    });
    conversation.addEventListener("link", ({ detail }) => connection(detail.link));
    this.#show();
  }

  #show() {
    const { state, key } = this.#conversation;
    if (state?.code) this.#expired = null;
    const said = this.#expired ? [say("expired")] : key && !state ? [say("opening")] : sentences(state);
    fill($("status"), [said.join(" ")]);
    const ways = this.#ways(state);
    fill($("ways"), ways);
    $("ways").hidden = ways.length === 0;
    $("menu-anew").hidden = !state?.code;
    const subtitle = state?.agent && state.state === "talking" ? state.agent : say("us");
    if ($("subtitle").textContent !== subtitle) $("subtitle").textContent = subtitle;
  }

  #ways(state) {
    if (this.#expired) return [followLink(this.#expired.code)];
    if (isAlone(state) && !state.contact) {
      return [element("button", { type: "button", className: "quiet", onclick: this.onContact }, say("leave_contact"))];
    }
    if (!state?.code || (state.state !== "ended" && state.case_status !== "closed")) return [];
    const anew = element("button", { type: "button", className: "link", onclick: () => this.#conversation.forget() }, say("anew"));
    return state.case_status === "closed" ? [followLink(state.code), anew] : [followLink(state.code)];
  }
}

function sentences(state) {
  if (!state || state.state === "greeted") return [say((state ?? config).somebody_here ? "here" : "nobody")];
  if (state.case_status === "closed" && state.state !== "talking") return [say("closed")];
  if (state.case_status === "answered" && state.state !== "talking") return [say("answered")];
  if (state.state === "talking") return [state.agent ? say("talking", { name: state.agent }) : say("talking_us")];
  if (state.state === "ended") return [say("ended"), ...promise(state)];
  if (isAlone(state)) return [say("taken"), ...promise(state)];
  const place = state.place === 1 ? say("next") : say("place", { place: state.place });
  return [state.wait_seconds === null ? place : `${place} ${wait(state.wait_seconds)}`];
}

// Somebody waits and nobody is here to answer.
function isAlone(state) {
  return state?.state === "waiting" && !state.somebody_here && state.case_status !== "closed";
}

function promise(state) {
  const isAhead = state.answer_by && new Date(state.answer_by) > new Date();
  return isAhead ? [say("answer_by", { time: timeOf(state.answer_by) })] : [];
}

function wait(seconds) {
  return seconds < 60 ? say("wait_seconds") : say("wait_minutes", { minutes: Math.ceil(seconds / 60) });
}

function followLink(code) {
  const query = code ? `?code=${encodeURIComponent(code)}` : "";
  return element("a", { href: `/track/${query}`, target: "_blank", rel: "noopener" }, say("follow"));
}

function connection(link) {
  const text = { offline: say("offline"), fault: say("fault"), asking: say("slow") }[link] ?? "";
  const bar = $("connection");
  bar.classList.toggle("bad", link === "offline" || link === "fault");
  if (bar.textContent !== text) bar.textContent = text;
}

// Touches the page only where the words differ: it is read out on every change.
function fill(box, children) {
  const words = children.map((child) => child.textContent ?? child).join("\n");
  if (box.dataset.words === words) return;
  box.dataset.words = words;
  box.replaceChildren(...children);
}
