// @ts-check
/** Which part of the axis and of the rows is visible. Pure: positions in, positions out. */

import { Axis } from "./axis.js";

const FINEST = 2; // pixels for each millisecond
const ROOM_AFTER_NOW = 0.25;
// The widths of a lane in pixels at which a view of everything shows too little, and of a better one.
const SHORTEST_LANE = 20;
const LANE = 110;

export class Viewport {
  constructor() {
    this.axis = new Axis([]);
    this.width = 0;
    this.height = 0;
    this.scale = 0.01;
    this.left = 0;
    this.top = 0;
    /** The height of all rows. */
    this.content = 0;
    /** Free pixels before the first and after the last moment, for labels. */
    this.before = 12;
    this.after = 24;
    /** Whether the whole axis stays visible, until the user zooms or pans. */
    this.fitted = true;
    /** Whether the user has not chosen a zoom yet: all is visible as long as lanes can be told apart. */
    this.auto = true;
    /** Whether the moment now stays visible, until the user pans. */
    this.following = true;
  }

  /** @param {number} time the x of a moment */
  x(time) {
    return this.axis.position(time, this.scale) - this.left;
  }

  /** @param {number} x */
  time(x) {
    return this.axis.time(x + this.left, this.scale);
  }

  /** Replaces the axis; what is at the left edge stays there. @param {Axis} axis */
  setAxis(axis) {
    const edge = this.time(0);
    this.axis = axis;
    this.left = axis.position(edge, this.scale);
    if (this.fitted) this.fit();
    this.clamp();
  }

  /** @param {number} width @param {number} height @param {number} content */
  resize(width, height, content) {
    const same = width === this.width && height === this.height && content === this.content;
    if (same) return;
    Object.assign(this, { width, height, content });
    if (this.fitted) this.fit();
    this.clamp();
  }

  /** Shows all, or only the latest if a typical lane would be too short to see. @param {number} typical its length in time */
  choose(typical) {
    if (!this.auto || !this.following) return;
    this.fit();
    if (typical * this.scale >= SHORTEST_LANE) return;
    this.scale = LANE / typical;
    this.fitted = false;
  }

  fit() {
    this.fitted = true;
    this.scale = this.axis.fit(Math.max(40, this.width - this.before - this.after));
    this.left = -this.before;
  }

  /** @param {number} factor @param {number} x the point that stays */
  zoom(factor, x = this.width / 2) {
    this.auto = false;
    const time = this.time(x);
    const coarsest = this.axis.fit(Math.max(40, this.width - this.before - this.after));
    this.scale = Math.min(FINEST, Math.max(coarsest, this.scale * factor));
    this.left = this.axis.position(time, this.scale) - x;
    this.fitted = this.scale === coarsest && factor < 1;
    if (this.fitted) this.fit();
    this.clamp();
  }

  /** @param {number} dx @param {number} dy */
  pan(dx, dy = 0) {
    const { left } = this;
    this.left += dx;
    this.top += dy;
    this.clamp();
    if (Math.abs(this.left - left) < 0.5) return;
    this.auto = false;
    this.fitted = false;
    this.following = false;
  }

  /** Zooms to a stretch of time. @param {number} from @param {number} to */
  show(from, to) {
    const width = Math.max(1, this.x(to) - this.x(from));
    this.zoom((0.7 * this.width) / width, this.x(from));
    this.left = this.axis.position(from, this.scale) - 0.1 * this.width;
    this.following = false;
    this.clamp();
  }

  /** Brings a moment into view if it is not. @param {number} time */
  reveal(time) {
    const x = this.x(time);
    if (x >= 0 && x <= this.width - this.after) return;
    this.left += x - this.width / 2;
    this.auto = false;
    this.fitted = false;
    this.clamp();
  }

  /** Keeps the moment now in the right part of the view. @param {number} now */
  followNow(now) {
    if (this.fitted) return;
    const place = this.width * (1 - ROOM_AFTER_NOW);
    this.left += this.x(now) - place;
    this.clamp();
  }

  /** @param {number} row @param {number} rowHeight */
  revealRow(row, rowHeight) {
    const y = row * rowHeight;
    this.top = Math.min(y, Math.max(this.top, y + rowHeight - this.height));
    this.clamp();
  }

  clamp() {
    const right = this.axis.length(this.scale) + this.after - this.width;
    this.left = Math.max(-this.before, Math.min(this.left, right));
    this.top = Math.max(0, Math.min(this.top, this.content - this.height));
  }
}
