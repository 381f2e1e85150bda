/* Tells the portal, once, that this page's clip was played for some seconds: a ticket, and nothing about who plays it. */
"use strict";

const player = document.querySelector("[data-media]");
const seen = document.getElementById("seen");
const enoughS = Number(seen.dataset.seconds);
let told = false;

player.preload = "metadata";
player.src = player.dataset.media; // the address in the page is for browsers without script: it counts each press of play
player.addEventListener("timeupdate", look);
player.addEventListener("ended", look);

function look() {
  const least = Math.min(enoughS, player.duration * 0.8);
  if (told || !(playedS() >= least)) return;
  told = true;
  setTimeout(tell, Math.max(0, enoughS * 1000 - performance.now()) + 500); // the portal counts from the page's own age
}

function playedS() {
  let all = 0;
  for (let each = 0; each < player.played.length; each += 1) all += player.played.end(each) - player.played.start(each);
  return all;
}

async function tell() {
  try {
    await fetch(seen.action, { method: "POST", body: new FormData(seen), keepalive: true });
  } catch {
    // no connection just now: one play less is counted
  }
}
