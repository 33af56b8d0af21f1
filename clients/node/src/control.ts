// Calls of the control API of a deck-sim server, with `node:http`, which fake timers do not reach.
import { Agent, request } from "node:http";
import { createRequire } from "node:module";

const VERSION: string = createRequire(import.meta.url)("../package.json").version;
const RealDate = Date; // before a test fakes it
const agent = new Agent({ keepAlive: true });

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
  };
  // Webhooks are signed with the time of this process, if a test has faked it.
  if (Date !== RealDate) headers["deck-sim-present"] = new Date().toISOString();
  const sending = send(url, method, headers, JSON.stringify(body) ?? "");
  const { status, version, text } = await sending.catch((error) => {
    const fix = "`deck-sim exec -- COMMAND` starts one for a command";
    throw new DeckSimError(`no deck-sim server answers at ${server}: ${error.message || error.code}; ${fix}`);
  });
  if (version === undefined) {
    throw new DeckSimError(`${url} answers ${status}, but is not deck-sim; check DECK_BASE_URL or \`url\``);
  }
  if (version !== VERSION) {
    const versions = `deck-sim-client is ${VERSION}, but the server at ${server} is ${version}`;
    throw new DeckSimError(`${versions}; install the same version of both`);
  }
  const data = JSON.parse(text);
  if (status < 400) return data as T;
  const messages = data.errors.map((error: { message: string }) => error.message);
  throw new DeckSimError(messages.join("\n"), { status, field: data.errors[0].field });
}

type Answer = { status: number; version: unknown; text: string };

function send(url: string, method: string, headers: Record<string, string>, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece) => (text += piece)).on("error", reject);
      const { statusCode: status = 0, headers } = response;
      response.on("end", () => resolve({ status, version: headers["deck-sim-version"], text }));
    });
    call.on("error", (error) => {
      // The server closes a socket that was not used for some seconds.
      if (call.reusedSocket) resolve(send(url, method, headers, body));
      else reject(error);
    });
    call.end(body);
  });
}
