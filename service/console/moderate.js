// A moderator's decisions on the comments shown, by button or key. A comment is
// `{ text, id, decision, item }`: what was decided here, and its place on the page.
import * as outbox from "./outbox.js";
import { TITLES } from "./results.js";
import { element, say } from "./service.js";

const LONGEST_ID = 200; // what POST /feedback takes
const open = () => [...document.querySelectorAll("#results > li.queued:not([data-moderated])")];

function mark(comment, decision) {
  comment.decision = decision;
  if (decision) comment.item.dataset.moderated = decision;
  else delete comment.item.dataset.moderated;
}

// Put the buttons of one comment to work.
export function offer(item, comment, result) {
  const reason = item.querySelector("select");
  reason.append(...Object.keys(result.categories).map((key) => new Option(TITLES[key] || key, key)));
  const likeliest = result.reasons[0] || (result.likeliest || [])[0];
  if (likeliest) reason.value = likeliest;
  comment.item = item;
  item.classList.add("queued");
  mark(comment, comment.decision);
  const told = { text: comment.text, model: result.model };
  if (comment.id && [...comment.id].length <= LONGEST_ID) told.comment_id = comment.id;
  item.querySelector(".approve-it").addEventListener("click", () => put(comment, { ...told, decision: "approve" }));
  item.querySelector(".reject-it").addEventListener("click", () => {
    put(comment, { ...told, decision: "reject", categories: reason.value ? [reason.value] : [] });
  });
}

function put(comment, feedback) {
  outbox.put(comment, comment.decision, feedback);
  mark(comment, feedback.decision);
  showProgress();
  say(`${feedback.decision}: kept in ${outbox.UNDO_SECONDS} seconds; u takes it back`);
  const left = open();
  const after = (other) => comment.item.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;
  (left.find(after) || left[0] || comment.item).focus();
}

function undo() {
  const taken = outbox.takeBack();
  say(taken ? "taken back" : "nothing to take back; decide again, and the later decision counts");
  if (!taken) return;
  mark(taken.comment, taken.before);
  showProgress();
  taken.comment.item.focus();
}

export function showProgress() {
  const all = document.querySelectorAll("#results > li.queued").length;
  const waiting = outbox.unkept();
  const unkept = waiting ? `, ${waiting} not yet kept` : "";
  element("queue").textContent = `${all - open().length} of ${all} decided${unkept}`;
}

// In the list of guidelines: Enter rejects for the one chosen, Escape goes back.
function keyInList(event, item) {
  if (event.key === "Enter") item.querySelector(".reject-it").click();
  else if (event.key === "Escape") item.focus();
  else return;
  event.preventDefault();
}

// Letters while a comment has the focus.
function key(event) {
  const item = document.activeElement.closest("#results > li");
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("select")) {
    keyInList(event, item);
    return;
  }
  const does = {
    a: () => item.querySelector(".approve-it")?.click(),
    r: () => item.querySelector(".reject-it")?.click(),
    g: () => item.querySelector("select")?.focus(),
    u: undo,
    j: () => item.nextElementSibling?.focus(),
    k: () => item.previousElementSibling?.focus(),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

export function start() {
  outbox.start((letters) => letters.forEach(({ comment, before }) => mark(comment, before)), showProgress);
  document.addEventListener("keydown", key);
  element("undo").addEventListener("click", undo);
}
