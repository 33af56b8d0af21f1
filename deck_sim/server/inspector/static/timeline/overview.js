// @ts-check
/** The bar below the lanes: how much happened when, what is visible, and the moment looked at. */

import { familyOf } from "../statuses.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./pen.js").Pen} Pen */

const COLUMN = 3;
const MARGIN = 14;
/** The upper strip moves what is visible; below it one moves the moment that is looked at. */
export const STRIP = 12;

export class Overview {
  constructor() {
    this.width = 0;
    this.height = 0;
    this.counts = new Uint32Array(0);
    this.failures = new Uint32Array(0);
    this.most = 1;
    this.counted = "";
    this.countedAt = -Infinity;
  }

  /** @param {Scene} scene */
  scale(scene) {
    return scene.view.axis.fit(Math.max(1, this.width - 2 * MARGIN));
  }

  /** @param {Scene} scene @param {number} time */
  x(scene, time) {
    return MARGIN + scene.view.axis.position(time, this.scale(scene));
  }

  /** @param {Scene} scene @param {number} x */
  time(scene, x) {
    const { axis } = scene.view;
    return Math.max(axis.start, axis.time(x - MARGIN, this.scale(scene)));
  }

  /**
   * Counts again if there is more to count, at most four times a second.
   * @returns {boolean} whether there is more to count later
   * @param {Scene} scene @param {import("../model.js").Model} model @param {number} clock in milliseconds
   */
  count(scene, model, clock) {
    const { axis } = scene.view;
    const state = `${model.version} ${this.width} ${axis.end} ${axis.folds.length}`;
    if (state === this.counted) return false;
    if (clock - this.countedAt < 250) return true;
    this.counted = state;
    this.countedAt = clock;
    const columns = Math.ceil(this.width / COLUMN) + 1;
    this.counts = new Uint32Array(columns);
    this.failures = new Uint32Array(columns);
    const scale = this.scale(scene);
    /** @param {number} time @param {boolean} failed */
    const add = (time, failed) => {
      const column = Math.round((MARGIN + axis.position(time, scale)) / COLUMN);
      if (!(column >= 0 && column < columns)) return;
      this.counts[column]++;
      if (failed) this.failures[column]++;
    };
    for (const { time, kind, status } of model.entries) {
      add(time, status !== undefined && familyOf(status, kind) === "bad");
    }
    for (const call of model.calls) add(call.time, call.status >= 400);
    this.most = Math.max(1, ...this.counts);
    return false;
  }

  /** @param {Scene} scene @param {Pen} pen */
  paint(scene, pen) {
    const { context, palette } = pen;
    const { width, height } = this;
    context.fillStyle = palette.sunken;
    context.fillRect(0, 0, width, height);
    this._paintCounts(palette.quiet, palette.families.bad.line, context);
    const { view } = scene;
    const foldWidth = view.axis.foldWidth(this.scale(scene));
    context.fillStyle = palette.border;
    for (const fold of view.axis.folds) {
      const x = this.x(scene, fold.from);
      for (let dot = 2; dot < foldWidth - 1; dot += 5) context.fillRect(x + dot, height - 5, 2, 2);
    }
    if (!view.fitted) this._paintWindow(scene, pen);
    context.lineWidth = 2;
    pen.vertical(this.x(scene, scene.now), 0, height, palette.accent);
    if (scene.past) this._knob(pen, this.x(scene, scene.horizon), palette.families.person.line);
    else this._knob(pen, this.x(scene, scene.now), palette.accent);
    context.lineWidth = 1;
  }

  /** @param {Scene} scene @param {Pen} pen */
  _paintWindow(scene, pen) {
    const { context, palette } = pen;
    const { view } = scene;
    const left = Math.max(1, this.x(scene, view.time(0)));
    const right = Math.min(this.width - 1, this.x(scene, view.time(view.width)));
    context.fillStyle = palette.later;
    context.fillRect(0, 0, left, this.height);
    context.fillRect(right, 0, this.width - right, this.height);
    context.strokeStyle = palette.edge;
    pen.box(left + 0.5, 0.5, Math.max(8, right - left - 1), this.height - 1, 4);
    context.stroke();
    context.fillStyle = palette.edge;
    pen.box((left + right) / 2 - 14, STRIP / 2 - 2, 28, 4, 2);
    context.fill();
  }

  /** @param {string} colour @param {string} failed @param {CanvasRenderingContext2D} context */
  _paintCounts(colour, failed, context) {
    const room = this.height - STRIP - 8;
    const full = Math.log1p(this.most);
    for (let i = 0; i < this.counts.length; i++) {
      if (!this.counts[i]) continue;
      const tall = Math.max(2, (room * Math.log1p(this.counts[i])) / full);
      const bad = (room * Math.log1p(this.failures[i])) / full;
      const x = i * COLUMN;
      context.fillStyle = colour;
      context.fillRect(x, this.height - 6 - tall, COLUMN - 1, tall);
      context.fillStyle = failed;
      if (bad) context.fillRect(x, this.height - 6 - bad, COLUMN - 1, bad);
    }
  }

  /** @param {Pen} pen @param {number} x @param {string} colour */
  _knob(pen, x, colour) {
    pen.vertical(x, STRIP, this.height, colour);
    pen.context.beginPath();
    pen.context.arc(x, this.height - 8, 6, 0, 7);
    pen.context.fillStyle = colour;
    pen.context.fill();
    pen.context.strokeStyle = pen.palette.surface;
    pen.context.stroke();
  }
}
