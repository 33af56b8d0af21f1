// @ts-check
/** Which lanes are rows, and where their bars and marks lie. Nothing here touches the document. */

import { parseTime, words } from "../format.js";
import { familyOf, isFinal } from "../statuses.js";
import { Axis } from "./axis.js";

export const MOST_LANES = 500;
/** The width of the square with which a lane ends. */
export const BAR = 18;
/** Free pixels before the first moment. */
export const BEFORE = 12;
const NARROW = 640;
const FINEST = 2; // pixels for each millisecond
const LONGEST = 60_000; // pixels; elements that are much wider are drawn slowly
/** The widths in pixels of a typical run at which a view of everything shows too little, and of a better one. */
const SHORTEST_RUN = 20;
const RUN = 110;
const SAMPLE = 60;
/** Marks closer than this are drawn as one. */
const APART = 13;
const CHAR = 6.4; // pixels of a letter on a bar

/**
 * @typedef {import("../model.js").Model} Model
 * @typedef {import("../model.js").Lane} Lane
 * @typedef {import("../model.js").Mark} Mark
 * @typedef {{at: number, what: string, to: string|null}} Due
 * @typedef {{lane: Lane, depth: number, context: boolean}} Row `context`: it does not match, but
 *   something beneath it does
 * @typedef {{status: string, left: number, width: number, type: "bar"|"end"|"ahead",
 *   word: "full"|"icon"|"", from: number, to: number|null}} Bar
 * @typedef {{x: number, marks: Mark[]}} Group marks that lie too close, the most important first
 *
 * @typedef {object} Choice
 * @property {string} text in ids, titles, kinds and what the lane refers to
 * @property {Set<string>} families of statuses; empty: all
 * @property {boolean} unfinished leave out what has ended
 * @property {boolean} newestFirst
 *
 * @typedef {object} State what the person at the page has chosen
 * @property {Choice} choice
 * @property {boolean} fold
 * @property {number|"fit"|null} scale null: all is visible as long as runs can be told apart
 */

/** No filter, in order of creation. @returns {Choice} */
export function everything() {
  return { text: "", families: new Set(), unfinished: false, newestFirst: false };
}

/**
 * The rows of the newest lanes that match, each below the lane that it belongs to.
 * @param {Map<string, Lane>} lanes in order of creation
 * @param {Choice} choice
 * @returns {{rows: Row[], hidden: number}} and how many older ones match
 */
export function arrange(lanes, choice) {
  const terms = choice.text.toLowerCase().split(/\s+/).filter(Boolean);
  const matching = [...lanes.values()].filter((lane) => matches(lane, choice, terms));
  const newest = new Set(matching.slice(-MOST_LANES));
  const kept = new Set(newest);
  for (const lane of newest) {
    let parent = lanes.get(lane.parent ?? "");
    for (; parent && !kept.has(parent); parent = lanes.get(parent.parent ?? "")) kept.add(parent);
  }
  /** @type {Map<Lane|undefined, Lane[]>} */
  const beneath = new Map();
  for (const lane of lanes.values()) {
    if (!kept.has(lane)) continue;
    const parent = lanes.get(lane.parent ?? "");
    const siblings = beneath.get(parent);
    if (siblings) siblings.push(lane);
    else beneath.set(parent, [lane]);
  }
  /** @type {Row[]} */
  const rows = [];
  /** @param {Lane|undefined} parent @param {number} depth */
  const add = (parent, depth) => {
    const siblings = beneath.get(parent) ?? [];
    for (const lane of choice.newestFirst ? siblings.reverse() : siblings) {
      rows.push({ lane, depth, context: !newest.has(lane) });
      add(lane, depth + 1);
    }
  };
  add(undefined, 0);
  return { rows, hidden: matching.length - newest.size };
}

/** @param {Lane} lane @param {Choice} choice @param {string[]} terms */
function matches(lane, choice, terms) {
  if (choice.unfinished && lane.to !== null) return false;
  if (choice.families.size && !choice.families.has(familyOf(lane.status))) return false;
  if (!terms.length) return true;
  const { external_id, reference_id } = lane.fields;
  const names = [lane.id, lane.title, lane.status, words(lane.kind), external_id, reference_id];
  const text = [...names, ...Object.values(lane.about)].join(" ").toLowerCase();
  return terms.every((term) => text.includes(term));
}

/**
 * All that a drawing needs.
 * @param {Model} model
 * @param {State} state
 * @param {number} width
 */
