// Requests to the stand-in gateway. Every address is relative: the page works wherever it is mounted.

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `HTTP ${response.status}`);
  return body;
}

export async function load(path, query = {}) {
  return read(await fetch(`${path}?${new URLSearchParams(query)}`));
}

export async function post(path, body) {
  return read(
    await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

// Calls `receive` with every event; `reconnect` each time the stream (re)opens, because events were missed.
export function listen({ receive, reconnect }) {
  const source = new EventSource("events");
  source.addEventListener("open", reconnect);
  source.addEventListener("message", (event) => receive(JSON.parse(event.data)));
  return source;
}
