// Looks at pictures closely: larger, smaller, turned, the next one. The keys press the buttons (`shortcuts.js`).
(function () {
  "use strict";

  const STEP = 1.25, MOST = 8, LEAST = 1;
  const pictures = [...document.querySelectorAll("[data-picture]")];
  if (!pictures.length) return;
  const looks = new Map(pictures.map((one) => [one, { scale: 1, turned: 0 }]));
  const shown = () => pictures.find((one) => !one.hidden);

  function draw(one) {
    const image = one.querySelector("img"), look = looks.get(one);
    image.style.transform = `rotate(${look.turned}deg)`;
    image.classList.toggle("is-large", look.scale > 1);
    image.style.width = look.scale > 1 ? `${Math.round(one.clientWidth * look.scale)}px` : "";
  }

  const acts = {
    larger: (look) => { look.scale = Math.min(MOST, look.scale * STEP); },
    smaller: (look) => { look.scale = Math.max(LEAST, look.scale / STEP); },
    whole: (look) => { look.scale = 1; look.turned = 0; },
    turn: (look) => { look.turned = (look.turned + 90) % 360; },
    next: () => {
      const here = shown();
      here.hidden = true;
      pictures[(pictures.indexOf(here) + 1) % pictures.length].hidden = false;
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-look]");
    if (!button) return;
    acts[button.dataset.look](looks.get(shown()));
    draw(shown());
  });
})();
