// The console: sends comments to this service and shows what it says.
import * as archive from "./archive.js";
import { bySuspicion } from "./decisions.js";
import * as models from "./models.js";
import * as moderate from "./moderate.js";
import * as pieces from "./pieces.js";
import { TITLES, shown } from "./results.js";
import { ask, element, say, Told, trying } from "./service.js";
import * as thresholds from "./thresholds.js";

const MOST = 2000; // comments that the page can hold: with more a key takes longer than a blink
const policies = {};
let own = "";
let comments = [];
let runs = 0;

// Judge comments under the chosen preset, and under the service's own to compare; a later run ends this one.
async function judge(listed) {
  if (listed.length > MOST) throw new Told(`${listed.length} comments; allowed: ${MOST} at once`);
  comments = listed;
  const run = (runs += 1);
  const wanted = () => run === runs;
  const texts = listed.map(({ text }) => ({ text }));
  const policy = element("policy").value || own;
  const results = await pieces.judge(texts, { explain: true, offsets: "utf-16", ...(policy && { policy }) }, wanted);
  const now = policy === own ? results : results && (await pieces.judge(texts, { policy: own }, wanted));
  if (!results || !now) return;
  show(listed.map((comment, place) => ({ comment, result: results[place], now: now[place].decision })));
  say(`${results.length} comments judged`);
}

function show(judged) {
  const ordered = bySuspicion(judged);
  for (const one of ordered) one.item = shown(one.comment.text, one.result);
  element("results").replaceChildren(...ordered.map(({ item }) => item));
  const sound = ordered.filter(({ result }) => !result.error);
  for (const { item, comment, result } of sound) moderate.offer(item, comment, result);
  moderate.showProgress();
  thresholds.sample(sound);
}

async function describe() {
  const { guidelines } = await ask("/guidelines");
  for (const guideline of guidelines) TITLES[guideline.key] = guideline.title;
  const model = await ask("/model");
  const choices = Object.keys(model.policies).map((name) => new Option(name, name));
  element("policy").replaceChildren(new Option(`the service's own (${model.policy})`, ""), ...choices);
  element("model").textContent = `Model ${model.version}, guidelines ${model.guidelines}`;
  own = model.policy;
  pieces.limit(model.limits);
  Object.assign(policies, model.policies);
  thresholds.choose(own, own, policies);
}

function pasted() {
  const lines = element("comments").value.split("\n").filter((line) => line.trim());
  return lines.map((text) => ({ text, id: "", decision: "" }));
}

async function start() {
  element("form").addEventListener("submit", (event) => {
    event.preventDefault();
    trying(() => judge(pasted()));
  });
  element("key").addEventListener("change", () => trying(describe));
  element("policy").addEventListener("change", () => {
    thresholds.choose(own, element("policy").value || own, policies);
    trying(() => judge(comments)); // those decided on stay so
  });
  archive.start((listed) => judge(listed.map((comment) => ({ ...comment, decision: "" }))));
  for (const part of [models, moderate, thresholds]) part.start();
  await trying(describe);
  await trying(() => judge(pasted())); // the example, so that the page shows what it does
}

start();
