/* While somebody types a comment, finds the number that shows the portal some work: SHA-256(ticket:number) begins with zeros. */
"use strict";

const form = document.getElementById("comment");
const ticket = form.elements.ticket.value;
const zeros = Number(form.dataset.bits);
const TURN_MS = 12;
let next = 0;
let begun = false;
let wanted = false;

form.addEventListener("input", begin);
form.addEventListener("submit", (event) => {
  begin();
  if (form.elements.answer.value) return;
  event.preventDefault();
  wanted = true;
  const button = form.querySelector("button");
  button.disabled = true;
  button.textContent = "One moment …";
});

function begin() {
  if (!begun) turn();
  begun = true;
}

/* A little at a time, so that the page stays quick. */
function turn() {
  const end = performance.now() + TURN_MS;
  while (performance.now() < end) {
    if (firstWord(`${ticket}:${next}`) >>> (32 - zeros) === 0) return found();
    next += 1;
  }
  setTimeout(turn, 0);
}

function found() {
  form.elements.answer.value = String(next);
  if (wanted) form.submit();
}

/* The first 32 bits of the SHA-256 (FIPS 180-4) of a text in ASCII. */
const primes = [];
for (let each = 2; primes.length < 64; each += 1) if (primes.every((prime) => each % prime)) primes.push(each);
const fraction = (value) => Math.floor((value - Math.floor(value)) * 2 ** 32);
const K = primes.map((prime) => fraction(Math.cbrt(prime)));
const START = primes.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const words = new Int32Array(64);
const turned = (word, by) => (word >>> by) | (word << (32 - by));

function firstWord(text) {
  const length = Math.ceil((text.length + 9) / 64) * 64;
  const bytes = new Uint8Array(length);
  for (let each = 0; each < text.length; each += 1) bytes[each] = text.charCodeAt(each);
  bytes[text.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(length - 4, text.length * 8);
  const state = Int32Array.from(START);
  for (let block = 0; block < length; block += 64) mix(state, view, block);
  return state[0];
}

function mix(state, view, block) {
  for (let each = 0; each < 16; each += 1) words[each] = view.getInt32(block + each * 4);
  for (let each = 16; each < 64; each += 1) {
    const early = words[each - 15];
    const late = words[each - 2];
    const one = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
    const two = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
    words[each] = words[each - 16] + one + words[each - 7] + two;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let each = 0; each < 64; each += 1) {
    const up = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const more = (h + up + ((e & f) ^ (~e & g)) + K[each] + words[each]) | 0;
    const down = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const less = (down + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + more) | 0, c, b, a, (more + less) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => { state[place] += word; });
}
