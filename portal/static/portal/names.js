/* A press on “I said a name at 0:41” plays from a moment before it. */
"use strict";

const BEFORE_S = 2;

for (const button of document.querySelectorAll("[data-seek]")) {
  button.addEventListener("click", () => {
    const player = document.querySelector(".player video, .player audio");
    if (player === null) return;
    player.currentTime = Math.max(0, Number(button.dataset.seek) - BEFORE_S);
    player.play().catch(() => {}); // a browser that waits for another press shows the place all the same
    player.focus();
  });
}
