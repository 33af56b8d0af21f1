// @ts-check
/** What is said about lanes, on the canvas and to screen readers. */

import { distanceText, durationText, words } from "../format.js";
import { familyOf, isFinal } from "../statuses.js";
import { spanAt } from "./marks.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").Lane} Lane */
/**
 * @typedef {{what: "span", span: import("./marks.js").Span}
 *   | {what: "marks", marks: import("./marks.js").Mark[]}} Shown
 * @typedef {{at: number, label: string, ref: import("../model.js").Ref, shows: Shown}} Stop
 */

/** A length of time, to the second where that says enough. @param {number} ms */
export function roughText(ms) {
  return durationText(Math.abs(ms) < 1000 ? ms : Math.round(ms / 1000) * 1000);
}

/**
 * Like "run trun_abc, mfa_then_success, waits for a person (interaction required) since 12s".
 * @param {Scene} scene
 * @param {Lane} lane
 */
export function laneText(scene, lane) {
  const parts = [`${words(lane.kind)} ${lane.id}`];
  if (lane.about.scenario) parts.push(lane.about.scenario);
  const span = lane.spans[spanAt(lane.spans, scene.horizon)];
  if (!span) return [...parts, "not yet created"].join(", ");
  const since = roughText(scene.horizon - span.from);
  const status = words(span.status);
  if (isFinal(lane.kind, span.status)) parts.push(`${status} ${since} ago`);
  else if (familyOf(span.status) === "person") {
    parts.push(`waits for a person (${status}) since ${since}`);
  } else parts.push(`${status} since ${since}`);
  const next = scene.next(lane);
  if (next) parts.push(`next: ${nextText(scene, next).slice(2)}`);
  return parts.join(", ");
}

/** @param {Scene} scene @param {import("./scene.js").Due} next */
export function nextText(scene, next) {
  const ahead = Math.max(0, next.at - scene.horizon);
  const distance = distanceText(scene.isReal ? Math.round(ahead / 1000) * 1000 : ahead, 0);
  const isMove = next.to && /^(the script|$)|->/.test(next.what);
  const what = isMove ? words(next.to ?? "") : next.what.replace(/^(the \w+|it) | because .*/g, "");
  return `→ ${what} ${distance}${next.what ? "" : " (then it happened)"}`;
}

/**
 * What the left and right arrows stop at: changes of status, and marks that are none.
 * @param {Lane} lane
 * @returns {Stop[]}
 */
export function stops(lane) {
  /** @type {Stop[]} */
  const moves = lane.spans.map((span) => ({
    at: span.from,
    label: words(span.status),
    ref: { type: "entry", id: `${span.entry.number}` },
    shows: { what: "span", span },
  }));
  const entries = new Set(moves.map((move) => move.ref.id));
  const marks = lane.marks.filter(({ ref }) => ref.type !== "entry" || !entries.has(ref.id));
  /** @param {import("./marks.js").Mark} mark @returns {Stop} */
  const stop = (mark) => ({
    at: mark.at,
    label: `${words(mark.type)}: ${mark.label}`,
    ref: mark.ref,
    shows: { what: "marks", marks: [mark] },
  });
  return [...moves, ...marks.map(stop)].sort((one, other) => one.at - other.at);
}
