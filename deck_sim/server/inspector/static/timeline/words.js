// @ts-check
/** What is said about lanes, to the eye and to screen readers. */

import { clockText, distanceText, durationText, words } from "../format.js";
import { familyOf, isFinal } from "../statuses.js";

/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {import("./layout.js").Due} Due */
/** @typedef {{now: number, step: number}} Clock the present, and to how many milliseconds it is told */

const MOST_MARKS = 8; // that are named one by one

/** @type {Record<import("../model.js").MarkType, string>} */
const MARKS = {
  created: "Created",
  prompt: "Asked",
  answer: "Went on",
  call: "Call",
  event: "Event",
  delivery: "Delivery",
  attempt_ok: "Delivered",
  attempt_failed: "Attempt failed",
  screenshot: "Screenshot",
  file: "File",
  fault: "Fault",
  note: "Note",
  error: "Error",
};

/** A length of time, to the second where that says enough. @param {number} ms */
function roughText(ms) {
  return durationText(ms < 1000 ? ms : Math.round(ms / 1000) * 1000);
}

/**
 * Like "Run 4, trun_abc, mfa_then_success, waits for a person (interaction required) since 12s".
 * @param {Lane} lane
 * @param {Due|undefined} next
 * @param {Clock} clock
 */
export function laneText(lane, next, clock) {
  const { status, from } = /** @type {import("../model.js").Span} */ (lane.spans.at(-1));
  const [since, word] = [roughText(clock.now - from), words(status)];
  const parts = [lane.title, lane.id];
  if (lane.about.scenario) parts.push(lane.about.scenario);
  if (isFinal(lane.kind, status)) parts.push(`${word} ${since} ago`);
  else if (familyOf(status) === "person") parts.push(`waits for a person (${word}) since ${since}`);
  else parts.push(`${word} since ${since}`);
  if (next) parts.push(`then ${nextText(next, clock)}`);
  return parts.join(", ");
}

/** Like `completed in 6s`. @param {Due} next @param {Clock} clock */
export function nextText({ at, what, to }, { now, step }) {
  const distance = distanceText(Math.round(Math.max(0, at - now) / step) * step, 0);
  const isMove = to && /^(the script|$)|->/.test(what);
  const told = isMove ? words(to) : what.replace(/^(the \w+|it) | because .*/g, "");
  return `${told} ${distance}`;
}

/** A line for each mark. @param {import("../model.js").Mark[]} marks */
export function marksText(marks) {
  const lines = marks
    .slice(0, MOST_MARKS)
    .map(({ at, type, label }) => `${clockText(at)} ${MARKS[type]}: ${label}`);
  if (marks.length > MOST_MARKS) lines.push(`and ${marks.length - MOST_MARKS} more`);
  return lines.join("\n");
}

/** @param {import("./layout.js").Bar} bar */
export function barText({ status, from, to, type }) {
  if (type === "end") return `${words(status)} at ${clockText(from)}`;
  const end = to === null ? "now" : `${clockText(to)}, ${roughText(to - from)}`;
  return `${words(status)}, ${clockText(from)} to ${end}`;
}
