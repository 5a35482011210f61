// Sliders, one a guideline: what would change on the sample, at once.
import { count, decide, rulesFile } from "./decisions.js";
import { TITLES } from "./results.js";
import { element, save } from "./service.js";

const state = { preset: "", policies: {}, changed: {}, sample: [] };

// A preset is looked at from its own thresholds.
export function choose(preset, policies) {
  Object.assign(state, { preset, policies, changed: {} });
  const thresholds = Object.entries(policies[preset].category_thresholds);
  element("sliders").replaceChildren(...thresholds.map(([key, value]) => slider(key, value)));
  preview();
}

// What was judged last, each with the place on the page that shows it.
export function sample(judged) {
  state.sample = judged;
  preview();
}

function slider(key, value) {
  const line = document.createElement("div");
  const label = document.createElement("label");
  const input = document.createElement("input");
  const told = document.createElement("output");
  Object.assign(input, { type: "range", min: "0", max: "1", step: "0.01", id: `threshold-${key}`, value: String(value) });
  label.htmlFor = input.id;
  label.textContent = TITLES[key] || key;
  told.value = value.toFixed(2);
  input.addEventListener("input", () => {
    state.changed[key] = Number(input.value);
    told.value = Number(input.value).toFixed(2);
    preview();
  });
  line.append(label, input, told);
  return line;
}

function preview() {
  const base = state.policies[state.preset];
  if (!base) return;
  const before = state.sample.map(({ result }) => decide(result, base, {}));
  const after = state.sample.map(({ result }) => decide(result, base, state.changed));
  state.sample.forEach(({ item }, place) => {
    const told = item.querySelector(".would");
    told.textContent = before[place] === after[place] ? "" : `would be: ${after[place]}`;
  });
  const [then, now] = [count(before), count(after)];
  element("effect").textContent = ["reject", "review", "approve"]
    .map((decision) => `${decision} ${then[decision]} → ${now[decision]}`)
    .join(", ");
  element("save-rules").disabled = !Object.keys(state.changed).length;
}

export function start() {
  element("save-rules").addEventListener("click", () => {
    save("rules.toml", rulesFile(state.preset, state.changed), "application/toml");
  });
  element("reset").addEventListener("click", () => choose(state.preset, state.policies));
}
