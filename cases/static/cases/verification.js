// Looks at pictures closely: larger, smaller, turned, the next one, one of the list. The keys press the buttons (`shortcuts.js`). Pictures come
// while one looks (`case_live.js`): one goes on looking at the same one, as closely.
(function () {
  "use strict";

  const STEP = 1.25, MOST = 8, LEAST = 1;
  const looks = new Map(); // by the name of the picture
  let current = "";
  const pictures = () => [...document.querySelectorAll("[data-picture]")];
  const shown = () => pictures().find((one) => !one.hidden);

  function lookOf(one) {
    const name = one.dataset.picture;
    if (!looks.has(name)) looks.set(name, { scale: 1, turned: 0 });
    return looks.get(name);
  }

  function draw(one) {
    const image = one.querySelector("img"), look = lookOf(one);
    image.style.transform = `rotate(${look.turned}deg)`;
    image.classList.toggle("is-large", look.scale > 1);
    image.style.width = look.scale > 1 ? `${Math.round(one.clientWidth * look.scale)}px` : "";
  }

  function show(one) {
    pictures().forEach((other) => { other.hidden = other !== one; });
    document.querySelectorAll("[data-show]").forEach((button) => {
      if (button.dataset.show === one.dataset.picture) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    });
  }

  function step(by) {
    const all = pictures();
    show(all[(all.indexOf(shown()) + by + all.length) % all.length]);
  }

  const acts = {
    larger: (look) => { look.scale = Math.min(MOST, look.scale * STEP); },
    smaller: (look) => { look.scale = Math.max(LEAST, look.scale / STEP); },
    whole: (look) => { look.scale = 1; look.turned = 0; },
    turn: (look) => { look.turned = (look.turned + 90) % 360; },
    next: () => step(1),
    previous: () => step(-1),
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-look], [data-show]");
    if (!button) return;
    if (button.dataset.show) show(pictures().find((one) => one.dataset.picture === button.dataset.show));
    else acts[button.dataset.look](lookOf(shown()));
    current = shown().dataset.picture;
    draw(shown());
  });

  document.addEventListener("desk:put", () => {
    const same = pictures().find((one) => one.dataset.picture === current);
    if (same) show(same);
    if (!shown()) return;
    current = shown().dataset.picture;
    draw(shown());
  });

  document.addEventListener("DOMContentLoaded", () => { if (shown()) current = shown().dataset.picture; });
})();
