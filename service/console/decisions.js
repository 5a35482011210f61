// What other thresholds would decide, from probabilities that the service has given.

// A preset as sliders set it: `base` is the service's, `categories` what was changed.
export function decide(result, base, categories) {
  if (["language", "no_known_terms"].includes(result.review_reason)) return "review";
  if (result.decided_by && result.decided_by.by === "rule") return result.decision;
  const scores = Object.entries(result.categories);
  const threshold = (key) => categories[key] ?? base.category_thresholds[key];
  if (scores.some(([key, score]) => score.reject >= threshold(key))) return "reject";
  if (result.reject >= base.reject_threshold) {
    const likeliest = scores.reduce((a, b) => (b[1].reject > a[1].reject ? b : a))[0];
    return threshold(likeliest) > base.reject_threshold ? "review" : "reject";
  }
  if (result.reject >= base.approve_threshold) return "review";
  // a flood is held although little speaks against it
  return result.decision === "review" && result.review_reason === "uncertain" ? "review" : "approve";
}

export function count(decisions) {
  const counted = { reject: 0, review: 0, approve: 0 };
  for (const decision of decisions) counted[decision] += 1;
  return counted;
}

// The changes as house rules, which the service and the command `rules` read.
export function rulesFile(preset, categories) {
  const lines = Object.entries(categories).map(([key, value]) => `${key} = ${value.toFixed(2)}`);
  return [`[presets.${preset}.categories]`, ...lines, ""].join("\n");
}
