// @ts-check
/** All moments at which something happened, and the moves of the clock, kept up to date. */

import { lastAtMost } from "./axis.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {{at: number, text: string, number: number}} ClockMove */

export class Moments {
  constructor() {
    /** @type {number[]} ascending, each once */
    this.times = [];
    /** @type {ClockMove[]} */
    this.moves = [];
    this.entries = 0;
    this.lastCall = 0;
    this.world = "";
  }

  /** Takes in what has come since. @param {Model} model @returns {boolean} whether there is more */
  update(model) {
    const world = `${model.world?.world} ${model.world?.epoch}`;
    const length = model.entries.length;
    if (world !== this.world || length < this.entries) {
      Object.assign(this, new Moments(), { world });
    }
    const before = this.times.length;
    let sorted = true;
    /** @param {number} time */
    const add = (time) => {
      const last = this.times[this.times.length - 1];
      if (time === last) return;
      if (time < last) sorted = false;
      this.times.push(time);
    };
    for (; this.entries < length; this.entries++) {
      const { time, kind, what, number } = model.entries[this.entries];
      add(time);
      if (kind === "clock") this.moves.push({ at: time, text: what, number });
    }
    const { calls } = model;
    let i = calls.length;
    while (i > 0 && calls[i - 1].number > this.lastCall) i--;
    for (; i < calls.length; i++) {
      add(calls[i].time);
      this.lastCall = calls[i].number;
    }
    if (!sorted) this.times = [...new Set(this.times)].sort((one, other) => one - other);
    return this.times.length !== before;
  }

  /** The nearest moment after (or before) a time. @param {number} time @param {1 | -1} direction */
  next(time, direction) {
    const { times } = this;
    const i = lastAtMost(times.length, (n) => times[n], time);
    if (direction > 0) return times[i + 1];
    return times[times[i] === time ? i - 1 : i];
  }
}
