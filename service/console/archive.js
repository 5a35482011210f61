// A file of comments: read here, judged in pieces, saved with what was decided.
import { judge } from "./pieces.js";
import { element, save, say, Told, trying } from "./service.js";
import { format, idColumn, parse, textColumn } from "./table.js";

const ADDED = ["decision", "reject_probability", "reasons", "review_reason"];

function told(result) {
  if (result.error) return [`not judged: ${result.error.code}`, "", "", ""];
  return [result.decision, result.reject.toFixed(4), result.reasons.join(" "), result.review_reason || ""];
}

async function read(file) {
  const [head, ...rows] = parse(await file.text());
  if (!rows.length) throw new Told("the file has no rows below its head");
  return { head, rows };
}

async function score(file) {
  const progress = element("progress");
  progress.hidden = false;
  try {
    const { head, rows } = await read(file);
    const column = textColumn(head);
    const policy = element("policy").value;
    const comments = rows.map((row) => ({ text: row[column] ?? "" }));
    const found = await judge(comments, policy ? { policy } : {}, undefined, (share) => (progress.value = share));
    const whole = rows.map((row, place) => [...row, ...told(found[place])]);
    save(file.name.replace(/\.\w+$/, "") + "-judged.csv", format([[...head, ...ADDED], ...whole]), "text/csv");
    say(`${rows.length} comments judged and saved`);
  } finally {
    progress.hidden = true;
  }
}

// The comments of a file, with their ids where a column has them; empty rows are none.
async function comments(file) {
  const { head, rows } = await read(file);
  const [column, id] = [textColumn(head), idColumn(head)];
  const whole = rows.filter((row) => (row[column] ?? "").trim());
  return whole.map((row) => ({ text: row[column], id: row[id] ?? "" }));
}

function onFile(id, work) {
  element(id).addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) await trying(() => work(file));
    event.target.value = "";
  });
}

// Files are judged and saved, or their comments given to a queue.
export function start(queue) {
  onFile("file", score);
  onFile("queue-file", async (file) => queue(await comments(file)));
}
