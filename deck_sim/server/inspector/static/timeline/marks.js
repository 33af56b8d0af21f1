// @ts-check
/** What lies on a lane at a moment: spans and marks, found by binary search; marks in clusters. */

import { lastAtMost } from "./axis.js";

/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {Lane["marks"][number]} Mark */
/** @typedef {Lane["spans"][number]} Span */

/** From what must be seen first to what matters least; `created` is where the bar begins. */
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
  "created",
];
const RANK = new Map(MARK_TYPES.map((type, rank) => [type, rank]));

/** @param {Span[]} spans @param {number} time @returns {number} the index of the span at `time`, -1 before all */
export function spanAt(spans, time) {
  return lastAtMost(spans.length, (i) => spans[i].from, time);
}

/** The width of a mark in a group that shows several. */
export const GLYPH = 12;
const MOST_GLYPHS = 8;
const LAST_OF_STORY = MARK_TYPES.indexOf("answer");

/** The index of the first mark to draw. A bar begins where it was created: that is not drawn again.
 * @param {Mark[]} marks @param {number} time */
export function firstMarkAfter(marks, time) {
  const first = lastAtMost(marks.length, (i) => marks[i].at, time) + 1;
  return Math.max(first, Number(marks[0]?.type === "created"));
}

/**
 * Calls `visit` for each group of marks that would overlap, from left to right.
 * @param {Mark[]} marks ascending
 * @param {number} first index of the first mark to draw
 * @param {number} until time
 * @param {(time: number) => number} x
 * @param {number} apart pixels
 * @param {(x: number, first: number, count: number, foremost: Mark, room: number) => void} visit
 *   with the free pixels after the group
 */
export function eachCluster(marks, first, until, x, apart, visit) {
  let i = first;
  let free = -Infinity;
  while (i < marks.length && marks[i].at <= until) {
    const begin = i;
    const left = x(marks[begin].at);
    let foremost = marks[begin];
    let right = left;
    for (i++; i < marks.length && marks[i].at <= until; i++) {
      const at = x(marks[i].at);
      const isNear = at - right < apart || (i - begin > 1 && at - (left + right) / 2 < 2 * apart);
      if (!isNear || at - left > 3 * apart) break;
      right = at;
      if (rank(marks[i]) < rank(foremost)) foremost = marks[i];
    }
    const half = i - begin > 1 ? 1.2 * apart : 0.5 * apart;
    const middle = Math.max((left + right) / 2, free + half);
    free = middle + half;
    const next = i < marks.length ? x(marks[i].at) : Infinity;
    visit(middle, begin, i - begin, foremost, next - middle - 2.4 * apart);
  }
}

/** @param {Mark} mark */
function rank(mark) {
  return isRefused(mark)
    ? /** @type {number} */ (RANK.get("fault"))
    : (RANK.get(mark.type) ?? MARK_TYPES.length);
}

/** Whether it is a call that was answered with an error. @param {Mark} mark */
export function isRefused({ type, label }) {
  return type === "call" && /-> [45]/.test(label);
}

/**
 * The marks of a group that tell a story, in its order, as far as there is room for them: at one
 * moment of a frozen clock a person may be asked, answer and be asked again.
 * @param {Mark[]} marks
 * @param {number} first
 * @param {number} count
 * @param {number} room
 * @returns {Mark[]} at most one if they are drawn as the foremost
 */
export function storyOf(marks, first, count, room) {
  const story = [];
  const most = Math.min(MOST_GLYPHS, 1 + Math.floor(room / GLYPH));
  for (let i = first; i < first + count; i++) {
    if (rank(marks[i]) <= LAST_OF_STORY) story.push(marks[i]);
    if (story.length > most) return [];
  }
  return story;
}
