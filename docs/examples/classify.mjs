// Ask the service about comments: node classify.mjs "A comment." "Another one."

const URL_OF_SERVICE = process.env.CLASSIFY_URL ?? "http://127.0.0.1:8000";
const KEY = process.env.CLASSIFY_KEY ?? ""; // needed where the service has keys
const MILLISECONDS = 5000;

// One result for each text; a busy service is asked once more.
async function classify(texts) {
  const comments = texts.map((text, place) => ({ id: String(place + 1), text }));
  const headers = { "Content-Type": "application/json" };
  if (KEY) headers.Authorization = `Bearer ${KEY}`;
  for (const last of [false, true]) {
    const response = await fetch(`${URL_OF_SERVICE}/classify`, {
      method: "POST",
      headers,
      body: JSON.stringify({ comments }),
      signal: AbortSignal.timeout(MILLISECONDS),
    });
    if (response.ok) return (await response.json()).results;
    const told = await response.text();
    if (last || ![429, 503].includes(response.status)) {
      throw new Error(`${response.status} ${told}`);
    }
    const wait = 1000 * Number(response.headers.get("Retry-After") ?? 1);
    await new Promise((resume) => setTimeout(resume, Math.min(wait, MILLISECONDS)));
  }
}

for (const result of await classify(process.argv.slice(2))) {
  const decision = result.decision ?? result.error.code;
  console.log(result.id, decision, (result.reasons ?? []).join(",") || "-");
}
