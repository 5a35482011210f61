// Presets and sliders, one a guideline: what would change, at once, on the comments that moderators
// decided on last and on those shown.
import { decide, rulesFile, tally } from "./decisions.js";
import { TITLES } from "./results.js";
import { ask, element, save, Told } from "./service.js";

// `own` is the service's preset, `preset` the one looked at; `decided` holds results under both.
const state = { own: "", preset: "", policies: {}, changed: {}, sample: [], decided: null };

// A preset is looked at from its own thresholds.
export function choose(own, preset, policies) {
  Object.assign(state, { own, preset, policies, changed: {}, decided: null });
  const thresholds = Object.entries(policies[preset].category_thresholds);
  element("sliders").replaceChildren(...thresholds.map(([key, value]) => slider(key, value)));
  preview();
  load();
}

// What was judged last, each with the place on the page that shows it.
export function sample(judged) {
  state.sample = judged;
  preview();
}

const scores = async (policy) => (await ask(`/feedback/scores?policy=${encodeURIComponent(policy)}`)).results;

// Ask for the decided comments under both presets; only while they are looked at.
async function load() {
  const { own, preset } = state;
  if (!preset || !element("tuning").open) return;
  try {
    const now = await scores(own);
    const then = preset === own ? now : await scores(preset);
    if (preset !== state.preset) return;
    state.decided = { now, then };
    element("decided").textContent = now.length ? "" : "No decisions are kept yet.";
  } catch (error) {
    if (!(error instanceof Told)) throw error;
    element("decided").textContent = `Decisions of moderators are not compared: ${error.message}.`;
  }
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

const asSet = (result) => decide(result, state.policies[state.preset], state.changed);

// Of each column both sides: as the service decides now, and as set here.
function decidedCounts() {
  if (!state.decided?.now.length) return null;
  const then = state.decided.then.map((result) => ({ decision: asSet(result), decided: result.decided }));
  return [tally(state.decided.now), tally(then)];
}

function sampleCounts() {
  const outcomes = (decision) => state.sample.map((one) => ({ decision: decision(one), decided: one.comment.decision }));
  return [tally(outcomes((one) => one.now)), tally(outcomes((one) => asSet(one.result)))];
}

// One row of the table; a cell is only written where it changes, so that no more is read aloud.
function fill(line, columns) {
  const key = line.dataset.count;
  columns.forEach((column, place) => {
    const cell = line.cells[place + 1];
    const told = column ? `${column[0][key]} → ${column[1][key]}` : "–";
    if (cell.textContent !== told) cell.textContent = told;
  });
}

function preview() {
  if (!state.policies[state.preset]) return;
  for (const { item, now, result } of state.sample) {
    const then = asSet(result);
    item.querySelector(".would").textContent = now === then ? "" : `would be: ${then}`;
  }
  const columns = [decidedCounts(), sampleCounts()];
  for (const line of element("effect").rows) fill(line, columns);
  element("of-decided").textContent = `moderators' last decisions (${state.decided?.now.length ?? 0})`;
  element("of-sample").textContent = `these comments (${state.sample.length})`;
  element("save-rules").disabled = !Object.keys(state.changed).length;
}

export function start() {
  element("save-rules").addEventListener("click", () => {
    save("rules.toml", rulesFile(state.preset, state.changed), "application/toml");
  });
  element("reset").addEventListener("click", () => choose(state.own, state.preset, state.policies));
  element("tuning").addEventListener("toggle", load);
}
