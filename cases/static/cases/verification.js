// Looks at pictures closely: larger, smaller, turned, the next one. The keys press the buttons (`shortcuts.js`). Pictures come
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

  const show = (one) => pictures().forEach((other) => { other.hidden = other !== one; });

  const acts = {
    larger: (look) => { look.scale = Math.min(MOST, look.scale * STEP); },
    smaller: (look) => { look.scale = Math.max(LEAST, look.scale / STEP); },
    whole: (look) => { look.scale = 1; look.turned = 0; },
    turn: (look) => { look.turned = (look.turned + 90) % 360; },
    next: () => {
      const all = pictures();
      show(all[(all.indexOf(shown()) + 1) % all.length]);
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-look]");
    if (!button) return;
    acts[button.dataset.look](lookOf(shown()));
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
