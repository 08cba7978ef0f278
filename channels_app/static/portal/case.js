// The pages of a case, made livelier: the code is copied by a button, and what changes shows without a reload.
// Everything on them works without this file.
(() => {
  const EVERY = 30_000; // milliseconds between two looks
  const WHOLE_EVERY = 10; // every so many looks all is fetched again, so that "in 2 hours" stays true
  const { liveUrl } = document.currentScript.dataset;

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    const code = document.getElementById(button.dataset.copy);
    const words = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(code.textContent.trim());
        button.textContent = `✓ ${button.dataset.done}`;
        setTimeout(() => (button.textContent = words), 3000);
      } catch {
        select(code); // not allowed to: whoever wants it copies it by hand
      }
    });
  }

  if (!liveUrl) return;
  const news = document.getElementById("news");
  const region = (name) => document.querySelector(`[data-live="${name}"]`);
  let looks = 0;
  let timer = null;

  // Somebody who reads, selects or uses a part keeps it as it is; it is replaced at the next look.
  const inUse = (part) => {
    const selection = getSelection();
    return part.contains(document.activeElement) || (!selection.isCollapsed && selection.containsNode(part, true));
  };

  const show = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html");
    const left = [];
    for (const part of fresh.querySelectorAll("[data-live]")) {
      const shown = region(part.dataset.live);
      if (!shown || shown.innerHTML === part.innerHTML) continue;
      if (inUse(shown)) left.push(shown);
      else shown.replaceChildren(...document.importNode(part, true).childNodes);
    }
    const seen = fresh.querySelector("[data-seen]").dataset.seen;
    if (seen !== region("standing").dataset.seen) news.textContent = news.dataset.new;
    if (!left.length) region("standing").dataset.seen = seen;
  };

  const look = async () => {
    const address = new URL(liveUrl, location.href);
    looks += 1;
    if (looks % WHOLE_EVERY) address.searchParams.set("seen", region("standing").dataset.seen);
    try {
      const response = await fetch(address, { credentials: "same-origin", redirect: "error" });
      if (response.status === 404) return; // the access has ended: the next click says so
      if (response.status === 200) show(await response.text());
    } catch {
      // Not reachable: the next look may be.
    }
    wait();
  };

  const wait = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, EVERY);
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  wait();
})();
