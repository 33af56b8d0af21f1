// @ts-check
/** The time axis: world time to pixels and back, with long gaps folded; its ticks. */

import { clockText, dayText } from "../parts/format.js";

const WIDEST_FOLD = 64;
const SHORTEST_FOLD = 30_000;
/** A gap is folded if it is longer than this many times all shorter gaps together. */
const RATIO = 3;
/** The future is folded if it is longer than this part of the past. */
const AHEAD = 0.25;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const STEPS = [
  ...[0.1, 0.5, 1, 2, 5, 10, 30].map((n) => n * 1000),
  ...[1, 2, 5, 10, 30, 60, 180, 360, 720].map((n) => n * MINUTE),
  ...[1, 2, 7, 28, 91, 364].map((n) => n * DAY),
];
const STEP_ROOM = 88; // pixels from one tick to the next
const LABEL_ROOM = 60;

/** @typedef {{from: number, to: number, left: number, width: number, rate: number,
 *   isFold: boolean}} Piece a stretch of time, with `rate` pixels for each millisecond */

/** Positions are in pixels from the first moment. */
export class Axis {
  /**
   * @param {number[]} moments ascending
   * @param {number} now
   * @param {number} width of the whole axis
   */
  constructor(moments, now, width) {
    this.start = moments[0];
    const [limit, happened] = foldLimit(moments.filter((time) => time <= now));
    const ahead = Math.max(SHORTEST_FOLD, AHEAD * happened);
    const folds = moments
      .slice(1)
      .map((to, i) => ({ from: moments[i], to }))
      .filter(({ from, to }) => to - from >= (to > now ? ahead : limit));
    const end = moments[moments.length - 1];
    const folded = folds.reduce((sum, { from, to }) => sum + to - from, 0);
    // Many folds leave room for what lies between them.
    const foldWidth = Math.min(WIDEST_FOLD, width / 2 / folds.length);
    const unfolded = Math.max(end - this.start - folded, 1000);
    const rate = (width - folds.length * foldWidth) / unfolded;
    /** The time between two ticks. */
    this.step = STEPS.find((step) => step * rate >= STEP_ROOM) ?? 364 * DAY;
    this.length = 0;
    /** @type {Piece[]} */
    this.pieces = [];
    let from = this.start;
    for (const fold of folds) {
      this._add(from, fold.from, rate, false);
      this._add(fold.from, fold.to, foldWidth / (fold.to - fold.from), true);
      from = fold.to;
    }
    this._add(from, end, rate, false);
  }

  /** @param {number} from @param {number} to @param {number} rate @param {boolean} isFold */
  _add(from, to, rate, isFold) {
    const width = (to - from) * rate;
    this.pieces.push({ from, to, left: this.length, width, rate, isFold });
    this.length += width;
  }

  get folds() {
    return this.pieces.filter(({ isFold }) => isFold);
  }

  /** @param {number} time @returns {number} */
  x(time) {
    const piece = this.pieces.findLast(({ from }) => from <= time) ?? this.pieces[0];
    return piece.left + (time - piece.from) * piece.rate;
  }

  /** @param {number} x @returns {number} */
  time(x) {
    const piece = this.pieces.findLast(({ left }) => left <= x) ?? this.pieces[0];
    return piece.from + (x - piece.left) / piece.rate;
  }

  /** Round moments with their labels. Folds have none. */
  ticks() {
    const { step } = this;
    const ticks = [];
    let [free, day] = [0, dayText(this.pieces[0].from)];
    for (const { from, to, isFold } of this.pieces) {
      for (let time = Math.ceil(from / step) * step; !isFold && time <= to; time += step) {
        const x = this.x(time);
        if (x < free) continue;
        free = x + LABEL_ROOM;
        const today = dayText(time);
        const isDay = step >= DAY || today !== day;
        const text = isDay ? today.slice(0, -5) : clockText(time);
        ticks.push({ x, text: isDay || step < MINUTE ? text : text.slice(0, 5) });
        day = today;
      }
    }
    return ticks;
  }
}

/** The length above which gaps are folded, and the total length of the shorter gaps.
 * @param {number[]} moments ascending */
function foldLimit(moments) {
  const gaps = moments.slice(1).map((time, i) => time - moments[i]);
  let shorter = 0;
  for (const gap of gaps.sort((a, b) => a - b)) {
    if (shorter && gap >= SHORTEST_FOLD && gap > RATIO * shorter) return [gap, shorter];
    shorter += gap;
  }
  return [Infinity, shorter];
}
