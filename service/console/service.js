// Requests to this service; the key stays in its field and goes nowhere else.

export const element = (id) => document.getElementById(id);

function headers() {
  const key = element("key").value;
  const told = { "Content-Type": "application/json" };
  return key ? { ...told, Authorization: `Bearer ${key}` } : told;
}

// Ask a path; a body makes it a POST. What is refused is thrown in the service's own words.
export async function ask(path, body) {
  const options = { headers: headers() };
  if (body !== undefined) {
    options.method = "POST";
    // a decision that is still on its way when the page is left arrives all the same
    options.keepalive = path === "/feedback";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const content = await answer.json();
  if (answer.status === 401) {
    for (const part of document.querySelectorAll(".key")) part.hidden = false;
    element("key").focus();
  }
  if (!answer.ok) throw new Error(content.detail || content.title || `status ${answer.status}`);
  return content;
}

export function say(text) {
  element("status").textContent = text;
}

// Let the browser save a text as a file.
export function save(name, text, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
