// Calls of the control API of a deck-sim server, with `node:http`, which fake timers do not reach.
import { once } from "node:events";
import { request, type IncomingMessage, type RequestOptions } from "node:http";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const VERSION: string = createRequire(import.meta.url)("../package.json").version;
const RealDate = Date; // before a test fakes it

/** An error with the server's sentence, or about the use of this package. */
export class DeckSimError extends Error {
  declare readonly status?: number; // of the server's answer, if it refused a call
  declare readonly field?: string; // of the body, that the server refused

  constructor(message: string, refused: { status?: number; field?: string } = {}) {
    super(message);
    this.name = "DeckSimError";
    Object.assign(this, refused);
  }
}

/** Return the URL of a server, without `/v2`. */
export function readUrl(url = process.env.DECK_BASE_URL): string {
  if (url?.startsWith("http://")) return url.replace(/\/+$/, "").replace(/\/v2$/, "");
  throw new DeckSimError(
    url
      ? `the URL of a deck-sim server begins with http://, not '${url}'; check DECK_BASE_URL or \`url\``
      : "there is no server, since DECK_BASE_URL is not set; run the tests with `deck-sim exec -- npm test`," +
          ' or add `globalSetup: "deck-sim-client/vitest"` to the configuration of vitest',
  );
}

/** Call the control API with the key of a world. `path` begins with a slash, after `/_sim`. */
export async function callControl<T>(server: string, key: string, method: string, path: string, body?: unknown) {
  const url = `${server}/_sim${path}`;
  const headers: Record<string, string> = {
    authorization: `Bearer ${key}`,
    "content-type": "application/json",
    "user-agent": `deck-sim-client/${VERSION}`,
    "deck-sim-process": String(process.pid),
  };
  // Webhooks are signed with the time of this process, as long as a test fakes it.
  if (Date !== RealDate) headers["deck-sim-present"] = new Date().toISOString();
  const calling = openCall(url, { method, headers }, JSON.stringify(body) ?? "");
  const answer = await calling.catch((error) => {
    const fix = "`deck-sim exec -- COMMAND` starts one for a command";
    throw new DeckSimError(`no deck-sim server answers at ${server}: ${error.message || error.code}; ${fix}`);
  });
  const { statusCode: status = 0, headers: { "deck-sim-version": version } } = answer;
  if (version === undefined) {
    throw new DeckSimError(`${url} answers ${status}, but is not deck-sim; check DECK_BASE_URL or \`url\``);
  }
  if (version !== VERSION) {
    const versions = `deck-sim-client is ${VERSION}, but the server at ${server} is ${version}`;
    throw new DeckSimError(`${versions}; install the same version of both`);
  }
  const data = JSON.parse(await text(answer));
  if (status < 400) return data as T;
  const messages = data.errors.map((error: { message: string }) => error.message);
  throw new DeckSimError(messages.join("\n"), { status, field: data.errors[0].field });
}

/** Send a call on a connection of its own. Return its answer, whose body is yet to be read. */
export async function openCall(url: string, options: RequestOptions, body: string | Buffer): Promise<IncomingMessage> {
  // An error after the head of an answer is one of the answer, too.
  const call = request(url, { ...options, agent: false }).on("error", () => {}).end(body);
  return (await once(call, "response"))[0];
}
