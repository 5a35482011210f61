// What other thresholds would decide, from probabilities that the service has given.

// The rule that spares what only a raised threshold of a guideline does not reject.
const RAISED = /^presets\..+\.categories$/;

// A preset as sliders set it: `base` is the service's, `categories` what was changed.
export function decide(result, base, categories) {
  if (["language", "no_known_terms"].includes(result.review_reason)) return "review";
  const rule = result.decided_by?.rule ?? "";
  if (rule && !RAISED.test(rule)) return result.decision;
  const scores = Object.entries(result.categories);
  const threshold = (key) => categories[key] ?? base.category_thresholds[key];
  if (scores.some(([key, score]) => score.reject >= threshold(key))) return "reject";
  if (result.reject >= base.reject_threshold) {
    const likeliest = scores.reduce((a, b) => (b[1].reject > a[1].reject ? b : a))[0];
    const raised = likeliest in categories ? categories[likeliest] > base.reject_threshold : RAISED.test(rule);
    return raised ? "review" : "reject";
  }
  if (result.reject >= base.approve_threshold) return "review";
  // a flood is held although little speaks against it
  return result.decision === "review" && result.review_reason === "uncertain" ? "review" : "approve";
}

// Count what becomes of comments, and where that differs from what people decided about them.
export function tally(outcomes) {
  const found = { reject: 0, review: 0, approve: 0, missed: 0, wrong: 0 };
  for (const { decision, decided } of outcomes) {
    found[decision] += 1;
    if (decision === "approve" && decided === "reject") found.missed += 1;
    if (decision === "reject" && decided === "approve") found.wrong += 1;
  }
  return found;
}

// The guideline that a comment is suspected under; none where nothing speaks against it.
function suspected({ result }) {
  if (result.error || result.decision === "approve") return null;
  return result.reasons[0] || (result.likeliest || [])[0] || "";
}

const reject = ({ result }) => (result.error ? 0 : result.reject);

// A queue by suspected guideline: the most probable first, guidelines as their most probable comment.
export function bySuspicion(judged) {
  const peaks = new Map();
  for (const one of judged) {
    const guideline = suspected(one);
    const rank = guideline === null ? -1 : reject(one);
    peaks.set(guideline, Math.max(peaks.get(guideline) ?? -1, rank));
  }
  const order = [...peaks.keys()].sort((a, b) => peaks.get(b) - peaks.get(a));
  const place = (one) => order.indexOf(suspected(one));
  return [...judged].sort((a, b) => place(a) - place(b) || reject(b) - reject(a));
}

// The changes as house rules, which the service and the command `rules` read.
export function rulesFile(preset, categories) {
  const lines = Object.entries(categories).map(([key, value]) => `${key} = ${value.toFixed(2)}`);
  return [`[presets.${preset}.categories]`, ...lines, ""].join("\n");
}
