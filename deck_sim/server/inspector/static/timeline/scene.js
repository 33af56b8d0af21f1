// @ts-check
/** What is to be seen: the rows, the axis, and what was true at the moment that is looked at. */

import { parseTime } from "../format.js";
import { familyOf } from "../statuses.js";
import { Axis } from "./axis.js";
import { BAR } from "./bars.js";
import { spanAt } from "./marks.js";
import { Moments } from "./moments.js";
import { arrange, everything } from "./rows.js";
import { Viewport } from "./viewport.js";

/** @typedef {import("../model.js").Model} Model */
/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {{at: number, what: string, to: string | null}} Due */
/** @typedef {{index: number, count: number, stop: import("./words.js").Stop}} Point */

const NARROW = 640;
const SAMPLE = 60;

export class Scene {
  constructor() {
    this.view = new Viewport();
    this.moments = new Moments();
    this.choice = everything();
    this.fold = true;
    /** @type {import("./rows.js").Row[]} */
    this.rows = [];
    /** @type {Map<string, Due>} what happens next to a lane, by its id */
    this.due = new Map();
    /** The moment now, in the time of the world. */
    this.now = 0;
    /** The moment that is looked at: now, or one of the past. */
    this.horizon = 0;
    this.past = false;
    /** Whether the clock runs by itself. */
    this.isReal = false;
    /** The attempts that are due, by the lane that they are about. @type {Map<string, number[]>} */
    this.attempts = new Map();
    /** @type {import("../model.js").Ref | null} */
    this.selected = null;
    this.cursor = -1;
    /** The moment in the row of the cursor that the keyboard is at. @type {Point | null} */
    this.point = null;
    this.hover = -1;
    /** The x of the pointer over the lanes, -1 if it is elsewhere. */
    this.pointer = -1;
    /** Whether the keyboard is here: the cursor is drawn then. */
    this.focused = false;
    this.width = 0;
    this.height = 0;
    this.seen = "";
    /** The moment now when the axis was laid out. */
    this.laid = 0;
  }

  get narrow() {
    return this.width < NARROW;
  }
  get labels() {
    return this.narrow ? 0 : Math.round(Math.min(280, this.width * 0.3));
  }
  get head() {
    return 38;
  }
  get rowHeight() {
    return this.narrow ? 54 : 38;
  }

  /** @param {any} ctx of the page */
  update(ctx) {
    const { model, ui } = ctx;
    this.now = model.now();
    this.isReal = model.world?.mode === "real";
    this.horizon = this.now;
    const isNew = ui.selected !== this.selected;
    this.selected = ui.selected;
    const { families, unfinished } = this.choice;
    const at = this.past && (families.size || unfinished) ? this.horizon : "";
    const seen = `${model.version} ${this.fold} ${model.next?.now} ${at}`;
    if (seen !== this.seen) {
      this.seen = seen;
      this._takeDue(model);
      this.moments.update(model);
      this._layAxis();
      this.arrange(model);
    } else if ((this.now - this.laid) * this.view.scale > 0.5) this._layAxis();
    if (!this.past) this.view.choose(this._typicalLength());
    if (!this.past && this.view.following) this.view.followNow(this.now);
    const row = isNew ? this.rows.findIndex(({ lane }) => this.isSelected(lane)) : -1;
    if (row >= 0) this.view.revealRow(row, this.rowHeight);
  }

  /** The median length of the latest runs. */
  _typicalLength() {
    const latest = this.rows.slice(-SAMPLE).filter(({ lane }) => lane.kind === "task_run");
    const lengths = latest.map(({ lane }) => (lane.to ?? this.now) - lane.from);
    return lengths.sort((one, other) => one - other)[lengths.length >> 1] || Infinity;
  }

  /** @param {Lane} lane */
  isSelected(lane) {
    return this.selected?.type === "resource" && this.selected.id === lane.id;
  }

  /** @param {Model} model */
  arrange(model) {
    this.rows = arrange(model.lanes.values(), this.choice, this);
    this.cursor = Math.min(this.cursor, this.rows.length - 1);
    this.resize(this.width, this.height);
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    Object.assign(this, { width, height });
    this.view.after = this.narrow ? 40 : this.due.size ? 170 : 90; // room for text after the bars
    const { view, choice } = this;
    const isAtEnd = view.top >= view.content - view.height;
    const room = Math.max(0, height - this.head);
    view.resize(width - this.labels, room, this.rows.length * this.rowHeight + 8);
    if (!isAtEnd || !view.following || choice.newestFirst) return;
    view.top = Infinity; // the latest lanes stay in view
    view.clamp();
  }

  _layAxis() {
    this.laid = this.now;
    const due = [...this.due.values()].map(({ at }) => at);
    const later = [this.now, ...due, ...[...this.attempts.values()].flat()];
    later.sort((one, other) => one - other);
    const { times } = this.moments;
    const last = times[times.length - 1] ?? -Infinity;
    const all = times.concat(later.filter((time, i) => time > last && time !== later[i - 1]));
    this.view.setAxis(new Axis(all, this.fold, this.now));
  }

  /** @param {Model} model */
  _takeDue(model) {
    this.due = new Map();
    this.attempts = new Map();
    for (const { id, time, what, to } of model.dueById.values()) {
      const about = model.deliveries.get(id)?.resourceId;
      if (about === undefined) this.due.set(id, { at: time, what, to: to ?? null });
      else this.attempts.set(about, [...(this.attempts.get(about) ?? []), time]);
    }
    // The list of what is due is cut in a large world.
    for (const { id, next } of model.unfinishedById.values()) {
      if (!next || this.due.has(id)) continue;
      this.due.set(id, { at: parseTime(next.at), what: next.what, to: next.to ?? null });
    }
  }

  /** What follows for a lane after the horizon: due, or known because it has happened. @param {Lane} lane @returns {Due | null} */
  next(lane) {
    const due = this.due.get(lane.id) ?? null;
    if (!this.past) return due;
    const span = lane.spans[spanAt(lane.spans, this.horizon) + 1];
    return span ? { at: span.from, what: "", to: span.status } : due;
  }

  /** How long before (below 0) or after the visible stretch a lane lies; 0 if some of it is in it. @param {Lane} lane */
  away({ from, to }) {
    const { view, labels, width } = this;
    if (to !== null && this.x(to) < labels - BAR) return to - view.time(0);
    return this.x(from) > width ? from - view.time(view.width) : 0;
  }

  /** @param {Lane} lane @returns {string | null} null before it was created */
  status(lane) {
    if (!this.past) return lane.status;
    return lane.spans[spanAt(lane.spans, this.horizon)]?.status ?? null;
  }

  /** @param {Lane} lane @returns {string} empty before it was created */
  family(lane) {
    const status = this.status(lane);
    return status === null ? "" : familyOf(status);
  }

  /** @param {Lane} lane */
  isUnfinished({ from, to }) {
    return from <= this.horizon && (to === null || to > this.horizon);
  }

  /** @param {number} y in the canvas @returns {number} index of the row, -1 if there is none */
  rowAt(y) {
    if (y < this.head) return -1;
    const row = Math.floor((y - this.head + this.view.top) / this.rowHeight);
    return row < this.rows.length ? row : -1;
  }

  /** @param {number} row @returns {number} its top in the canvas */
  y(row) {
    return this.head + row * this.rowHeight - this.view.top;
  }

  /** @param {number} time @returns {number} in the canvas */
  x(time) {
    return this.labels + this.view.x(time);
  }
}
