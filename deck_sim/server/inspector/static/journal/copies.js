// @ts-check
/** A recorded call as text to paste: a curl command, or an assertion of a pytest test. */

import { keyOption, shellWord } from "../shell.js";
import { pythonValue } from "./python.js";

const HIDDEN = "•••"; // what the journal shows instead of a secret
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]; // of call patterns
const CHANGES = ["POST", "PUT", "PATCH", "DELETE"];
const SENT_HEADERS = ["content-type", "idempotency-key"];
const GENERATED_ID = /^(agt|src|conn|cred|sess|task|trun|stor|evt|evtd|edlv|req)_[A-Za-z0-9]{16}$/;
const LONGEST = 88; // columns of a line of Python
const LARGEST = 20_000; // characters of a body worth asserting about
const TOO_MANY_STARS = /^((?:[^*]*\*){9}[^*]*)\*.*$/s; // a pattern of calls has ten at most
const OMITTED = Symbol("omitted");

/** A path with `*` in place of the id. @param {string} path */
export function pathPattern(path) {
  return path.replace(/^(\/v2\/[^/]+\/)[^/]+/, "$1*");
}

/** Whether a copy of the call lacks a secret that its sender has to put in. */
export function lacksSecret(/** @type {any} */ call) {
  return `${JSON.stringify(call.body ?? null)}${call.query}`.includes(HIDDEN);
}

/**
 * The call as a curl command.
 * @param {any} call  as `GET /_sim/requests/ID` shows it
 * @param {{origin: string, key?: string | null}} server  without a key, `$DECK_API_KEY` is used
 */
export function curlCommand(call, { origin, key }) {
  const path = call.path.split("/").map(encodeURIComponent).join("/");
  const lines = [`curl ${shellWord(origin + path + (call.query && `?${call.query}`))}`];
  if (/[[\]{}]/.test(call.query)) lines.push("--globoff"); // or curl expands them
  const hasBody = call.body != null;
  if (call.method === "HEAD") lines.push("--head");
  else if (call.method !== (hasBody ? "POST" : "GET")) lines.push(`-X ${shellWord(call.method)}`);
  lines.push(keyOption(key));
  const headers = Object.entries(call.headers ?? {}).filter(([name]) =>
    SENT_HEADERS.includes(name),
  );
  for (const [name, value] of headers) lines.push(`-H ${shellWord(`${name}: ${value}`)}`);
  const [, scenario] = /^([^;]+); because=header/.exec(call.scenario ?? "") ?? [];
  if (scenario) lines.push(`-H ${shellWord(`Deck-Sim-Scenario: ${scenario}`)}`);
  if (hasBody) {
    const body = typeof call.body === "string" ? call.body : JSON.stringify(call.body);
    lines.push(`--data-raw ${shellWord(body)}`);
  }
  return lines.join(" \\\n  ");
}

/**
 * The call as an assertion: `deck.requests.assert_called("POST /v2/tasks", times=1)`.
 *
 * Ids and secrets are left out, since those of another world are others.
 * @param {any} call  as `GET /_sim/requests/ID` shows it
 * @param {any[]} calls  all calls of the world; `times=1` is true if no other is like this one
 */
export function pytestAssertion(call, calls = []) {
  const method = METHODS.includes(call.method) ? `${call.method} ` : "";
  const pattern = pathPattern(call.path).replace(/\s+/g, "*").replace(TOO_MANY_STARS, "$1**");
  /** @type {[string, string][]} */
  const named = [];
  if (CHANGES.includes(call.method) && calls.filter((one) => isAlike(one, call)).length === 1)
    named.push(["times", "1"]);
  if (call.errors?.length && !call.fault) named.push(["error", pythonValue(call.errors[0])]);
  else if (call.status >= 400) named.push(["status", `${call.status}`]);
  const query = comparable(queryValues(call.query));
  if (!isEmpty(query)) named.push(["query", pythonValue(query, 4, "query=".length)]);
  const isShort = JSON.stringify(call.body ?? null).length <= LARGEST;
  const body = isShort ? comparable(call.body) : OMITTED;
  if (!isEmpty(body)) named.push(["json", pythonValue(body, 4, "json=".length)]);
  const given = [pythonValue(`${method}${pattern}`), ...named.map((pair) => pair.join("="))];
  const line = `deck.requests.assert_called(${given.join(", ")})`;
  if (line.length <= LONGEST && !line.includes("\n")) return line;
  return `deck.requests.assert_called(\n${given.map((one) => `    ${one},\n`).join("")})`;
}

/** @param {any} one @param {any} other */
function isAlike(one, other) {
  return one.method === other.method && pathPattern(one.path) === pathPattern(other.path);
}

/** @param {string} query @returns {Record<string, string | string[]>} */
function queryValues(query) {
  const sent = new URLSearchParams(query);
  const names = [...new Set(sent.keys())].filter((name) => name !== "cursor" && sent.get(name));
  return Object.fromEntries(
    names.map((name) => {
      const values = sent.getAll(name).filter(Boolean);
      return [name, values.length === 1 ? values[0] : values];
    }),
  );
}

/**
 * The value without what is another in each world: secrets, generated ids, rounded numbers.
 * @param {any} value
 * @returns {any}
 */
function comparable(value) {
  if (typeof value === "string")
    return value.includes(HIDDEN) || GENERATED_ID.test(value) ? OMITTED : value;
  if (typeof value === "number")
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? OMITTED : value;
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.includes(OMITTED) ? OMITTED : items; // a list is compared as a whole
  }
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).map(([name, inner]) => [name, comparable(inner)]);
  return Object.fromEntries(fields.filter(([, inner]) => inner !== OMITTED));
}

/** @param {any} value */
function isEmpty(value) {
  if (value == null || value === OMITTED) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
