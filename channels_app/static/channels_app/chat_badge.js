// How many visitors wait, beside the chat in the navigation of every page of the desk. Asked for now and then, and whenever
// the desk's socket says that who waits has changed.
(function () {
  "use strict";

  const EVERY = 20_000;

  function badge(link) {
    const count = document.createElement("span");
    count.className = "desk-count chat-badge";
    count.hidden = true;
    link.append(count);
    const look = async () => {
      if (document.hidden) return;
      try {
        const answer = await fetch(`${link.pathname}badge/`, { headers: { Accept: "application/json" } });
        if (!answer.ok || answer.redirected) return;
        const { waiting, label } = await answer.json();
        count.hidden = !waiting;
        count.textContent = waiting;
        count.title = label;
        count.setAttribute("aria-label", label);
        count.setAttribute("role", "img");
      } catch { /* the next time tells */ }
    };
    look();
    setInterval(look, EVERY);
    const lookSoon = window.desk?.live.seldom(look);
    window.desk?.socket.on("changed", ({ what }) => { if (what === "waiting") lookSoon(); });
    document.addEventListener("visibilitychange", look);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll('#nav-sidebar-apps a[href$="/admin/chat/"]').forEach(badge);
  });
})();
