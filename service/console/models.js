// The models that are there; to take another needs a key of the scope admin.
import { ask, element, say, trying } from "./service.js";

async function change(path, body) {
  const answer = await ask(path, body);
  say(`${answer.chosen} is taken within ${answer.reload_seconds} s`);
  setTimeout(() => trying(list), 1000 * answer.reload_seconds + 500);
}

function line(model) {
  const item = document.createElement("li");
  const megabytes = (model.bytes / 1e6).toFixed(1);
  item.textContent = `${model.version}, ${megabytes} MB${model.in_use ? ", in use" : ""} `;
  if (!model.in_use) {
    const button = document.createElement("button");
    button.textContent = "Use";
    button.setAttribute("aria-label", `Use ${model.version}`);
    button.addEventListener("click", () => trying(() => change("/models/use", { version: model.version })));
    item.append(button);
  }
  return item;
}

async function list() {
  const answer = await ask("/models");
  element("versions").replaceChildren(...answer.versions.map(line));
}

export function start() {
  element("models").addEventListener("toggle", (event) => event.target.open && trying(list));
  element("roll-back").addEventListener("click", () => trying(() => change("/models/roll-back", {})));
}
