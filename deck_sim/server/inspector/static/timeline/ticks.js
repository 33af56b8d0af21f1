// @ts-check
/** Which moments of the axis get a line, and their labels. */

import { dayText } from "../format.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500].concat(
  [1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  [1, 2, 3, 6, 12].map((n) => n * HOUR),
  [1, 2, 7, 14, 28, 91, 364].map((n) => n * DAY),
);

/**
 * The time between two ticks that are at least `apart` pixels apart.
 * @param {number} scale pixels for each millisecond
 * @param {number} apart
 */
export function tickStep(scale, apart = 88) {
  return STEPS.find((step) => step * scale >= apart) ?? STEPS[STEPS.length - 1];
}

/**
 * Calls `visit` for each tick between two times, folds left out.
 * @param {import("./axis.js").Axis} axis
 * @param {number} from
 * @param {number} to
 * @param {number} step
 * @param {(time: number) => void} visit
 */
export function eachTick(axis, from, to, step, visit) {
  let fold = axis.folds.findIndex((each) => each.to > from);
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    while (fold >= 0 && fold < axis.folds.length && axis.folds[fold].to <= time) fold++;
    const next = axis.folds[fold];
    if (next && next.from < time) time = Math.ceil(next.to / step) * step - step;
    else visit(time);
  }
}

/** @param {number} time @param {number} step what lies between two ticks */
export function tickText(time, step) {
  const text = new Date(time).toISOString();
  if (step >= DAY) return shortDay(time);
  if (step >= MINUTE) return text.slice(11, 16);
  return text.slice(11, step >= SECOND ? 19 : 23);
}

/** @param {number} time @returns {string} like `16 Apr` */
export function shortDay(time) {
  return dayText(time).split(" ").slice(0, 2).join(" ");
}
