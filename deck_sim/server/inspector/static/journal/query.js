// @ts-check
/** The filter of the journal: words, and `key:value` terms that all have to match a call. */

/** @typedef {{flagged?: ReadonlySet<string>}} Context  `flagged`: ids of calls with lint findings */
/** @typedef {(call: any, context: Context) => boolean} Test */

const CREATES = [/^\/v2\/[^/]+$/, /^\/v2\/tasks\/[^/]+\/run$/];
const READS = ["GET", "HEAD"];

/** @type {Record<string, Test>} */
const KINDS = {
  error: (call) => call.status >= 400 || !!call.unanswered,
  create: (call) => call.method === "POST" && CREATES.some((path) => path.test(call.path)),
  read: (call) => READS.includes(call.method),
  replayed: (call) => call.replayed,
  unanswered: (call) => !!call.unanswered,
  lint: (call, { flagged }) => !!flagged?.has(call.id),
};

/**
 * A test for each key, or null if the key cannot have this value. Values are in lower case.
 * @type {Record<string, {takes: string, read: (value: string) => Test | null}>}
 */
export const KEYS = {
  method: {
    takes: "a method: method:post",
    read: (value) => (/^[a-z]+$/.test(value) ? ({ method }) => lower(method) === value : null),
  },
  status: { takes: "409, 4xx or >=400", read: readStatus },
  path: {
    takes: "a part of a path, or a pattern: path:/v2/tasks/*/run",
    read: (value) => {
      if (!value.includes("*")) return (call) => lower(call.path).includes(value);
      const pattern = globToRegex(value);
      return (call) => pattern.test(lower(call.path));
    },
  },
  id: {
    takes: "a part of an id: id:trun_",
    read: (value) => (call) => idsOf(call).some((id) => lower(id).includes(value)),
  },
  scenario: {
    takes: "a name, any or none",
    read: (value) => hasText(value, (call) => call.scenario),
  },
  fault: { takes: "a key, any or none", read: (value) => hasText(value, (call) => call.fault) },
  error: {
    takes: "a code, any or none",
    read: (value) => hasText(value, (call) => (call.errors ?? []).join(" ")),
  },
  is: { takes: Object.keys(KINDS).join(", "), read: (value) => KINDS[value] ?? null },
};

/**
 * Parse a filter. A term that cannot be read gives a hint; an unknown key is searched as text.
 * @param {string} text
 * @returns {{hints: string[], matches: Test}}
 */
export function parseQuery(text) {
  /** @type {string[]} */ const hints = [];
  /** @type {Test[]} */ const tests = [];
  for (const word of splitWords(text)) {
    const isNegated = word.startsWith("-") && word.length > 1;
    const test = readTerm(isNegated ? word.slice(1) : word, hints);
    if (test) tests.push(isNegated ? (call, context) => !test(call, context) : test);
  }
  return { hints, matches: (call, context) => tests.every((test) => test(call, context)) };
}

/** Whether the filter has this term. @param {string} text @param {string} term */
export function hasTerm(text, term) {
  return splitWords(text).includes(term);
}

/** The filter with a term added, or without it if it was there. */
export function toggleTerm(/** @type {string} */ text, /** @type {string} */ term) {
  const words = text.match(WORDS) ?? [];
  const others = words.filter((word) => word !== term);
  return (others.length < words.length ? others : [...words, term]).join(" ");
}

const WORDS = /(?:[^\s"]|"[^"]*"?)+/g; // a space within quotes belongs to the word

/** @param {string} text */
function splitWords(text) {
  return (text.match(WORDS) ?? []).map((word) => word.replaceAll('"', "")).filter(Boolean);
}

/** @param {string} word @param {string[]} hints @returns {Test | null} */
function readTerm(word, hints) {
  const [, key, value] = /^([a-z_]+):(.*)$/s.exec(lower(word)) ?? [];
  if (key === undefined) return hasWord(word);
  if (!Object.hasOwn(KEYS, key)) {
    hints.push(`unknown filter “${key}:”; filters are ${Object.keys(KEYS).join(", ")}`);
    return hasWord(word);
  }
  if (!value) return null; // still being typed
  const test = KEYS[key].read(value);
  if (!test) hints.push(`“${key}:” takes ${KEYS[key].takes}; not “${value}”`);
  return test;
}

/** @param {string} word @returns {Test} */
function hasWord(word) {
  const wanted = lower(word);
  return (call) => searchText(call).includes(wanted);
}

/** @param {any} call */
function searchText(call) {
  const { method, path, query, status, scenario, fault } = call;
  const target = query ? `${path}?${query}` : path;
  const parts = [method, target, status, ...(call.errors ?? []), scenario, fault, ...idsOf(call)];
  return lower(parts.filter((part) => part != null).join(" "));
}

/** @param {any} call @returns {string[]} */
function idsOf(call) {
  return [call.id, call.resource_id, ...(call.resource_ids ?? [])].filter(Boolean);
}

/** @param {string} value @param {(call: any) => string | null | undefined} field @returns {Test} */
function hasText(value, field) {
  if (value === "any") return (call) => !!field(call);
  if (value === "none") return (call) => !field(call);
  return (call) => lower(field(call) ?? "").includes(value);
}

/** @param {string} value @returns {Test | null} */
function readStatus(value) {
  const [, digit] = /^([1-5])xx$/.exec(value) ?? [];
  if (digit) return (call) => Math.floor(call.status / 100) === Number(digit);
  const [, sign, number] = /^(>=|<=|>|<|)(\d{3})$/.exec(value) ?? [];
  if (!number) return null;
  const wanted = Number(number);
  if (sign === ">=") return (call) => call.status >= wanted;
  if (sign === "<=") return (call) => call.status <= wanted;
  if (sign === ">") return (call) => call.status > wanted;
  if (sign === "<") return (call) => call.status < wanted;
  return (call) => call.status === wanted;
}

/** `*` is a part of a path, `**` any number of parts, as in the patterns of assertions. */
function globToRegex(/** @type {string} */ glob) {
  const parts = glob.split(/(\*{1,})/).map((part) => {
    if (part === "*") return "[^/]+";
    return part.startsWith("*") ? ".*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "s");
}

/** @param {string} text */
function lower(text) {
  return text.toLowerCase();
}
