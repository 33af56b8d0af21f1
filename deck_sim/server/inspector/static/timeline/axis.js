// @ts-check
/** The time axis: world time to pixels and back, with long stretches of nothing folded; its ticks. */

import { clockText, dayText } from "../format.js";

const WIDEST_FOLD = 64;
const SHORTEST_FOLD = 30_000;
/** A gap is folded if it is longer than this many times all shorter gaps together. */
const RATIO = 3;
/** What lies ahead of now is folded if it is longer than this part of what has happened. */
const AHEAD = 0.25;

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
const TICK_ROOM = 88; // pixels between two ticks

/** @typedef {{from: number, to: number}} Fold */

/** The length from which on gaps are folded, Infinity if none is. @param {number[]} moments ascending */
export function foldLimit(moments) {
  const gaps = moments.slice(1).map((time, i) => time - moments[i]);
  let shorter = 0;
  for (const gap of gaps.sort((one, other) => one - other)) {
    if (shorter && gap >= SHORTEST_FOLD && gap > RATIO * shorter) return gap;
    shorter += gap;
  }
  return Infinity;
}

/** Positions are in pixels from the first moment, at `scale` pixels for each millisecond. */
export class Axis {
  /**
   * @param {number[]} moments ascending
   * @param {boolean} fold
   * @param {number} now
   */
  constructor(moments, fold = true, now = Infinity) {
    this.start = moments[0];
    this.end = moments[moments.length - 1];
    this.scale = 1;
    /** @type {Fold[]} */
    this.folds = [];
    /** @type {number[]} the unfolded time before each fold */
    this.before = [];
    let folded = 0;
    const limit = foldLimit(moments.filter((time) => time <= now));
    for (let i = 1; fold && i < moments.length; i++) {
      const [from, to] = [moments[i - 1], moments[i]];
      const ahead = Math.max(SHORTEST_FOLD, AHEAD * (now - this.start - folded));
      if (to - from < (to > now ? ahead : limit)) continue;
      this.folds.push({ from, to });
      this.before.push(from - this.start - folded);
      folded += to - from;
    }
    /** The time that is not folded. */
    this.unfolded = Math.max(this.end - this.start - folded, 1000);
  }

  /** The width of a fold. Many folds leave room for what lies between them. */
  get foldWidth() {
    return Math.min(WIDEST_FOLD, (this.scale * this.unfolded) / (this.folds.length || 1));
  }

  get length() {
    return this.unfolded * this.scale + this.folds.length * this.foldWidth;
  }

  /** @param {number} width @returns {number} the scale at which the whole axis is that wide */
  fit(width) {
    const folds = this.folds.length * WIDEST_FOLD;
    return (width >= 2 * folds ? width - folds : width / 2) / this.unfolded;
  }

  /** @param {number} time @returns {number} */
  x(time) {
    const i = this.folds.findLastIndex((fold) => fold.from <= time);
    if (i < 0) return (time - this.start) * this.scale;
    const { from, to } = this.folds[i];
    const left = this.before[i] * this.scale + i * this.foldWidth;
    if (time >= to) return left + this.foldWidth + (time - to) * this.scale;
    return left + (this.foldWidth * (time - from)) / (to - from);
  }

  /** @param {number} x @returns {number} */
  time(x) {
    const { folds, foldWidth, scale } = this;
    const i = folds.findLastIndex((_, n) => this.before[n] * scale + n * foldWidth <= x);
    if (i < 0) return this.start + x / scale;
    const { from, to } = folds[i];
    const inside = x - this.before[i] * scale - i * foldWidth;
    if (inside >= foldWidth) return to + (inside - foldWidth) / scale;
    return from + ((to - from) * inside) / foldWidth;
  }

  /** Round moments at which the axis has a line, with their labels. Folds have none.
   * @param {number} until @returns {{time: number, text: string}[]} */
  ticks(until) {
    const step = STEPS.find((each) => each * this.scale >= TICK_ROOM) ?? 364 * DAY;
    const found = [];
    let fold = 0;
    for (let time = Math.ceil(this.start / step) * step; time <= until; time += step) {
      while (this.folds[fold]?.to <= time) fold++;
      if (this.folds[fold]?.from < time) time = Math.ceil(this.folds[fold].to / step) * step - step;
      else found.push({ time, text: tickText(time, step) });
    }
    return found;
  }

  /** The ends of folds, with their labels. */
  foldEnds() {
    return this.folds.map(({ from, to }) => {
      const isDay = dayText(from) !== dayText(to);
      return { time: to, text: isDay ? tickText(to, DAY) : clockText(to).slice(0, 8) };
    });
  }
}

/** @param {number} time @param {number} step what lies between two ticks */
export function tickText(time, step) {
  if (step >= DAY) return dayText(time).split(" ").slice(0, 2).join(" ");
  const text = new Date(time).toISOString();
  if (step >= MINUTE) return text.slice(11, 16);
  return text.slice(11, step >= SECOND ? 19 : 23);
}
