// The try-it boxes of /docs: sends what stands in a box to this service and shows the answer.

const key = document.getElementById("key");

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const { method, path, kind } = form.dataset;
  const shown = form.querySelector(".answer");
  const headers = key.value ? { Authorization: `Bearer ${key.value}` } : {};
  const body = form.querySelector("textarea");
  const options = body ? { method, headers: { ...headers, "Content-Type": kind }, body: body.value } : { method, headers };
  shown.hidden = false;
  try {
    const answer = await fetch(path, options);
    const text = await answer.text();
    const isJson = (answer.headers.get("Content-Type") || "").includes("json");
    shown.textContent = `${answer.status}\n${isJson ? JSON.stringify(JSON.parse(text), null, 2) : text}`;
  } catch (error) {
    shown.textContent = error.message;
  }
}

for (const form of document.querySelectorAll("form.try")) form.addEventListener("submit", send);
