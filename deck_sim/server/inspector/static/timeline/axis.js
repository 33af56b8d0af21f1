// @ts-check
/** The time axis: world time to pixels and back, with long stretches of nothing folded. */

const WIDEST_FOLD = 64;
const SHORTEST_FOLD = 30_000;
/** A gap is folded if it is longer than this many times all shorter gaps together. */
const RATIO = 3;
/** What lies ahead of now is folded if it is longer than this part of what has happened. */
const AHEAD = 0.25;
const BUCKETS_PER_OCTAVE = 4;

/**
 * The length from which on gaps are folded, Infinity if none is.
 * @param {ArrayLike<number>} moments ascending
 * @param {number} count how many of them count
 */
export function foldLimit(moments, count = moments.length) {
  const sums = new Float64Array(48 * BUCKETS_PER_OCTAVE);
  const shortest = new Float64Array(sums.length).fill(Infinity);
  for (let i = 1; i < count; i++) {
    const gap = moments[i] - moments[i - 1];
    if (gap < 1) continue;
    const bucket = Math.min(sums.length - 1, Math.floor(Math.log2(gap) * BUCKETS_PER_OCTAVE));
    sums[bucket] += gap;
    shortest[bucket] = Math.min(shortest[bucket], gap);
  }
  let shorter = 0;
  for (let i = 0; i < sums.length; i++) {
    if (!sums[i]) continue;
    if (shorter && shortest[i] >= SHORTEST_FOLD && shortest[i] > RATIO * shorter)
      return shortest[i];
    shorter += sums[i];
  }
  return Infinity;
}

/**
 * The index of the last value that is at most `wanted`, -1 if none is.
 * @param {number} count
 * @param {(index: number) => number} value ascending
 * @param {number} wanted
 */
export function lastAtMost(count, value, wanted) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value(middle) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @typedef {{from: number, to: number}} Fold */

/** Positions are in pixels from the first moment, for a scale in pixels for each millisecond. */
export class Axis {
  /**
   * @param {ArrayLike<number>} moments ascending
   * @param {boolean} fold
   * @param {number} now
   */
  constructor(moments, fold = true, now = Infinity) {
    this.start = moments.length ? moments[0] : 0;
    this.end = moments.length ? moments[moments.length - 1] : 0;
    /** @type {Fold[]} */
    this.folds = [];
    /** @type {number[]} the unfolded time before each fold */
    this.before = [];
    let folded = 0;
    const past = lastAtMost(moments.length, (i) => moments[i], now) + 1;
    const limit = fold ? foldLimit(moments, past) : Infinity;
    for (let i = 1; i < moments.length; i++) {
      const [from, to] = [moments[i - 1], moments[i]];
      const ahead = Math.max(SHORTEST_FOLD, AHEAD * (now - this.start - folded));
      if (to - from < (fold && i >= past ? ahead : limit)) continue;
      this.folds.push({ from, to });
      this.before.push(from - this.start - folded);
      folded += to - from;
    }
    /** The time that is not folded. */
    this.unfolded = Math.max(this.end - this.start - folded, 1000);
  }

  /**
   * The width of a fold. Never above the average stretch between folds, so that many folds leave
   * room for what lies between them.
   * @param {number} scale
   */
  foldWidth(scale) {
    return Math.min(WIDEST_FOLD, (scale * this.unfolded) / (this.folds.length || 1));
  }

  /** @param {number} width the scale at which the whole axis is that wide */
  fit(width) {
    const folds = this.folds.length * WIDEST_FOLD;
    return (width >= 2 * folds ? width - folds : width / 2) / this.unfolded;
  }

  /** @param {number} scale */
  length(scale) {
    return this.unfolded * scale + this.folds.length * this.foldWidth(scale);
  }

  /** @param {number} time @param {number} scale */
  position(time, scale) {
    const { folds, before } = this;
    const i = lastAtMost(folds.length, (n) => folds[n].from, time);
    if (i < 0) return (time - this.start) * scale;
    const width = this.foldWidth(scale);
    const { from, to } = folds[i];
    const left = before[i] * scale + i * width;
    if (time >= to) return left + width + (time - to) * scale;
    return left + (width * (time - from)) / (to - from);
  }

  /** @param {number} position @param {number} scale */
  time(position, scale) {
    const { folds, before } = this;
    const width = this.foldWidth(scale);
    const i = lastAtMost(folds.length, (n) => before[n] * scale + n * width, position);
    if (i < 0) return this.start + position / scale;
    const { from, to } = folds[i];
    const inside = position - before[i] * scale - i * width;
    if (inside >= width) return to + (inside - width) / scale;
    return from + ((to - from) * inside) / width;
  }
}
