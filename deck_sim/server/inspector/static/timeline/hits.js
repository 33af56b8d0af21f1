// @ts-check
/** What lies under a point of the canvas. */

import { lastAtMost } from "./axis.js";
import { BAR } from "./bars.js";
import { GLYPH, eachCluster, firstMarkAfter, spanAt, storyOf } from "./marks.js";
import { APART, rowParts } from "./painter.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").Lane} Lane */
/**
 * @typedef {{what: "marks", row: number, lane: Lane, marks: import("./marks.js").Mark[]}
 *   | {what: "span", row: number, lane: Lane, span: import("./marks.js").Span}
 *   | {what: "next" | "lane" | "row" | "away" | "children", row: number, lane: Lane}
 *   | {what: "fold", fold: import("./axis.js").Fold}
 *   | {what: "move", move: import("./moments.js").ClockMove}} Hit
 */

const REACH = 7;

/** @param {Scene} scene @param {number} x @param {number} y @returns {Hit | null} */
export function hitAt(scene, x, y) {
  if (y < scene.head) return x < scene.labels ? null : hitAxis(scene, x);
  const row = scene.rowAt(y);
  if (row < 0) return null;
  const { lane, children, depth } = scene.rows[row];
  const parts = rowParts(scene);
  const inside = y - scene.y(row);
  const inLabel = scene.narrow ? inside < parts.bar - 1 : x < scene.labels;
  if (inLabel) {
    const chevron = 10 + Math.min(depth, 4) * 14;
    const isChevron = children && x >= chevron - 8 && x < chevron + 14 && inside < 26;
    return { what: isChevron ? "children" : "lane", row, lane };
  }
  if (scene.away(lane)) return { what: "away", row, lane };
  if (Math.abs(inside - parts.marks) <= REACH + 2) {
    const marks = marksAt(scene, lane, x);
    if (marks.length) return { what: "marks", row, lane, marks };
  }
  const time = scene.view.time(x - scene.labels);
  const span = lane.spans[spanAt(lane.spans, time + BAR / 2 / scene.view.scale)];
  const inBar = inside >= parts.bar - 2 && inside <= parts.bar + BAR + 2;
  if (inBar && span) {
    const end = scene.x(span.to ?? scene.now);
    if (x <= Math.max(end, scene.x(span.from) + BAR) + 1) return { what: "span", row, lane, span };
    if (scene.next(lane)) return { what: "next", row, lane };
  }
  return { what: "row", row, lane };
}

/** @param {Scene} scene @param {Lane} lane @param {number} x */
function marksAt(scene, lane, x) {
  const { view } = scene;
  const first = firstMarkAfter(lane.marks, view.time(-40));
  /** @type {import("./marks.js").Mark[]} */
  let found = [];
  let nearest = Infinity;
  /** @param {number} time */
  const place = (time) => scene.x(time);
  eachCluster(
    lane.marks,
    first,
    view.time(view.width + 40),
    place,
    APART,
    (at, begin, count, _foremost, room) => {
      const extra = (storyOf(lane.marks, begin, count, room).length - 1) * GLYPH;
      const distance = x > at ? Math.max(0, x - at - Math.max(0, extra)) : at - x;
      if (distance > (count > 1 ? 14 : REACH) || distance >= nearest) return;
      nearest = distance;
      found = lane.marks.slice(begin, begin + count);
    },
  );
  return found;
}

/** @param {Scene} scene @param {number} x @returns {Hit | null} */
function hitAxis(scene, x) {
  const time = scene.view.time(x - scene.labels);
  const { moves } = scene.moments;
  const last = lastAtMost(moves.length, (i) => moves[i].at, time);
  const near = [moves[last], moves[last + 1]].find(
    (move) => move && Math.abs(scene.x(move.at) - x) < REACH,
  );
  if (near) return { what: "move", move: near };
  const { folds } = scene.view.axis;
  const fold = folds[lastAtMost(folds.length, (i) => folds[i].from, time)];
  return fold && time < fold.to ? { what: "fold", fold } : null;
}
