// Files on their way, one after the other, each with its progress: chosen, dragged, pasted or photographed.

import { Refused, read, ServerFault } from "./calls.js";
import { note } from "./composer.js";
import { $, element } from "./dom.js";
import { newId } from "./store.js";
import { config, say } from "./words.js";

export class Uploads {
  #conversation;
  #queue = [];
  #isBusy = false;

  constructor(conversation) {
    this.#conversation = conversation;
    this.#choose("attach", "files");
    this.#choose("camera", "photo");
    this.#drag();
    document.addEventListener("paste", (event) => {
      if (!event.clipboardData?.files.length) return;
      event.preventDefault();
      this.#take(event.clipboardData.files);
    });
    conversation.addEventListener("standing", () => this.#next());
    conversation.addEventListener("emptied", () => this.#queue.splice(0).forEach((upload) => upload.remove()));
  }

  #choose(button, input) {
    $(button).addEventListener("click", () => $(input).click());
    $(input).addEventListener("change", () => {
      this.#take($(input).files);
      $(input).value = "";
    });
  }

  #drag() {
    const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      document.body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget || document.body.classList.remove("dropping"));
    document.addEventListener("drop", (event) => {
      document.body.classList.remove("dropping");
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.#take(event.dataTransfer.files);
    });
  }

  #take(files) {
    for (const file of files) {
      const upload = new Upload(file, {
        onAgain: () => this.#next(),
        onCancel: (cancelled) => {
          this.#queue = this.#queue.filter((other) => other !== cancelled);
          cancelled.remove();
        },
      });
      $("uploads").append(upload.item);
      const why = refusalOf(file);
      if (why) upload.fail(why, { isFinal: true });
      this.#queue.push(upload);
    }
    const first = this.#queue.find((upload) => upload.isWaiting);
    // A file belongs to a request: the first one says so itself.
    if (first && !this.#conversation.state?.code) this.#conversation.say(say("sends_file", { name: first.file.name }));
    this.#next();
  }

  async #next() {
    if (this.#isBusy || !this.#conversation.state?.code) return;
    const upload = this.#queue.find((one) => one.isWaiting);
    if (!upload) return;
    this.#isBusy = true;
    try {
      await upload.send(this.#conversation.key);
      this.#queue = this.#queue.filter((one) => one !== upload);
      upload.remove();
      note(say("file_sent", { name: upload.file.name }), { isPassing: true });
    } catch (error) {
      if (error.name !== "AbortError") upload.fail(...whyAndWhether(error));
    } finally {
      this.#isBusy = false;
    }
    this.#next();
  }
}

class Upload {
  isWaiting = true;
  #id = newId(); // sent again it is the same file
  #request = null;
  #words = element("span");
  #bar = element("progress", { max: 100, value: 0 });
  #choices = element("span", { className: "choices" });

  constructor(file, { onAgain, onCancel }) {
    this.file = file;
    this.item = element("li", {}, this.#words, this.#bar, this.#choices);
    this.onAgain = onAgain;
    this.onCancel = onCancel;
    this.#progress(0);
    this.#offer([["cancel", () => this.#cancel()]]);
  }

  remove() {
    this.item.remove();
  }

  fail(why, { isFinal = false } = {}) {
    this.isWaiting = false;
    this.item.classList.add("bad");
    this.#bar.hidden = true;
    this.#words.setAttribute("role", "alert");
    this.#words.textContent = say("file_failed", { name: this.file.name, why });
    const again = () => {
      this.isWaiting = true;
      this.item.classList.remove("bad");
      this.#bar.hidden = false;
      this.#words.removeAttribute("role");
      this.#progress(0);
      this.#offer([["cancel", () => this.#cancel()]]);
      this.onAgain();
    };
    this.#offer([...(isFinal ? [] : [["again", again]]), ["remove", () => this.onCancel(this)]]);
  }

  // fetch() says nothing of what has left already; this older way does.
  send(key) {
    const form = new FormData();
    form.append("client_id", this.#id);
    form.append("file", this.file);
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      this.#request = request;
      request.upload.onprogress = ({ loaded, total }) => this.#progress(Math.floor((100 * loaded) / total));
      request.onload = () => {
        try {
          done(read(request.status, answerOf(request)));
        } catch (error) {
          failed(error);
        }
      };
      request.onerror = () => failed(new Error("network"));
      request.onabort = () => failed(new DOMException("", "AbortError"));
      request.open("POST", "/chat/file");
      request.setRequestHeader("Authorization", `Chat ${key}`);
      request.send(form);
    });
  }

  #cancel() {
    this.onCancel(this);
    this.#request?.abort();
  }

  #progress(percent) {
    this.#bar.value = percent;
    this.#words.textContent = say("uploading", { name: this.file.name, percent });
    this.#bar.setAttribute("aria-label", this.#words.textContent);
  }

  #offer(choices) {
    const buttons = choices.map(([word, act]) => {
      return element("button", { type: "button", className: "link", onclick: act, "aria-label": `${say(word)}: ${this.file.name}` }, say(word));
    });
    this.#choices.replaceChildren(...buttons);
  }
}

// Something on the way may refuse in words that are not ours: then its status is all there is.
function answerOf({ status, responseText }) {
  try {
    return JSON.parse(responseText);
  } catch (error) {
    if (status >= 400) return {};
    throw error;
  }
}

// Why an upload failed, and whether that is final: sending the same file again would be refused again.
function whyAndWhether(error) {
  if (error instanceof ServerFault) return [say("file_fault")];
  if (!(error instanceof Refused)) return [say("file_lost")];
  return [error.message || say("file_refused"), { isFinal: !error.isForNow }];
}

function refusalOf(file) {
  if (file.size > config.most_bytes) return say("file_large", { limit: Math.floor(config.most_bytes / 1024 / 1024) });
  return file.size === 0 ? say("file_empty") : "";
}
