// Requests to this service; the key stays in its field and goes nowhere else.

export const element = (id) => document.getElementById(id);
export const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
const PASSING = [429, 502, 503, 504]; // another answer may come if asked again
const AGAIN_SECONDS = 2;

// What goes wrong and the page can say: after how many seconds to ask again, if at all; the answer's status.
export class Told extends Error {
  constructor(message, again = null, status = 0) {
    super(message);
    Object.assign(this, { again, status });
  }
}

function headers() {
  const key = element("key").value;
  const told = { "Content-Type": "application/json" };
  return key ? { ...told, Authorization: `Bearer ${key}` } : told;
}

function refused(status, text, retryAfter) {
  let content = {};
  try {
    content = JSON.parse(text);
  } catch {
    // a proxy's page: its status says enough
  }
  const again = PASSING.includes(status) ? Number(retryAfter) || AGAIN_SECONDS : null;
  return new Told(content.detail || content.title || `status ${status}`, again, status);
}

// Let a key be typed; the focus goes there once.
function askForKey() {
  if (!element("key").hidden) return;
  for (const part of document.querySelectorAll(".key")) part.hidden = false;
  element("key").focus();
}

// Ask a path; a body makes it a POST. What is refused is thrown in the service's own words.
export async function ask(path, body, more = {}) {
  const options = { headers: headers(), ...more };
  if (body !== undefined) Object.assign(options, { method: "POST", body: JSON.stringify(body) });
  let answer;
  let text;
  try {
    answer = await fetch(path, options);
    text = await answer.text();
  } catch {
    throw new Told("the service does not answer", AGAIN_SECONDS);
  }
  if (answer.status === 401) askForKey();
  if (!answer.ok) throw refused(answer.status, text, answer.headers.get("Retry-After"));
  return JSON.parse(text);
}

export function say(text) {
  element("status").textContent = text;
}

// Do what was asked for; what goes wrong is said.
export async function trying(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Told)) throw error;
    say(error.message);
  }
}

// Let the browser save a text as a file.
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
