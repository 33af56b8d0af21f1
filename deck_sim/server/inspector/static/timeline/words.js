// @ts-check
/** Texts about lanes, on the screen and for screen readers. */

import { clockText, failureText, leftText, roughText, words } from "../parts/format.js";

/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {import("../model.js").Mark} Mark */
/** @typedef {import("../model.js").DueItem} DueItem */

const MOST_MARKS = 8; // that are named one by one

/** The word for a mark, its outline around the middle of a square of 12, and classes of its colour
 * and filling; the most important mark comes first.
 * @type {Record<import("../model.js").MarkType, [string, string, string]>} */
export const MARKS = {
  error: [
    "Error",
    "M-4.5 0A4.5 4.5 0 1 1 4.5 0 4.5 4.5 0 1 1-4.5 0ZM-3-1.75V1.75H3V-1.75Z",
    "tone-bad",
  ],
  attempt_failed: ["Attempt failed", "M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5", "tone-bad"],
  fault: ["Fault", "M1.5-5.5-3.5 1H-.5L-1.5 5.5 3.5-1H.5Z", "tone-bad"],
  prompt: ["Asked", "M0-5 5 0 0 5-5 0Z", "tone-person"],
  answer: ["Continued", "M-4 0-1 3.5 4.5-3.5", "tone-good is-hollow"],
  file: ["File", "M-3-4.5H1L3.5-2V4.5H-3Z", "is-hollow"],
  screenshot: ["Screenshot", "M-4.5-3H4.5V3H-4.5Z", "is-hollow"],
  note: ["Note", "M-3-4 4-1.5-3 1Z", ""],
  attempt_ok: ["Delivered", "M0-4 4 3H-4Z", "tone-good"],
  delivery: ["Delivery", "M0-4 4 3H-4Z", "is-hollow"],
  event: ["Event", "M-3 0A3 3 0 1 1 3 0 3 3 0 1 1-3 0Z", ""],
  call: ["Call", "M0-3.5V3.5", ""],
  created: ["Created", "", ""],
};

/** Whether it is a call that was answered with an error. @param {Mark} mark */
export function isRefused({ type, label }) {
  return type === "call" && /-> [45]/.test(label);
}

/**
 * Like "Run 4, trun_abc, mfa_then_success, waits for a person (interaction required) for 12s".
 * @param {Lane} lane
 * @param {DueItem|undefined} next
 * @param {number} now
 */
export function laneText(lane, next, now) {
  const span = lane.spans.at(-1);
  if (!span) return `${lane.title}, ${lane.status}`;
  const { status, family, isFinal, from } = span;
  const [since, word, why] = [roughText(now - from), words(status), failureText(lane)];
  const parts = [lane.title, lane.id];
  if (lane.about.scenario) parts.push(lane.about.scenario);
  if (isFinal) parts.push(`${word === why ? word : `${word} (${why})`} ${since} ago`);
  else if (family === "person") parts.push(`waits for a person (${word}) for ${since}`);
  else parts.push(`${word} for ${since}`);
  if (next) parts.push(`then ${nextText(next, now)}`);
  return parts.join(", ");
}

/** Like `completed in 6s`. @param {DueItem} next @param {number} now */
export function nextText({ time, what, to }, now) {
  const isMove = to && /^(the (script|status)|its) /.test(what);
  const told = isMove ? words(to) : what.replace(/^(the \w+|it) | because .*/g, "");
  return `${told} ${leftText(time, now)}`;
}

/** A line for each mark. @param {Mark[]} marks */
export function marksText(marks) {
  const lines = marks
    .slice(0, MOST_MARKS)
    .map(({ at, type, label }) => `${clockText(at)} ${MARKS[type][0]}: ${label}`);
  if (marks.length > MOST_MARKS) lines.push(`and ${marks.length - MOST_MARKS} more`);
  return lines.join("\n");
}

/** @param {import("./layout.js").Bar} bar */
export function barText({ status, from, to, type }) {
  if (type === "end") return `${words(status)} at ${clockText(from)}`;
  const end = to === null ? "now" : `${clockText(to)}, ${roughText(to - from)}`;
  return `${words(status)}, ${clockText(from)} to ${end}`;
}
