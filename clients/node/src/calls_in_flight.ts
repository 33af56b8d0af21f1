// `fetch` for an application, whose unfinished calls `tick` waits for.
import { request as send, type IncomingMessage } from "node:http";

const realFetch = globalThis.fetch; // before a test fakes or stubs them
const realSetImmediate = globalThis.setImmediate;
const BODILESS = [204, 205, 304];

export class CallsInFlight {
  count = 0;
  /** The number of webhooks that the application has yet to answer. */
  receiving = 0;
  /** The number of calls so far that may have changed something. */
  changes = 0;

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
  const body = Buffer.from(await request.arrayBuffer());
  const headers = { ...Object.fromEntries(request.headers), "content-length": String(body.length) };
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    send(url, { method, headers, signal, agent: false }, resolve).on("error", reject).end(body);
  });
  return readAnswer(await answer.catch((error) => fail(signal, "fetch failed", error)), url, signal);
}

async function readAnswer(answer: IncomingMessage, url: string, signal: AbortSignal): Promise<Response> {
  const pieces: Buffer[] = [];
  const reading = (async () => {
    for await (const piece of answer) pieces.push(piece);
  })();
  const failure = await reading.catch((error) => fail(signal, "terminated", error)).catch((error) => error);
  const stream = new ReadableStream({
    pull(controller) {
      for (const piece of pieces.splice(0)) controller.enqueue(piece);
      if (failure) controller.error(failure);
      else controller.close();
    },
  });
  const { statusCode: status = 0, statusMessage: statusText = "", headersDistinct } = answer;
  const body = BODILESS.includes(status) ? null : stream;
  const response = new Response(body, { status, statusText, headers: listHeaders(headersDistinct) });
  return Object.defineProperty(response, "url", { value: url });
}

/** Throw the error that Node's own `fetch` has. */
function fail(signal: AbortSignal, message: string, error: NodeJS.ErrnoException): never {
  if (signal.aborted) throw signal.reason;
  const isClosed = error.code === "ECONNRESET" && !error.syscall;
  const closed = { name: "SocketError", code: "UND_ERR_SOCKET" };
  const cause = isClosed ? Object.assign(new Error("other side closed"), closed) : error;
  throw new TypeError(message, { cause });
}

export function listHeaders(headers: NodeJS.Dict<string[]>): [string, string][] {
  return Object.entries(headers).flatMap(([name, values]) => values!.map((value) => [name, value] as [string, string]));
}
