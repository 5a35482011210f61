// Many comments, in requests that the service's limits let through.
import { ask, pause, say, Told } from "./service.js";

const MOST = 100; // in one request, so that progress shows
const BESIDE = 200; // bytes of a request beside its comments
const limits = { max_comments: MOST, max_body_bytes: 2 ** 20 };

// What `GET /model` says.
export function limit(told) {
  Object.assign(limits, told);
}

const size = (item) => new TextEncoder().encode(JSON.stringify(item)).length + 1;

// Cut a list so that each piece fits into one request; what does not fit alone is told by the service.
export function pieces(items, bytes = limits.max_body_bytes) {
  const found = [];
  let room = 0;
  for (const item of items) {
    const taken = size(item);
    const last = found[found.length - 1];
    const fits = last && taken <= room && last.length < Math.min(MOST, limits.max_comments);
    if (fits) last.push(item);
    else found.push([item]);
    room = (fits ? room : bytes - BESIDE) - taken;
  }
  return found;
}

// Ask until an answer comes; null where nobody waits for it any more.
async function insist(path, body, wanted) {
  while (wanted()) {
    try {
      return await ask(path, body);
    } catch (error) {
      if (!(error instanceof Told) || error.again === null) throw error;
      if (!wanted()) break;
      say(`${error.message}; asked again in ${error.again} s`);
      await pause(error.again);
    }
  }
  return null;
}

// Judge comments: a result for each, with the version that judged it; null where nobody waits for them.
export async function judge(comments, asked, wanted = () => true, progress = () => {}) {
  const results = [];
  for (const piece of pieces(comments)) {
    const answer = await insist("/classify", { ...asked, comments: piece }, wanted);
    if (!wanted()) return null;
    results.push(...answer.results.map((result) => ({ ...result, model: answer.model })));
    say(`${results.length} of ${comments.length} comments judged`);
    progress(results.length / comments.length);
  }
  return results;
}
