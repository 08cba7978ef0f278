// The plain HTTP side of the chat: JSON in, JSON out.

// The server said no: `status`, its own `message`, and what is wrong by field.
export class Refused extends Error {
  constructor(status, problem) {
    const first = Object.values(problem.errors ?? {})[0]?.[0];
    super(first || problem.message || "");
    this.status = status;
    this.code = problem.code;
    this.errors = problem.errors ?? {};
  }

  // Whether the same may be taken a moment later: it came too often, too slowly, or while somebody else was at it. Any other
  // no stays one.
  get isForNow() {
    return this.status === 429 || this.status === 408 || this.code === "busy";
  }
}

// Nobody answered, or not in our language.
export class NoConnection extends Error {}

// The server, or what stands before it, answered that something is wrong with it: the network is not to blame.
export class ServerFault extends NoConnection {}

const WITHIN = 15_000; // milliseconds

export async function call(path, { key = "", body = undefined } = {}) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), WITHIN);
  const headers = key ? { Authorization: `Chat ${key}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  try {
    const response = await fetch(`/chat/${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      signal: giveUp.signal,
    });
    return read(response.status, response.status >= 500 ? null : await response.json());
  } catch (error) {
    if (error instanceof Refused || error instanceof ServerFault) throw error;
    throw new NoConnection(error.message);
  } finally {
    clearTimeout(timer);
  }
}

// `answer` of a call that ended with `status`. Throws Refused, or ServerFault where the failure is the server's.
export function read(status, answer) {
  if (status >= 500) throw new ServerFault(String(status));
  if (status >= 400) throw new Refused(status, answer);
  return answer;
}
