// @ts-check
/** Text to paste: into a shell, or into a test. */

import { jsonText } from "./format.js";

const HIDDEN = "•••"; // what the journal shows instead of a secret
const SENT_HEADERS = ["content-type", "idempotency-key"];
const GENERATED_ID = /^[a-z]{3,4}_[A-Za-z0-9]{16}$/;

// Characters that a terminal obeys, or that change the order in which a line is shown.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A word of a shell's command line, in quotes if it needs them. @param {string} text */
export function shellWord(text) {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  if (text.search(UNSAFE) < 0) return `'${text.replaceAll("'", `'\\''`)}'`;
  const escaped = text.replace(/[\\']/g, "\\$&").replace(UNSAFE, (unsafe) => {
    const bytes = [...new TextEncoder().encode(unsafe)];
    return bytes.map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
  return `$'${escaped}'`;
}

/** The option of curl with the key; without one, `$DECK_API_KEY` is used.
 * @param {string|null} [key] */
export function keyOption(key) {
  return `-H ${key ? shellWord(`Authorization: Bearer ${key}`) : '"Authorization: Bearer $DECK_API_KEY"'}`;
}

/** Whether a copy of the call lacks a secret that its sender has to put in. @param {any} call */
export function lacksSecret(call) {
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
  for (const [name, value] of Object.entries(call.headers ?? {}))
    if (SENT_HEADERS.includes(name)) lines.push(`-H ${shellWord(`${name}: ${value}`)}`);
  const [, scenario] = /^([^;]+); because=header/.exec(call.scenario ?? "") ?? [];
  if (scenario) lines.push(`-H ${shellWord(`Deck-Sim-Scenario: ${scenario}`)}`);
  if (hasBody) {
    const body = typeof call.body === "string" ? call.body : JSON.stringify(call.body);
    lines.push(`--data-raw ${shellWord(body)}`);
  }
  return lines.join(" \\\n  ");
}

/**
 * The call as `deck.requests.assert_called("POST /v2/agents", json={"name": "Concierge"})`. Ids and
 * secrets are left out, since they differ in each world.
 * @param {any} call  as `GET /_sim/requests/ID` shows it
 */
export function pytestAssertion(call) {
  const parts = call.path.split("/");
  const path = parts.map((/** @type {string} */ part) =>
    GENERATED_ID.test(part) || !/^[\w.-]*$/.test(part) ? "*" : part,
  );
  const args = [pythonValue(`${call.method} ${path.join("/")}`)];
  if (call.errors?.length && !call.fault) args.push(`error=${pythonValue(call.errors[0])}`);
  else if (call.status >= 400) args.push(`status=${call.status}`);
  const json = comparable(call.body);
  if (json !== undefined && json !== null) args.push(`json=${pythonValue(json)}`);
  return `deck.requests.assert_called(${args.join(", ")})`;
}

/**
 * The value without secrets and generated ids, which differ in each world; or undefined.
 * @param {any} value
 * @returns {any}
 */
function comparable(value) {
  if (typeof value === "string")
    return value.includes(HIDDEN) || GENERATED_ID.test(value) ? undefined : value;
  if (typeof value === "number") return Math.abs(value) > 2 ** 53 ? undefined : value; // rounded
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) {
    const items = value.map(comparable);
    return items.includes(undefined) ? undefined : items; // a list is compared as a whole
  }
  const fields = Object.entries(value).map(([name, inner]) => [name, comparable(inner)]);
  return Object.fromEntries(fields.filter(([, inner]) => inner !== undefined));
}

/** A Python literal. @param {any} value @returns {string} */
export function pythonValue(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value !== "object") return jsonText(value); // its escapes mean the same in Python
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(", ")}]`;
  const fields = Object.entries(value).map(
    ([name, inner]) => `${jsonText(name)}: ${pythonValue(inner)}`,
  );
  return `{${fields.join(", ")}}`;
}

/** A POST call of the control API as curl and as JavaScript for Node.
 * @param {{origin: string, key: string|null}} api @param {string} path @param {unknown} body */
export function postCode({ origin, key }, path, body) {
  const json = JSON.stringify(body);
  const type = `"Content-Type": "application/json"`;
  return {
    curl: `curl ${origin}${path} ${keyOption(key)} \\\n  -H 'Content-Type: application/json' -d ${shellWord(json)}`,
    node: `await fetch("${origin}${path}", {
  method: "POST",
  headers: { Authorization: ${jsonText(`Bearer ${key ?? "YOUR_KEY"}`)}, ${type} },
  body: JSON.stringify(${json}),
});`,
  };
}
