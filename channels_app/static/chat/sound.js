// A short soft tone for a new message: off until the visitor wants it.

import { $ } from "./dom.js";
import * as store from "./store.js";

let player = null;

export function offerSound() {
  $("sound").checked = store.get("sound") === "on";
  $("sound").addEventListener("change", () => {
    store.set("sound", $("sound").checked ? "on" : "off");
    ring();
  });
}

export function ring() {
  if (store.get("sound") !== "on" || !navigator.userActivation?.hasBeenActive) return;
  player ??= new AudioContext();
  const tone = player.createOscillator();
  const loudness = player.createGain();
  tone.frequency.value = 660;
  loudness.gain.setValueAtTime(0.08, player.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.0001, player.currentTime + 0.35);
  tone.connect(loudness).connect(player.destination);
  tone.start();
  tone.stop(player.currentTime + 0.4);
}
