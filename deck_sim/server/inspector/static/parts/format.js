// @ts-check
/** Text of times and durations. Times are milliseconds since 1970, UTC. */

/** @param {string} iso @returns {number} */
export function parseTime(iso) {
  return Date.parse(iso);
}

/** @param {number} ms @returns {string} as the API prints it, like `2025-01-15T09:30:00.250Z` */
export function isoText(ms) {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}

/** @param {number} ms @returns {string} like `09:30:00` or `09:30:00.250` */
export function clockText(ms) {
  return isoText(ms).slice(11, -1);
}

const DAY = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** @param {number} ms @returns {string} like `15 Jan 2025` */
export function dayText(ms) {
  return DAY.format(ms);
}

/** @type {[string, number][]} */
const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/**
 * A length of time in its two largest units, like `1h30m`.
 * @param {number} ms
 */
export function durationText(ms) {
  let rest = Math.round(Math.abs(ms));
  const parts = [];
  const largest = UNITS.findIndex(([, size]) => size <= rest);
  for (const [unit, size] of UNITS.slice(largest, largest + 2)) {
    const count = Math.floor(rest / size);
    if (count) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.join("") || "0s";
}

/** A length of time, rounded to seconds if it is long. @param {number} ms */
export function roughText(ms) {
  return durationText(ms < 1000 ? ms : Math.round(ms / 1000) * 1000);
}

/**
 * The distance from a moment, like `in 2s`, `3m ago` or `now`.
 * @param {number} ms
 * @param {number} now
 */
export function distanceText(ms, now) {
  const length = Math.abs(ms - now);
  if (length < 1) return "now";
  return ms > now ? `in ${roughText(length)}` : `${roughText(length)} ago`;
}

/** The countdown to something due, like `in 2s`. Each countdown of the page is this text.
 * @param {number} ms
 * @param {number} now a real clock may have passed it, until the server says what happened
 */
export function leftText(ms, now) {
  return distanceText(Math.max(ms, now), now);
}

/** @param {number} count @param {string} noun @param {string} [plural] */
export function countText(count, noun, plural = `${noun}s`) {
  return `${count.toLocaleString("en")} ${count === 1 ? noun : plural}`;
}

/** The words of a kind or status, like `task run`. @param {string} name */
export function words(name) {
  return name.replaceAll("_", " ");
}

/** @param {string} text */
export function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** The last word of a kind, like `Run`. @param {string} kind */
export function kindTitle(kind) {
  return capital(words(kind).split(" ").at(-1) ?? "");
}

/** Why it failed: its error like `source/source_down`, or its status.
 * @param {import("../model.js").Lane} lane @returns {string} */
export function failureText({ status, fields }) {
  const [error] = fields.errors ?? [];
  return error ? `${error.type}/${error.code}` : words(status);
}

/** An id, short enough for a row. @param {string} id @returns {string} like `trun_7QW…ZYzR` */
export function shortId(id) {
  const [prefix, rest = ""] = id.split(/_(.*)/s);
  return rest.length > 9 ? `${prefix}_${rest.slice(0, 3)}…${rest.slice(-4)}` : id;
}

// Invisible characters, and those that change the order of the characters after them.
const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A value as JSON without invisible characters.
 * @param {any} value @param {number} [indent] @returns {string} */
export function jsonText(value, indent) {
  const escape = (/** @type {string} */ character) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, null, indent).replace(INVISIBLE, escape);
}
