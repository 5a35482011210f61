// A moderator's decisions on the comments shown: kept as feedback, one at a time, each can be undone
// until the next is made or some seconds have passed.
import { TITLES } from "./results.js";
import { ask, element, say } from "./service.js";

const UNDO_SECONDS = 5;
let pending = null;

// Put the buttons of one comment to work.
export function offer(item, text, result, model) {
  const reason = item.querySelector("select");
  reason.append(...Object.keys(result.categories).map((key) => new Option(TITLES[key] || key, key)));
  const likeliest = result.reasons[0] || (result.likeliest || [])[0];
  if (likeliest) reason.value = likeliest;
  const told = { text, model };
  item.querySelector(".approve-it").addEventListener("click", () => put(item, { ...told, decision: "approve" }));
  item.querySelector(".reject-it").addEventListener("click", () => {
    const categories = reason.value ? [reason.value] : [];
    put(item, { ...told, decision: "reject", categories });
  });
}

async function put(item, feedback) {
  await send();
  const timer = setTimeout(send, 1000 * UNDO_SECONDS);
  pending = { item, timer, feedback: { ...feedback, idempotency_key: crypto.randomUUID() } };
  item.dataset.moderated = feedback.decision;
  say(`${feedback.decision}: kept in ${UNDO_SECONDS} seconds; u takes it back`);
  const next = document.querySelector("#results > li:not([data-moderated])");
  if (next) next.focus();
}

async function send() {
  if (!pending) return;
  const { item, timer, feedback } = pending;
  clearTimeout(timer);
  pending = null;
  try {
    await ask("/feedback", feedback);
    say(`${feedback.decision}: kept`);
  } catch (error) {
    delete item.dataset.moderated;
    say(error.message);
  }
}

function undo() {
  if (!pending) return;
  clearTimeout(pending.timer);
  delete pending.item.dataset.moderated;
  pending.item.focus();
  pending = null;
  say("taken back; nothing was kept");
}

// Letters while a comment has the focus: a, r, u; j and k go on and back.
function key(event) {
  const item = document.activeElement.closest("#results > li");
  if (!item || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, input")) return;
  const press = (name) => item.querySelector(name)?.click();
  const go = (other) => other && other.focus();
  const does = {
    a: () => press(".approve-it"), r: () => press(".reject-it"), u: undo,
    j: () => go(item.nextElementSibling), k: () => go(item.previousElementSibling),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

export function start() {
  document.addEventListener("keydown", key);
  window.addEventListener("pagehide", send);
  element("undo").addEventListener("click", undo);
}
