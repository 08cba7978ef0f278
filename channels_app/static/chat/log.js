// What was said, as a list that grows at its end.

import { $, element, withLinks } from "./dom.js";
import { unsent } from "./store.js";
import { say, timeOf } from "./words.js";

const NEAR_END = 80; // pixels

export class Log {
  #conversation;
  #box = $("log");
  #list = $("lines");
  #shown = new Map(); // line id → its element
  #pending = new Map(); // client id → its element
  #code = "";
  #isFollowing = true; // stays at the end as it grows, until the visitor scrolls up
  #top = 0;

  // `onEdit(text)`: the visitor wants a refused text back.
  constructor(conversation, { onEdit }) {
    this.#conversation = conversation;
    this.onEdit = onEdit;
    conversation.addEventListener("lines", ({ detail }) => this.#add(detail.lines));
    conversation.addEventListener("unsent", () => this.#showUnsent());
    conversation.addEventListener("standing", () => this.#showStanding());
    conversation.addEventListener("emptied", () => this.#empty());
    this.#box.addEventListener("scroll", () => this.#scrolled());
    $("newest").addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#isFollowing && this.toEnd()).observe(this.#box);
    this.#showUnsent();
  }

  elementOf(id) {
    return this.#shown.get(id);
  }

  toEnd() {
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#isFollowing = true;
    $("newest").hidden = true;
  }

  // The next additions are told to screen readers; what was there before is not read out again.
  announce() {
    this.#box.setAttribute("aria-live", "polite");
  }

  // Only the visitor scrolls up; what comes in or makes room moves the end, not the place.
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (isAtEnd || scrollTop < this.#top) this.#isFollowing = isAtEnd;
    if (isAtEnd) $("newest").hidden = true;
    this.#top = scrollTop;
  }

  #add(lines) {
    for (const line of lines.sort((one, other) => one.id - other.id)) this.#place(line);
    this.#showUnsent();
    this.#showStanding();
    if (this.#isFollowing || lines.some((line) => line.from === "visitor")) this.toEnd();
    else $("newest").hidden = false;
  }

  #place(line) {
    const pending = line.from === "visitor" ? this.#pending.get(line.client_id) : undefined;
    const item = pending ?? element("li");
    this.#pending.delete(line.client_id);
    const next = [...this.#shown.keys()].filter((id) => id > line.id).sort((one, other) => one - other)[0];
    const before = next ? this.#shown.get(next) : [...this.#pending.values()][0] ?? null;
    item.className = line.answer ? "line theirs answer" : `line ${{ visitor: "mine", agent: "theirs" }[line.from] ?? "automatic"}`;
    item.replaceChildren(...partsOf(line));
    if (!item.isConnected || (before && item.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_PRECEDING)) {
      this.#list.insertBefore(item, before);
    }
    this.#shown.set(line.id, item);
  }

  #showUnsent() {
    const entries = unsent();
    const known = new Set(entries.map((entry) => entry.client_id));
    for (const [client_id, item] of this.#pending) {
      if (!known.has(client_id)) {
        item.remove();
        this.#pending.delete(client_id);
      }
    }
    let grew = false;
    for (const entry of entries) {
      let item = this.#pending.get(entry.client_id);
      if (!item) {
        item = element("li");
        this.#pending.set(entry.client_id, item);
        this.#list.append(item);
        grew = true;
      } else if (item.dataset.why === (entry.why ?? "")) continue;
      item.dataset.why = entry.why ?? "";
      item.className = `line mine pending${entry.why ? " wrong" : ""}`;
      item.replaceChildren(...this.#partsOfUnsent(entry));
    }
    if (grew) this.toEnd();
  }

  #partsOfUnsent({ client_id, body, why }) {
    const parts = [who(say("you"), true), element("div", { className: "bubble" }, body)];
    if (!why) return [...parts, element("p", { className: "meta" }, say("sending"))];
    const takeBack = () => this.#conversation.retract(client_id);
    const edit = () => {
      takeBack();
      this.onEdit(body);
    };
    const choices = element(
      "p",
      { className: "meta" },
      element("button", { type: "button", className: "link", onclick: edit }, say("edit")),
      " ",
      element("button", { type: "button", className: "link", onclick: takeBack }, say("remove")),
    );
    return [...parts, element("p", { className: "meta bad" }, say("not_sent", { why })), choices];
  }

  #showStanding() {
    const { state, agentRead, lines } = this.#conversation;
    if (state?.code) this.#showCode(state.code);
    const mine = [...this.#shown.keys()].filter((id) => lines.get(id)?.from === "visitor").sort((one, other) => one - other);
    const lastRead = mine.filter((id) => id <= agentRead).at(-1);
    for (const id of mine) {
      const mark = this.#shown.get(id).querySelector(".mark");
      const text = id === lastRead ? say("read") : id === mine.at(-1) ? say("sent") : "";
      if (mark && mark.textContent !== text) mark.textContent = text;
    }
  }

  // The code stands where it was given: in our first line that names it.
  #showCode(code) {
    if (this.#code === code || !this.#shown.size) return;
    const ids = [...this.#shown.keys()].sort((one, other) => one - other);
    const lines = this.#conversation.lines;
    const first = ids.find((id) => lines.get(id).from === "automatic" && lines.get(id).body.includes(code)) ?? ids[0];
    this.#code = code;
    const copy = element("button", { type: "button", className: "quiet", "aria-label": say("copy") }, say("copy"));
    copy.addEventListener("click", async () => {
      await copyText(code);
      copy.textContent = say("copied");
      setTimeout(() => (copy.textContent = say("copy")), 2000);
    });
    const card = element(
      "div",
      { className: "code" },
      element("span", { className: "soft" }, say("code")),
      element("strong", {}, code),
      copy,
    );
    this.#shown.get(first).querySelector(".bubble").after(card);
    if (this.#isFollowing) this.toEnd();
  }

  #empty() {
    this.#list.replaceChildren();
    this.#shown.clear();
    this.#pending.clear();
    this.#code = "";
    this.#showUnsent();
  }
}

function partsOf(line) {
  const isMine = line.from === "visitor";
  const name = isMine ? say("you") : line.from === "agent" ? line.name || say("us") : say("automatic");
  const parts = [who(line.answer ? `${say("answer")} · ${name}` : name, isMine)];
  const isOnlyFile = line.files.length === 1 && line.files[0].name === line.body;
  const bubble = element("div", { className: "bubble" });
  if (!isOnlyFile) bubble.append(...(isMine ? [line.body] : withLinks(line.body)));
  for (const file of line.files) {
    const refused = file.refused ? ` – ${say("file_refused")}: ${file.refused}` : "";
    bubble.append(element("p", { className: "file" }, element("span", { className: "unseen" }, `${say("file")}: `), file.name + refused));
  }
  parts.push(bubble);
  const meta = element("p", { className: "meta" }, element("time", { dateTime: line.at }, timeOf(line.at)));
  if (isMine) meta.append(" ", element("span", { className: "mark" }));
  parts.push(meta);
  return parts;
}

function who(name, isMine) {
  return element("p", { className: isMine ? "who unseen" : "who" }, name);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without the permission: the older way, by a selection.
    const field = element("textarea", { value: text, className: "unseen", readOnly: true });
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
