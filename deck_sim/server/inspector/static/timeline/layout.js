// @ts-check
/** Which lanes are rows, and where their bars and marks lie. Nothing here touches the document. */

import { words } from "../parts/format.js";
import { Axis } from "./axis.js";
import { MARKS, isRefused } from "./words.js";

export const MOST_LANES = 500;
/** Free pixels before the first moment. */
export const BEFORE = 24;
const END = 18; // the width of the square with which a lane ends
const NARROW = 640;
const LONGEST = 60_000; // pixels; elements that are much wider are drawn slowly
const APART = 26; // marks closer than this are drawn as one

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../model.js").Lane} Lane
 * @typedef {import("../model.js").Mark} Mark
 * @typedef {{lane: Lane, depth: number}} Row
 * @typedef {{status: string, family: import("../parts/families.js").Family, left: number, width: number,
 *   type: "bar"|"end"|"ahead", from: number, to: number|null}} Bar
 * @typedef {ReturnType<typeof layOut>} View
 *
 * @typedef {object} State what the user of the page has chosen
 * @property {string} text searched in ids, titles, kinds and what the lane refers to
 * @property {Set<string>} families of statuses; empty: all
 * @property {boolean} unfinished leave out what has ended
 * @property {number} zoom how many times wider it is than a view of everything
 */

/** @returns {State} */
export function everything() {
  return { text: "", families: new Set(), unfinished: false, zoom: 1 };
}

/**
 * The rows of the newest lanes that match, each below the lane that it belongs to.
 * @param {Map<string, Lane>} lanes in order of creation
 * @param {State} state
 * @returns {{rows: Row[], hidden: number}} and how many older ones match
 */
export function arrange(lanes, state) {
  const matching = [...lanes.values()].filter((lane) => matches(lane, state));
  const newest = matching.slice(-MOST_LANES);
  const ids = new Set(newest.map(({ id }) => id));
  /** @type {Map<string, Lane[]>} */
  const beneath = new Map();
  for (const lane of newest) {
    const parent = lane.parent && ids.has(lane.parent) ? lane.parent : "";
    beneath.set(parent, [...(beneath.get(parent) ?? []), lane]);
  }
  /** @param {string} parent @param {number} depth @returns {Row[]} */
  const rowsOf = (parent, depth) =>
    (beneath.get(parent) ?? []).flatMap((lane) => [{ lane, depth }, ...rowsOf(lane.id, depth + 1)]);
  return { rows: rowsOf("", 0), hidden: matching.length - newest.length };
}

/** @param {Lane} lane @param {State} state */
function matches(lane, { unfinished, families, text: typed }) {
  if (unfinished && lane.to !== null) return false;
  if (families.size && !families.has(lane.family)) return false;
  const terms = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!terms.length) return true;
  const names = [lane.id, lane.title, lane.status, words(lane.kind), lane.fields.external_id];
  const text = [...names, ...Object.values(lane.about)].join(" ").toLowerCase();
  return terms.every((term) => text.includes(term));
}

/**
 * The data for one drawing.
 * @param {Model} model
 * @param {State} state
 * @param {number} width
 * @param {Model} [present] which the axis follows, so that it stays while moments are chosen
 */
export function layOut(model, state, width, present = model) {
  const now = model.now();
  const { dueById: due } = model;
  const { rows, hidden } = arrange(model.lanes, state);
  if (model.refused.marks.length && matches(model.refused, state))
    rows.unshift({ lane: model.refused, depth: 0 });
  const attempts = attemptsDue(model);
  const isNarrow = width < NARROW;
  const labels = isNarrow ? 0 : Math.round(Math.min(280, width * 0.3));
  const ahead = attemptsDue(present);
  const lanes = present === model ? rows : arrange(present.lanes, state).rows;
  const moments = lanes.flatMap(({ lane }) => [
    ...lane.spans.map(({ from }) => from),
    ...lane.marks.map(({ at }) => at),
    ...(ahead.get(lane.id) ?? []).map(({ at }) => at),
    present.dueById.get(lane.id)?.time ?? now,
  ]);
  const sorted = [...new Set([...moments, now, present.now()])].sort((a, b) => a - b);
  const after = isNarrow ? 50 : 220; // room for text after the bars, such as an error
  const room = Math.max(40, width - labels - BEFORE - after);
  const zoom = Math.min(state.zoom, LONGEST / room);
  const axis = new Axis(sorted, present.now(), room * zoom);
  const plot = Math.max(width - labels, BEFORE + Math.round(axis.length) + after);
  return { rows, hidden, now, due, attempts, isNarrow, labels, zoom, axis, plot };
}

/** The attempts that are due to deliver something about a resource. @param {Model} model */
function attemptsDue({ deliveries }) {
  /** @type {Map<string, Mark[]>} */
  const attempts = new Map();
  for (const { id, resourceId, next: at } of deliveries.values()) {
    if (at === null) continue;
    /** @type {Mark} */
    const mark = {
      at,
      type: "delivery",
      label: "an attempt is due",
      ref: { type: "delivery", id },
    };
    attempts.set(resourceId, [...(attempts.get(resourceId) ?? []), mark]);
  }
  return attempts;
}

/** @param {View} view @param {Lane} lane @returns {Bar[]} */
export function barsOf({ axis, now, due }, lane) {
  const x = (/** @type {number} */ time) => axis.x(time) + BEFORE;
  /** @type {Bar[]} */
  const bars = lane.spans.map(({ status, family, isFinal, from, to }) => {
    const left = x(from);
    const width = isFinal ? END : Math.max(2, x(to ?? now) - left);
    return { status, family, from, to, left, width, type: isFinal ? "end" : "bar" };
  });
  const to = due.get(lane.id)?.time ?? now;
  const width = x(to) - x(now);
  if (width < 2) return bars;
  const { status, family } = lane;
  return [...bars, { status, family, from: now, to, left: x(now), width, type: "ahead" }];
}

/** Marks in groups that do not overlap, the most important first in each. The creation
 * of a lane is no mark, since its first bar begins there. @param {View} view @param {Lane} lane */
export function groupMarks({ axis, attempts }, lane) {
  /** @type {{x: number, marks: Mark[]}[]} */
  const groups = [];
  for (const mark of [...lane.marks, ...(attempts.get(lane.id) ?? [])]) {
    if (mark.type === "created") continue;
    const x = axis.x(mark.at) + BEFORE;
    const last = groups.at(-1);
    if (last && x - last.x < APART) last.marks.push(mark);
    else groups.push({ x, marks: [mark] });
  }
  for (const { marks } of groups) marks.sort((a, b) => rank(a) - rank(b));
  return groups;
}

const RANKS = Object.keys(MARKS);

/** @param {Mark} mark */
function rank(mark) {
  return RANKS.indexOf(isRefused(mark) ? "fault" : mark.type);
}
