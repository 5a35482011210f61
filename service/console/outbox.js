// Decisions on their way to the service: each waits a while, in which it can be taken back, and is
// sent until it is kept. Its key makes one that arrives twice count once.
import { pieces } from "./pieces.js";
import { ask, pause, say, Told } from "./service.js";

export const UNDO_SECONDS = 5;
const KEEPALIVE_BYTES = 60000; // more than 64 KiB no browser sends from a page that is left
const waiting = [];
let delivering = false;
let away = false;
let onRefused = () => {};
let onChange = () => {};

// Not randomUUID: browsers have it only under https and on the machine itself.
function uniqueKey() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16).padStart(8, "0")).join("");
}

const bodies = (letters) => letters.map((letter) => letter.feedback);

function forget(letters) {
  for (const letter of letters) waiting.splice(waiting.indexOf(letter), 1);
}

export const unkept = () => waiting.length;

// Put a decision in, in the place of one on the same comment that has not gone out; it is sent when
// its time to be taken back is over. `before` is what was decided before it.
export function put(comment, before, feedback) {
  const earlier = waiting.find((letter) => letter.comment === comment && !letter.sent);
  if (earlier) forget([earlier]);
  const due = performance.now() + 1000 * UNDO_SECONDS;
  waiting.push({
    comment, due, before: earlier ? earlier.before : before, sent: false,
    feedback: { ...feedback, idempotency_key: uniqueKey() },
  });
  deliver();
}

// Take the last decision back and return it; null where it may be kept already.
export function takeBack() {
  const last = waiting[waiting.length - 1];
  return last && !last.sent ? waiting.pop() : null;
}

async function deliver() {
  if (delivering) return;
  delivering = true;
  while (waiting.length) {
    const now = performance.now();
    const due = waiting.filter((letter) => letter.due <= now);
    if (due.length) await send(due.slice(0, pieces(bodies(due))[0].length));
    else await pause((waiting[0].due - now) / 1000);
  }
  delivering = false;
}

async function send(letters) {
  for (const letter of letters) letter.sent = true; // even if no answer comes it may have arrived
  try {
    await ask("/feedback", { feedback: bodies(letters) });
    away = false;
    forget(letters);
    say(`${letters.length} ${letters.length === 1 ? "decision" : "decisions"} kept`);
  } catch (error) {
    if (!(error instanceof Told)) throw error;
    away = error.again !== null || error.status === 401; // a key may be typed anew
    say(away ? `${waiting.length} ${waiting.length === 1 ? "decision waits" : "decisions wait"}: ${error.message}` : error.message);
    if (away) await pause(error.again ?? UNDO_SECONDS);
    else {
      forget(letters);
      onRefused(letters);
    }
  }
  onChange();
}

// What still waits goes out when the page is left.
function leave() {
  let at = 0;
  for (const { length } of pieces(bodies(waiting), KEEPALIVE_BYTES)) {
    const letters = waiting.slice(at, (at += length));
    ask("/feedback", { feedback: bodies(letters) }, { keepalive: true }).catch(() => {});
  }
}

// `refused` gets decisions that the service does not take; `changed` is told after each attempt.
export function start(refused, changed) {
  [onRefused, onChange] = [refused, changed];
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", (event) => away && waiting.length && event.preventDefault());
}