export function layOut(model, state, width) {
  const now = model.now();
  const { rows, hidden } = arrange(model.lanes, state.choice);
  const { due, attempts } = whatIsDue(model);
  const isNarrow = width < NARROW;
  const labels = isNarrow ? 0 : Math.round(Math.min(280, width * 0.3));
  const shown = rows.flatMap(({ lane }) => [
    ...lane.spans.map(({ from }) => from),
    ...lane.marks.map(({ at }) => at),
    due.get(lane.id)?.at ?? now,
    ...(attempts.get(lane.id) ?? []),
  ]);
  const moments = [...new Set([...shown, now])].sort((one, other) => one - other);
  const axis = new Axis(moments, state.fold, now);
  const after = isNarrow ? 40 : due.size ? 170 : 90; // room for text after the bars
  const room = Math.max(40, width - labels - BEFORE - after);
  const fitting = axis.fit(room);
  let wanted = state.scale ?? fitting;
  if (state.scale === null) {
    const typical = typicalLength(rows, now);
    if (typical * fitting < SHORTEST_RUN) wanted = RUN / typical;
  }
  const finest = Math.max(fitting, Math.min(FINEST, LONGEST / axis.unfolded));
  axis.scale = wanted === "fit" ? fitting : Math.min(finest, Math.max(fitting, wanted));
  const isFit = axis.scale === fitting;
  const step = model.world?.mode === "real" ? 1000 : 1;
  const plot = Math.max(width - labels, Math.round(BEFORE + axis.length + after));
  return { axis, now, step, rows, hidden, due, attempts, isNarrow, labels, plot, isFit };
}

/** @typedef {ReturnType<typeof layOut>} View */

/** The median length of the latest runs. @param {Row[]} rows @param {number} now */
function typicalLength(rows, now) {
  const runs = rows.filter(({ lane }) => lane.kind === "task_run").slice(-SAMPLE);
  const lengths = runs.map(({ lane }) => (lane.to ?? now) - lane.from);
  return lengths.sort((one, other) => one - other)[lengths.length >> 1] || Infinity;
}

/** What happens next to each lane, and when attempts to deliver something about it are due. @param {Model} model */
function whatIsDue(model) {
  /** @type {Map<string, Due>} */
  const due = new Map();
  /** @type {Map<string, number[]>} */
  const attempts = new Map();
  for (const { id, time, what, to } of model.dueById.values()) {
    const about = model.deliveries.get(id)?.resourceId;
    if (about === undefined) due.set(id, { at: time, what, to: to ?? null });
    else attempts.set(about, [...(attempts.get(about) ?? []), time]);
  }
  // The list of what is due is cut in a large world.
  for (const { id, next } of model.unfinishedById.values())
    if (next && !due.has(id))
      due.set(id, { at: parseTime(next.at), what: next.what, to: next.to ?? null });
  return { due, attempts };
}

/** @param {View} view @param {Lane} lane @returns {Bar[]} */
export function barsOf({ axis, now, due }, lane) {
  /** @type {Bar[]} */
  const bars = lane.spans.map(({ status, from, to }) => {
    const left = axis.x(from) + BEFORE;
    if (isFinal(lane.kind, status))
      return { status, from, to, left, width: BAR, type: "end", word: "icon" };
    const width = Math.max(2, axis.x(to ?? now) + BEFORE - left);
    const full = words(status).length * CHAR + 22;
    const word = width >= full ? "full" : width >= 22 ? "icon" : "";
    return { status, from, to, left, width, type: "bar", word };
  });
  const next = due.get(lane.id);
  const [left, right] = [axis.x(now), axis.x(next?.at ?? now)].map((x) => x + BEFORE);
  if (!next || right - left < 2) return bars;
  const ahead = { status: lane.status, from: now, to: next.at, left, width: right - left };
  return [...bars, { ...ahead, type: "ahead", word: "" }];
}

/** Whether a text of what is next finds room in the bar ahead of now. @param {string} text @param {number} width */
export function isInside(text, width) {
  return text.length * CHAR + 12 <= width;
}

/** From what must be seen first to what matters least. */
const MARK_TYPES = [
  "error",
  "attempt_failed",
  "fault",
  "prompt",
  "answer",
  "file",
  "screenshot",
  "note",
  "attempt_ok",
  "delivery",
  "event",
  "call",
];

/** Marks in groups that do not overlap. A bar begins where its lane was created: that is no mark.
 * @param {View} view @param {Lane} lane @returns {Group[]} */
export function groupMarks({ axis, attempts }, lane) {
  /** @type {{left: number, right: number, marks: Mark[]}[]} */
  const groups = [];
  /** @type {Mark[]} */
  const due = (attempts.get(lane.id) ?? []).map((at) => ({
    at,
    type: "delivery",
    label: "an attempt is due",
    ref: { type: "resource", id: lane.id },
  }));
  for (const mark of [...lane.marks, ...due]) {
    if (mark.type === "created") continue;
    const x = axis.x(mark.at) + BEFORE;
    const last = groups.at(-1);
    const reach =
      last && last.marks.length > 1 ? (last.left + last.right) / 2 + APART : last?.right;
    if (last && x - (reach ?? 0) < APART && x - last.left <= 3 * APART) {
      last.marks.push(mark);
      last.right = x;
    } else groups.push({ left: x, right: x, marks: [mark] });
  }
  let free = -Infinity;
  return groups.map(({ left, right, marks }) => {
    const half = marks.length > 1 ? 1.2 * APART : 0.5 * APART;
    const x = Math.max((left + right) / 2, free + half);
    free = x + half;
    return { x, marks: marks.sort((one, other) => rank(one) - rank(other)) };
  });
}

/** @param {Mark} mark */
function rank(mark) {
  return MARK_TYPES.indexOf(isRefused(mark) ? "fault" : mark.type);
}

/** Whether it is a call that was answered with an error. @param {Mark} mark */
export function isRefused({ type, label }) {
  return type === "call" && /-> [45]/.test(label);
}
