// What this browser keeps of the chat: the conversation's key, what was not confirmed yet, the draft. All open tabs share it;
// where storage is forbidden it lasts as long as the page.

const PREFIX = "cskh.chat.";
const inPage = new Map();

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export function get(name) {
  try {
    return storage()?.getItem(PREFIX + name) ?? inPage.get(name) ?? null;
  } catch {
    return inPage.get(name) ?? null;
  }
}

export function set(name, value) {
  try {
    storage().setItem(PREFIX + name, value);
  } catch {
    inPage.set(name, value); // forbidden or full
  }
}

export function remove(name) {
  inPage.delete(name);
  try {
    storage()?.removeItem(PREFIX + name);
  } catch { /* nothing was kept there */ }
}

function names() {
  const found = new Set(inPage.keys());
  try {
    for (const name of Object.keys(storage() ?? {})) if (name.startsWith(PREFIX)) found.add(name.slice(PREFIX.length));
  } catch { /* only what the page has */ }
  return [...found];
}

// listener(name, value): another tab changed it; value is null where it was removed.
export function onOtherTab(listener) {
  window.addEventListener("storage", (event) => {
    if (event.key?.startsWith(PREFIX)) listener(event.key.slice(PREFIX.length), event.newValue);
  });
}

// The outbox: each message under a name of its own, so that tabs never overwrite each other's.
const OUT = "out.";

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const isUnsentName = (name) => name.startsWith(OUT);

export function unsent() {
  const entries = names().filter(isUnsentName).map((name) => ({ client_id: name.slice(OUT.length), ...JSON.parse(get(name)) }));
  return entries.sort((one, other) => one.at - other.at || (one.client_id < other.client_id ? -1 : 1));
}

export function keepUnsent(body) {
  const last = unsent().at(-1);
  const entry = { body, at: Math.max(Date.now(), last ? last.at + 1 : 0) };
  const client_id = newId();
  set(OUT + client_id, JSON.stringify(entry));
  return client_id;
}

export function noteRefused(client_id, why) {
  const kept = get(OUT + client_id);
  if (kept) set(OUT + client_id, JSON.stringify({ ...JSON.parse(kept), why }));
}

export function dropUnsent(client_id) {
  remove(OUT + client_id);
}
