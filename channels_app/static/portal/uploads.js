// Files of a case go in pieces, with progress: what a broken line costs is one piece, and it goes on by itself when the line is
// back. Chosen again after the page was closed, a file goes on where it stopped. Without this file the form sends them itself.
(() => {
  const PIECE = 256 * 1024; // bytes: a few seconds on a slow telephone
  const PATIENCE = [1, 2, 4, 8, 15]; // seconds before another try; then the last one again and again
  const TUS = { "Tus-Resumable": "1.0.0" };

  const form = document.querySelector("form[data-uploads]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const { uploads: address, uploading, waiting, away, failed, lost } = form.dataset;
  const list = form.querySelector(".uploads");
  const stop = form.querySelector("[data-stop]");
  let controller = null;

  class Refused extends Error {}
  class Away extends Error {} // the server, as while it starts anew or has no room; a broken line is fetch()'s TypeError

  const say = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const utf8 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  // Where a file goes on after the page was closed; a browser that keeps nothing for us begins anew.
  const kept = (file) => `upload ${address} ${file.name} ${file.size} ${file.lastModified}`;
  const tried = (act) => {
    try {
      return act();
    } catch {
      return null;
    }
  };
  const remember = (file, where) => tried(() => localStorage.setItem(kept(file), where));
  const recall = (file) => tried(() => localStorage.getItem(kept(file)));
  const forget = (file) => tried(() => localStorage.removeItem(kept(file)));

  const call = async (method, where, headers = {}, body = undefined) => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const response = await fetch(where, {
      method, body, signal: controller.signal, credentials: "same-origin", redirect: "error",
      headers: { ...TUS, "X-CSRFToken": token, ...headers },
    });
    if (response.status >= 500) throw new Away();
    return response;
  };

  const refusal = async (response) => {
    const problem = await response.json().catch(() => ({}));
    return new Refused(Object.values(problem.errors ?? {}).flat()[0] ?? problem.message ?? lost);
  };

  const begin = async (file) => {
    const metadata = `filename ${utf8(file.name)},filetype ${utf8(file.type)}`;
    const response = await call("POST", address, { "Upload-Length": file.size, "Upload-Metadata": metadata });
    if (response.status !== 201) throw await refusal(response);
    const where = response.headers.get("Location");
    remember(file, where);
    return { where, offset: 0 };
  };

  // Where the file goes on: where it stopped, when it was begun before and is still known there.
  const goOn = async (file) => {
    const where = recall(file);
    if (!where) return begin(file);
    const response = await call("HEAD", where);
    if (response.status === 200 && Number(response.headers.get("Upload-Length")) === file.size) {
      return { where, offset: Number(response.headers.get("Upload-Offset")) };
    }
    return begin(file);
  };

  const send = async (file, progress) => {
    let { where, offset } = await goOn(file);
    progress(offset);
    while (offset < file.size) {
      const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
      const response = await call("PATCH", where, headers, file.slice(offset, offset + PIECE));
      if (response.status === 409) ({ where, offset } = await goOn(file)); // taken already; only its receipt was lost
      else if (response.status !== 204) throw await refusal(response);
      else offset = Number(response.headers.get("Upload-Offset"));
      progress(offset);
    }
    return where.split("/").filter(Boolean).at(-1);
  };

  const later = (seconds) =>
    new Promise((done, fail) => {
      const timer = setTimeout(done, seconds * 1000);
      addEventListener("online", done, { once: true });
      controller.signal.addEventListener("abort", () => (clearTimeout(timer), fail(controller.signal.reason)), { once: true });
    });

  const sendPatiently = async (file, line) => {
    for (let tries = 0; ; tries += 1) {
      try {
        return await send(file, (offset) => {
          tries = 0;
          line.show(Math.floor((100 * offset) / file.size));
        });
      } catch (error) {
        if (controller.signal.aborted || !(error instanceof TypeError || error instanceof Away)) throw error;
        line.wait(error instanceof Away ? away : waiting);
        await later(PATIENCE[Math.min(tries, PATIENCE.length - 1)]);
      }
    }
  };

  const lineOf = (file) => {
    const bar = Object.assign(document.createElement("progress"), { max: 100, value: 0 });
    const words = document.createElement("span");
    const item = document.createElement("li");
    item.append(words, bar);
    list.append(item);
    const tell = (text) => {
      words.textContent = text;
      bar.setAttribute("aria-label", text);
    };
    const show = (percent) => {
      bar.value = percent;
      tell(say(uploading, { name: file.name, percent }));
    };
    show(0);
    return {
      show,
      wait: (why) => tell(say(why, { name: file.name })),
      fail: (why) => {
        bar.remove();
        item.className = "bad";
        item.setAttribute("role", "alert");
        words.textContent = say(failed, { name: file.name, why });
      },
    };
  };

  const busy = (isBusy) => {
    for (const part of form.querySelectorAll("input, select, textarea, button")) {
      if (part !== stop && part.type !== "hidden") part.disabled = isBusy;
    }
    stop.hidden = !isBusy;
  };

  const add = (id) => {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value: id }));
  };

  const sendAll = async (files) => {
    controller = new AbortController();
    list.replaceChildren();
    busy(true);
    const lines = files.map((file) => [file, lineOf(file)]);
    const ids = [];
    let current = null;
    try {
      for (const [file, line] of lines) {
        current = line;
        ids.push(await sendPatiently(file, line));
      }
    } catch (error) {
      busy(false);
      if (controller.signal.aborted) list.replaceChildren();
      else current.fail(error instanceof Refused ? error.message : lost);
      return;
    }
    busy(false);
    ids.forEach(add);
    files.forEach(forget);
    input.value = ""; // they are there already
    form.submit();
  };

  stop.addEventListener("click", () => controller.abort());
  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    sendAll([...input.files]);
  });
})();
