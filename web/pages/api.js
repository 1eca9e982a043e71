// The forms of /api: they send what was filled in, with the rights of whoever is signed in, and show the answer as it came.

const forms = document.querySelectorAll("form.try");

for (const form of forms) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}

// A link to a shape or a deed opens it.
addEventListener("hashchange", openTarget);
openTarget();

async function send(form) {
  const place = form.querySelector(".answer");
  place.hidden = false;
  try {
    const response = await fetch(addressOf(form), requestOf(form));
    const lines = [response.status, "", pretty(await response.text())];
    place.textContent = lines.join("\n");
  } catch (error) {
    place.textContent = String(error);
  }
}

function addressOf(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("[data-in]")) {
    if (input.dataset.in === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.value) query.set(input.name, input.value);
  }
  return query.size ? `${path}?${query}` : path;
}

function requestOf(form) {
  const body = form.elements.body;
  const headers = body ? { "Content-Type": "application/json" } : {};
  return { method: form.dataset.method, headers, body: body?.value };
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function openTarget() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) target.open = true;
}
