// Comma-separated values, as RFC 4180 has them; spreadsheets' semicolons and tabs too.
import { Told } from "./service.js";

const NAMES = ["text", "comment", "body", "content", "comment_text", "comment_content", "message"];
const IDS = ["id", "comment_id"];

// The rows of a file, each a list of cells.
export function parse(content) {
  const text = content.replace(/^\uFEFF/, "");
  const head = text.split("\n", 1)[0];
  const delimiter = ["\t", ";", ","].reduce((a, b) => (head.split(b).length > head.split(a).length ? b : a), ",");
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    const row = rows[rows.length - 1];
    if (quoted && letter === '"' && text[at + 1] === '"') {
      row[row.length - 1] += '"';
      at += 1;
    } else if (letter === '"' && (quoted || row[row.length - 1] === "")) quoted = !quoted;
    else if (quoted) row[row.length - 1] += letter;
    else if (letter === delimiter) row.push("");
    else if (letter === "\n") rows.push([""]);
    else if (letter !== "\r") row[row.length - 1] += letter;
  }
  return rows.filter((row) => row.length > 1 || row[0] !== "");
}

// Which column holds the comments: by its name, else the only one.
export function textColumn(head) {
  const found = head.findIndex((name) => NAMES.includes(name.trim().toLowerCase()));
  if (found < 0 && head.length > 1) {
    throw new Told(`no column is named ${NAMES.join(", ")}; the file has ${head.length} columns`);
  }
  return Math.max(found, 0);
}

// Which column names the comments; -1 for none.
export function idColumn(head) {
  return head.findIndex((name) => IDS.includes(name.trim().toLowerCase()));
}

// A cell that a spreadsheet takes for a formula gets an apostrophe before it.
function cell(value) {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function format(rows) {
  return rows.map((row) => row.map((value) => cell(String(value))).join(",")).join("\r\n") + "\r\n";
}
