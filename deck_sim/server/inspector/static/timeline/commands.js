// @ts-check
/** What the controls, the keys and clicks do to the timeline. */

import { stops } from "./words.js";

/** @typedef {import("./scene.js").Lane} Lane */
/** @typedef {import("./rows.js").Choice} Choice */

const ZOOM_STEP = 1.5;
/** A click on marks that are drawn as one zooms in by no more than this. */
const MOST_ZOOM = 50;

export class Commands {
  /** @param {import("./timeline.js").DeckTimeline} timeline */
  constructor(timeline) {
    this.timeline = timeline;
  }

  get scene() {
    return this.timeline.scene;
  }

  /** @param {(scene: import("./scene.js").Scene) => void} change */
  _change(change) {
    change(this.scene);
    this.timeline.invalidate();
  }

  /** Filters, sorts, opens and closes lanes. @param {Partial<Choice>} change */
  choose(change) {
    const { scene } = this;
    Object.assign(scene.choice, change);
    if ("text" in change) scene.view.top = 0;
    if (this.timeline.ctx) scene.arrange(this.timeline.ctx.model);
    this.setPoint(null);
  }

  fold() {
    this._change((scene) => (scene.fold = !scene.fold));
  }

  fit() {
    this._change(({ view }) => {
      view.auto = false;
      view.fit();
    });
  }

  follow() {
    const { past } = this.scene;
    if (past) this.live();
    this._change(({ view }) => (view.following = past || !view.following));
  }

  /** Keeps the moment that is looked at where it is, or the middle. @param {1 | -1} direction */
  zoom(direction) {
    this._change(({ view, horizon }) => {
      const x = view.x(horizon);
      view.zoom(ZOOM_STEP ** direction, x >= 0 && x <= view.width ? x : undefined);
    });
  }

  /** @param {number} share of the width */
  pan(share) {
    this._change(({ view }) => view.pan(share * view.width));
  }

  /** Shows a moment of the past, or follows the world if it is not past. @param {number} at */
  look(at) {
    void at;
  }

  live() {
    this.look(Infinity);
  }

  /** Shows the moment before or after. @param {1 | -1} direction */
  step(direction) {
    const { scene } = this;
    const next = scene.moments.next(scene.horizon, direction);
    if (next !== undefined) scene.view.reveal(next);
    if (next !== undefined || direction > 0) this.look(next ?? Infinity);
  }

  /** @param {number} row */
  moveCursor(row) {
    const { scene } = this;
    if (!scene.rows.length) return;
    scene.cursor = Math.max(0, Math.min(row, scene.rows.length - 1));
    scene.view.revealRow(scene.cursor, scene.rowHeight);
    this.setPoint(null);
  }

  /** Moves through the moments of the row with the cursor. @param {1 | -1} direction */
  movePoint(direction) {
    const { scene } = this;
    const row = scene.rows[scene.cursor];
    if (!row) return this.moveCursor(0);
    const all = stops(row.lane);
    const start = direction > 0 ? 0 : all.length - 1;
    const index = scene.point ? scene.point.index + direction : start;
    const stop = all[index];
    if (!stop) return;
    scene.view.reveal(stop.at);
    this.setPoint({ index, count: all.length, stop });
    const y = scene.y(scene.cursor) + scene.rowHeight;
    this.timeline.showTip(
      { ...stop.shows, row: scene.cursor, lane: row.lane },
      scene.x(stop.at),
      y,
    );
  }

  /** @param {import("./scene.js").Point | null} point */
  setPoint(point) {
    this.timeline.showTip(null);
    this._change((scene) => (scene.point = point));
  }

  /** Opens the details of what the cursor is at. */
  open() {
    const { rows, cursor, point } = this.scene;
    const row = rows[cursor];
    if (row) this.timeline.ctx?.select(point?.stop.ref ?? { type: "resource", id: row.lane.id });
  }

  /** @param {number} row */
  toggleChildren(row) {
    const { lane, children } = this.scene.rows[row] ?? {};
    if (!lane || !children) return;
    const closed = new Set(this.scene.choice.closed);
    if (!closed.delete(lane.id)) closed.add(lane.id);
    this.choose({ closed });
  }

  /** Zooms to a lane. @param {Lane} [lane] */
  showLane(lane) {
    if (lane) this._change(({ view, now }) => view.show(lane.from, lane.to ?? now));
  }

  /** @param {import("./hits.js").Hit | null} hit */
  click(hit) {
    if (!hit || hit.what === "move") return;
    if (hit.what === "fold") return this.fold();
    this.scene.cursor = hit.row;
    this.setPoint(null);
    if (hit.what === "away") this.showLane(hit.lane);
    else if (hit.what === "children") this.toggleChildren(hit.row);
    else if (hit.what === "marks") this._openMarks(hit.marks);
    else this.timeline.ctx?.select({ type: "resource", id: hit.lane.id });
  }

  /** Zooms in on marks that are drawn as one; opens one after the other where that cannot part them. @param {import("./marks.js").Mark[]} marks */
  _openMarks(marks) {
    const { view } = this.scene;
    const [from, to] = [marks[0].at, marks[marks.length - 1].at];
    if (to - from >= 2) {
      const { scale } = view;
      const width = Math.max(1, view.x(to) - view.x(from));
      const factor = Math.min((view.width * 0.6) / width, MOST_ZOOM);
      this._change(() => view.zoom(factor, (view.x(from) + view.x(to)) / 2));
      if (view.scale > scale * 1.05) return;
    }
    const { ctx } = this.timeline;
    const selected = ctx?.ui.selected;
    const open = marks.findIndex(
      ({ ref }) => ref.type === selected?.type && ref.id === selected.id,
    );
    ctx?.select(marks[(open + 1) % marks.length].ref);
  }

  /**
   * Does what a key stands for.
   * @param {string} key
   * @returns {boolean} whether it stands for something
   */
  press(key) {
    const { scene } = this;
    const page = Math.max(1, Math.floor(scene.view.height / scene.rowHeight) - 1);
    /** @type {Record<string, () => void>} */
    const keys = {
      "Shift +": () => this.zoom(1),
      "+": () => this.zoom(1),
      "=": () => this.zoom(1),
      "-": () => this.zoom(-1),
      "[": () => this.step(-1),
      "]": () => this.step(1),
      f: () => this.fit(),
      l: () => this.follow(),
      z: () => this.showLane(scene.rows[scene.cursor]?.lane),
      j: () => this.moveCursor(scene.cursor + 1),
      k: () => this.moveCursor(scene.cursor - 1),
      ArrowDown: () => this.moveCursor(scene.cursor + 1),
      ArrowUp: () => this.moveCursor(scene.cursor - 1),
      PageDown: () => this.moveCursor(scene.cursor + page),
      PageUp: () => this.moveCursor(scene.cursor - page),
      Home: () => this.moveCursor(0),
      End: () => this.moveCursor(Infinity),
      ArrowRight: () => this.movePoint(1),
      ArrowLeft: () => this.movePoint(-1),
      "Shift ArrowRight": () => this.pan(0.25),
      "Shift ArrowLeft": () => this.pan(-0.25),
      Enter: () => this.open(),
      " ": () => this.toggleChildren(scene.cursor),
    };
    keys[key]?.();
    return key in keys;
  }
}
