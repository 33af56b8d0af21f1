// `fetch` for an application, whose unfinished calls `tick` waits for.
import { openCall } from "./control.js";

const realFetch = globalThis.fetch; // before a test fakes or stubs them
const realSetImmediate = globalThis.setImmediate;
const BODILESS = [204, 205, 304];

export class CallsInFlight {
  count = 0;
  receiving = 0; // webhooks that the application has yet to answer
  changes = 0; // calls so far, of the control API, too, that may have changed something

  /** Call a server. While a test fakes `setImmediate`, calls of `server` do without Node's own `fetch`,
   * which would wait for it, also in later tests. Errors are the same; redirects are not followed.
   */
  async fetch(server: string, ...call: Parameters<typeof fetch>): Promise<Response> {
    const request = new Request(...call);
    if (request.method !== "GET") this.changes += 1;
    const isFaked = setImmediate !== realSetImmediate && request.url.startsWith(server);
    this.count += 1;
    try {
      return await (isFaked ? fetchWithHttp(request) : realFetch(request));
    } finally {
      this.count -= 1;
    }
  }
}

async function fetchWithHttp(request: Request): Promise<Response> {
  const { url, method, signal } = request;
  signal.throwIfAborted();
  const sent = Buffer.from(await request.arrayBuffer());
  const headers = { ...Object.fromEntries(request.headers), "content-length": String(sent.length) };
  const answer = await openCall(url, { method, headers, signal }, sent).catch((error) => {
    throw asOfFetch("fetch failed", error, signal);
  });
  const pieces: Buffer[] = [];
  let failure: unknown;
  await answer.forEach((piece) => void pieces.push(piece)).catch((error) => {
    failure = asOfFetch("terminated", error, signal);
  });
  async function* readBody() {
    yield* pieces;
    if (failure) throw failure;
  }
  const { statusCode: status = 0, statusMessage: statusText = "" } = answer;
  const options = { status, statusText, headers: answer.headers as Record<string, string> };
  const response = new Response(BODILESS.includes(status) ? null : ReadableStream.from(readBody()), options);
  return Object.defineProperty(response, "url", { value: url });
}

/** Return the error that Node's own `fetch` has. */
function asOfFetch(message: string, error: NodeJS.ErrnoException, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const isClosed = error.code === "ECONNRESET" && !error.syscall;
  const closed = { name: "SocketError", code: "UND_ERR_SOCKET" };
  const cause = isClosed ? Object.assign(new Error("other side closed"), closed) : error;
  return new TypeError(message, { cause });
}
