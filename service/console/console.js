// The console: sends comments to this service and shows what it says.
import * as archive from "./archive.js";
import * as models from "./models.js";
import * as moderate from "./moderate.js";
import { TITLES, shown } from "./results.js";
import { ask, element, say } from "./service.js";
import * as thresholds from "./thresholds.js";

const MOST = 256;
const policies = {};
let own = "";

async function judge(event) {
  event.preventDefault();
  const texts = element("comments").value.split("\n").filter((line) => line.trim()).slice(0, MOST);
  const body = { comments: texts.map((text) => ({ text })), explain: true, offsets: "utf-16" };
  if (element("policy").value) body.policy = element("policy").value;
  try {
    const answer = await ask("/classify", body);
    show(texts, answer);
    say(`${answer.results.length} comments judged`);
  } catch (error) {
    say(error.message);
  }
}

function show(texts, answer) {
  const items = answer.results.map((result, place) => shown(texts[place], result));
  element("results").replaceChildren(...items);
  const judged = answer.results.map((result, place) => ({ result, item: items[place] }));
  const sound = judged.filter(({ result }) => !result.error);
  judged.forEach(({ result, item }, place) => {
    if (!result.error) moderate.offer(item, texts[place], result, answer.model);
  });
  thresholds.sample(sound);
}

async function describe() {
  try {
    const { guidelines } = await ask("/guidelines");
    for (const guideline of guidelines) TITLES[guideline.key] = guideline.title;
    const model = await ask("/model");
    const choices = Object.keys(model.policies).map((name) => new Option(name, name));
    element("policy").replaceChildren(new Option(`the service's own (${model.policy})`, ""), ...choices);
    element("model").textContent = `Model ${model.version}, guidelines ${model.guidelines}`;
    own = model.policy;
    Object.assign(policies, model.policies);
    thresholds.choose(own, policies);
  } catch (error) {
    say(error.message);
  }
}

async function start() {
  element("form").addEventListener("submit", judge);
  element("key").addEventListener("change", describe);
  element("policy").addEventListener("change", () => {
    thresholds.choose(element("policy").value || own, policies);
    element("form").requestSubmit();
  });
  for (const part of [archive, models, moderate, thresholds]) part.start();
  await describe();
  element("form").requestSubmit(); // the example, so that the page shows what it does
}

start();
