// A file of comments: read here, judged in pieces, saved with what was decided.
import { ask, element, save, say } from "./service.js";
import { format, parse, textColumn } from "./table.js";

const PIECE = 100;
const ADDED = ["decision", "reject_probability", "reasons", "review_reason"];

function told(result) {
  if (result.error) return [`not judged: ${result.error.code}`, "", "", ""];
  return [result.decision, result.reject.toFixed(4), result.reasons.join(" "), result.review_reason || ""];
}

// Judge all rows; what cannot be judged says so in its place.
async function judged(rows, column, policy) {
  const found = [];
  for (let first = 0; first < rows.length; first += PIECE) {
    const piece = rows.slice(first, first + PIECE);
    const comments = piece.map((row) => ({ text: row[column] ?? "" }));
    const answer = await ask("/classify", policy ? { comments, policy } : { comments });
    found.push(...answer.results.map(told));
    element("progress").value = found.length / rows.length;
    say(`${found.length} of ${rows.length} comments judged`);
  }
  return found;
}

async function score(event) {
  const file = event.target.files[0];
  if (!file) return;
  element("progress").hidden = false;
  try {
    const [head, ...rows] = parse(await file.text());
    if (!rows.length) throw new Error("the file has no rows below its head");
    const found = await judged(rows, textColumn(head), element("policy").value);
    const whole = rows.map((row, place) => [...row, ...found[place]]);
    save(file.name.replace(/\.\w+$/, "") + "-judged.csv", format([[...head, ...ADDED], ...whole]), "text/csv");
    say(`${rows.length} comments judged and saved`);
  } catch (error) {
    say(error.message);
  }
  element("progress").hidden = true;
  event.target.value = "";
}

export function start() {
  element("file").addEventListener("change", score);
}
