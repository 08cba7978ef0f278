// What the frame and the page around it say to each other: open or closed, how many are unread, and the operator's token.
// Only the window that embeds us, from the one origin the server allowed for this frame, is heard or told anything.

import { config } from "./words.js";

export const isEmbedded = config.origin !== "" && window.parent !== window;

export function tell(kind, content = {}) {
  if (isEmbedded) window.parent.postMessage({ cskh: kind, ...content }, config.origin);
}

// handlers: shown(focus), hidden(), token(token), signOut()
export function listen(handlers) {
  if (!isEmbedded) return;
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== config.origin) return;
    const said = event.data ?? {};
    if (said.cskh === "shown") handlers.shown(said.focus !== false);
    else if (said.cskh === "hidden") handlers.hidden();
    else if (said.cskh === "token" && typeof said.token === "string") handlers.token(said.token);
    else if (said.cskh === "sign-out") handlers.signOut();
  });
  tell("ready");
}
