/* Keeps a moderator's claim while the page is open and can be seen; says so when somebody else has taken the clip over. */
"use strict";

const claim = document.querySelector("[data-keep]");
const lost = document.getElementById("lost");
const everyMs = Number(claim.dataset.every) * 1000;
let renewedAt = Date.now();
let timer = setInterval(renew, everyMs);

document.addEventListener("visibilitychange", () => {
  if (Date.now() - renewedAt >= everyMs) renew();
});

async function renew() {
  if (timer === null || document.visibilityState !== "visible") return;
  const body = new FormData(claim.querySelector("form"));
  let answer;
  try {
    answer = await fetch(claim.dataset.keep, { method: "POST", body });
  } catch {
    return; // no connection just now: the next turn tries again, and the portal has the last word in any case
  }
  if (answer.ok) renewedAt = Date.now();
  if (answer.status === 409) tell((await answer.json()).message);
}

/* Nothing that was typed is thrown away: the page stays as it is, without the buttons that would be refused. */
function tell(sentence) {
  clearInterval(timer);
  timer = null;
  lost.querySelector("strong").textContent = sentence;
  lost.hidden = false;
  claim.hidden = true;
  for (const button of document.querySelectorAll("[data-decides]")) button.disabled = true;
}
