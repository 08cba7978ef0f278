// Who else looks at this case or writes on it. Nobody is kept out.
(function () {
  "use strict";

  const SAY_EVERY = 20_000, GONE_AFTER = 50_000, WRITES_FOR = 8000;
  const socket = window.desk.socket;
  const others = new Map(); // user → {name, state, at}
  let page, typedAt = -WRITES_FOR, writing = false;

  const watch = () => socket.send("watch", { code: page.dataset.case, writing });

  const initials = (name) => {
    const words = name.trim().split(/\s+/);
    return ((words.length > 1 ? words[0][0] : "") + words[words.length - 1][0]).toUpperCase();
  };

  function show() {
    const now = performance.now();
    others.forEach((one, user) => { if (now - one.at > GONE_AFTER) others.delete(user); });
    const here = [...others.values()];
    const writers = here.filter((one) => one.state === "writing"), viewers = here.filter((one) => one.state !== "writing");
    draw(document.getElementById("desk-presence"), writers, viewers);
    draw(document.getElementById("desk-writing"), writers, []);
  }

  function draw(line, writers, viewers) {
    const said = [[writers, page.dataset.writing], [viewers, page.dataset.viewing]].filter(([people]) => people.length)
      .map(([people, form]) => form.replace("%(names)s", people.map((one) => one.name).join(", "))).join(" · ");
    if (!line || line.dataset.said === said) return;
    line.dataset.said = said;
    line.hidden = !said;
    line.replaceChildren(...[...writers, ...viewers].map((one) => {
      const face = document.createElement("span");
      face.className = `desk-face${one.state === "writing" ? " is-writing" : ""}`;
      face.textContent = initials(one.name);
      face.setAttribute("aria-hidden", "true");
      return face;
    }), said);
  }

  function noteWriting() {
    const now = performance.now() - typedAt < WRITES_FOR;
    if (now !== writing) { writing = now; watch(); }
    show();
  }

  document.addEventListener("DOMContentLoaded", () => {
    page = document.getElementById("case-page");
    socket.on("up", watch);
    socket.on("presence", ({ code, user, name, state }) => {
      if (code !== page.dataset.case) return;
      if (state === "gone") others.delete(user);
      else others.set(user, { name, state, at: performance.now() });
      show();
    });
    socket.on("down", () => { others.clear(); show(); });
    page.addEventListener("input", (event) => {
      if (!event.target.closest("[data-composer] textarea")) return;
      typedAt = event.target.value ? performance.now() : -WRITES_FOR;
      noteWriting();
    });
    page.addEventListener("submit", () => { typedAt = -WRITES_FOR; noteWriting(); });
    setInterval(noteWriting, 1000);
    setInterval(watch, SAY_EVERY);
  });
})();
