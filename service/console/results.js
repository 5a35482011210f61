// One judged comment as the page shows it.
import { element } from "./service.js";

const SHOWN = 0.25; // of the heaviest word's weight; lighter ones are not marked
const REVIEW = {
  uncertain: "the model is not sure",
  language: "it is not in English",
  no_known_terms: "it holds no word that the model knows",
};
export const TITLES = {};

// The text with its heaviest words marked; offsets are UTF-16, as this language counts.
function marked(text, spans) {
  const node = document.createDocumentFragment();
  const heaviest = Math.max(...spans.map((span) => span.weight));
  const heavy = spans.filter((span) => span.weight >= SHOWN * heaviest);
  const ordered = heavy.sort((a, b) => a.start - b.start);
  let at = 0;
  for (const span of ordered) {
    if (span.start < at) continue;
    node.append(text.slice(at, span.start));
    const mark = document.createElement("mark");
    mark.textContent = text.slice(span.start, span.end);
    mark.title = `${TITLES[span.category] || span.category}: ${span.weight.toFixed(2)}`;
    node.append(mark);
    at = span.end;
  }
  node.append(text.slice(at));
  return node;
}

// The reason in a sentence that a commenter could be shown.
function sentence(result) {
  const named = (keys) => keys.map((key) => TITLES[key] || key).join(", ");
  if (result.decided_by && result.decided_by.by === "rule") return `by the house rule “${result.decided_by.rule}”`;
  if (result.decision === "reject") return `because of: ${named(result.reasons)}`;
  if (result.decision === "review") {
    const likeliest = result.likeliest ? `; likeliest: ${named(result.likeliest)}` : "";
    return `a person decides, for ${REVIEW[result.review_reason] || result.review_reason}${likeliest}`;
  }
  return `probability of rejection ${result.reject.toFixed(3)}`;
}

function row(key, score) {
  const line = document.createElement("tr");
  if (score.violated) line.className = "violated";
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = TITLES[key] || key;
  const cell = document.createElement("td");
  const meter = document.createElement("meter");
  meter.value = score.reject;
  meter.setAttribute("aria-label", `${name.textContent}: ${score.reject.toFixed(3)}`);
  cell.append(meter, ` ${score.reject.toFixed(3)}`);
  line.append(name, cell);
  return line;
}

export function shown(text, result) {
  const item = element("result").content.cloneNode(true).querySelector("li");
  const verdict = item.querySelector(".verdict");
  if (result.error) {
    item.querySelector(".text").textContent = text;
    verdict.querySelector("strong").textContent = "not judged";
    verdict.querySelector("span").textContent = result.error.message;
    item.querySelector("details").remove();
    item.querySelector(".moderate").remove();
    return item;
  }
  const spans = result.decision === "approve" ? [] : result.spans || [];
  item.classList.add(result.decision);
  item.querySelector(".text").append(marked(text, spans));
  verdict.querySelector("strong").textContent = result.decision;
  verdict.querySelector("span").textContent = sentence(result);
  // written when it is opened: a queue of thousands would hold as many tables
  item.querySelector("details").addEventListener("toggle", () => {
    item.querySelector("tbody").append(...Object.entries(result.categories).map(([key, score]) => row(key, score)));
  }, { once: true });
  return item;
}
