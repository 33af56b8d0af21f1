// @ts-check
/** The custom element <deck-timeline>: the lanes of a world on a canvas, live or in the past. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { clockText } from "../format.js";
import { isTaken } from "../keyboard.js";
import { listen, listenToDrag } from "./gestures.js";
import { gridRows } from "./grid.js";
import { paintGrid, paintHeader } from "./header.js";
import { hitAt } from "./hits.js";
import { STRIP, Overview } from "./overview.js";
import { paintLanes } from "./painter.js";
import { everything } from "./rows.js";
import { Palette } from "./palette.js";
import { Pen } from "./pen.js";
import { Scene } from "./scene.js";
import { pastBanner, toolbar } from "./toolbar.js";
import { tip } from "./tips.js";
import { stops } from "./words.js";

/** @typedef {import("../app.js").Context} Context */

const ZOOM_STEP = 1.5;
const TIP_ROOM = 420;
/** @type {WeakMap<import("../model.js").Model, Scene>} */
const SCENES = new WeakMap();
/** Keys that also work while a button has the focus. */
const EVERYWHERE = ["+", "=", "-", "[", "]", "f", "l", "j", "k", "z"];

export class DeckTimeline extends HTMLElement {
  constructor() {
    super();
    /** What is shown of the world, and how. It outlives the element, which other tabs remove. */
    this.scene = new Scene();
    this.overview = new Overview();
    /** @type {Context | null} */
    this._ctx = null;
    this._frame = 0;
    /** Whether the elements around the canvas have to be rendered, too. */
    this._stale = true;
    /** @type {import("./hits.js").Hit | null} */
    this._hit = null;
    this._tipAt = { x: 0, y: 0 };
    /** @type {{index: number, count: number, stop: import("./words.js").Stop} | null} */
    this._point = null;
    this._ratio = 0;
    this._later = 0;
    this._ticking = 0;
    /** @type {Pen | null} */
    this.pen = null;
    /** @type {Pen | null} */
    this.bar = null;
    /** @type {(() => void)[]} */
    this._undo = [];
    this.commands = {
      choose: (/** @type {Partial<import("./rows.js").Choice>} */ change) => {
        Object.assign(this.scene.choice, change);
        this.scene.view.top = "text" in change ? 0 : this.scene.view.top;
        if (this._ctx) this.scene.arrange(this._ctx.model);
        this._point = null;
        this._invalidate();
      },
      fold: () => this._change(() => (this.scene.fold = !this.scene.fold)),
      fit: () =>
        this._change(({ view }) => {
          view.auto = false;
          view.fit();
        }),
      follow: () => {
        if (this.scene.past) this._look(null);
        this._change(({ view }) => (view.following = !view.following || this.scene.past));
      },
      zoom: (/** @type {number} */ factor) =>
        this._change(({ view }) => view.zoom(factor, this._zoomPoint())),
      step: (/** @type {1 | -1} */ direction) => this._step(direction),
      live: () => this._look(null),
    };
  }

  /** @param {Context} ctx */
  set ctx(ctx) {
    if (this._ctx?.model !== ctx.model) this._take(ctx);
    this._ctx = ctx;
    this._invalidate();
  }

  /** @param {Context} ctx */
  _take({ model, readOnly }) {
    const known = SCENES.get(model);
    if (known) this.scene = known;
    else this.scene = new Scene();
    if (!known && readOnly) Object.assign(this.scene.view, { following: false, auto: false });
    SCENES.set(model, this.scene);
    if (this._canvases) this._resize();
  }

  connectedCallback() {
    this._render();
    const [lanes, bar] = [this._part("lanes"), this._part("overview")];
    this._canvases = [lanes, bar].map((part) => {
      const canvas = /** @type {HTMLCanvasElement} */ (part.querySelector("canvas"));
      const context = /** @type {CanvasRenderingContext2D} */ (
        canvas.getContext("2d", { alpha: false })
      );
      return { canvas, context, part };
    });
    const resized = new ResizeObserver(() => this._resize());
    for (const { part } of this._canvases) resized.observe(part);
    const themed = new MutationObserver(() => this._readTheme());
    themed.observe(document.documentElement, { attributes: true });
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const reread = () => this._readTheme();
    scheme.addEventListener("change", reread);
    const onKey = (/** @type {KeyboardEvent} */ event) => this._onKey(event);
    document.addEventListener("keydown", onKey);
    this._undo = [
      () => resized.disconnect(),
      () => themed.disconnect(),
      () => scheme.removeEventListener("change", reread),
      () => cancelAnimationFrame(this._frame),
      () => document.removeEventListener("keydown", onKey),
    ];
    lanes.addEventListener("dblclick", (event) => {
      const hit = hitAt(this.scene, event.offsetX, event.offsetY);
      if (hit && "lane" in hit) this._showLane(hit.lane);
    });
    listen(lanes, {
      pan: (dx, dy) => this._move(({ view }) => view.pan(dx, dy)),
      zoom: (factor, x) => this._move(({ view }) => view.zoom(factor, x - this.scene.labels)),
      click: (x, y) => this._click(x, y),
      hover: (x, y) => this._hover(x, y),
      leave: () => this._leave(),
      scrolls: () => this.scene.view.content > this.scene.view.height,
    });
    listenToDrag(bar, ({ x, dx, startY }) => {
      if (startY >= STRIP || this.scene.view.fitted)
        return this._look(this.overview.time(this.scene, x));
      const { view } = this.scene;
      if (dx) this._move(() => view.pan((dx * view.scale) / this.overview.scale(this.scene)));
    });
    this._readTheme();
    this._resize();
  }

  disconnectedCallback() {
    for (const undo of this._undo) undo();
    this._frame = 0;
  }

  /**
   * Does what a key stands for on this element.
   * @param {string} key
   * @returns {boolean} whether it stands for something
   */
  press(key) {
    const { scene } = this;
    const page = Math.max(1, Math.floor(scene.view.height / scene.rowHeight) - 1);
    /** @type {Record<string, () => void>} */
    const keys = {
      "Shift +": () => this.commands.zoom(ZOOM_STEP),
      "+": () => this.commands.zoom(ZOOM_STEP),
      "=": () => this.commands.zoom(ZOOM_STEP),
      "-": () => this.commands.zoom(1 / ZOOM_STEP),
      "[": () => this._step(-1),
      "]": () => this._step(1),
      f: () => this.commands.fit(),
      l: () => this.commands.follow(),
      j: () => this._moveCursor(scene.cursor + 1),
      k: () => this._moveCursor(scene.cursor - 1),
      ArrowDown: () => this._moveCursor(scene.cursor + 1),
      ArrowUp: () => this._moveCursor(scene.cursor - 1),
      PageDown: () => this._moveCursor(scene.cursor + page),
      PageUp: () => this._moveCursor(scene.cursor - page),
      Home: () => this._moveCursor(0),
      End: () => this._moveCursor(Infinity),
      ArrowRight: () => this._movePoint(1),
      ArrowLeft: () => this._movePoint(-1),
      "Shift ArrowRight": () => this._move(({ view }) => view.pan(view.width / 4)),
      "Shift ArrowLeft": () => this._move(({ view }) => view.pan(-view.width / 4)),
      Enter: () => this._open(),
      " ": () => this._toggleChildren(scene.cursor),
      z: () => this._showLane(scene.rows[scene.cursor]?.lane),
    };
    keys[key]?.();
    return key in keys;
  }

  /** @param {(scene: Scene) => void} change */
  _change(change) {
    change(this.scene);
    this._invalidate();
  }

  /** A change of the view alone: the elements around the canvas follow later. @param {(scene: Scene) => void} change */
  _move(change) {
    const { fitted, following } = this.scene.view;
    change(this.scene);
    this._showTip(null);
    const { view } = this.scene;
    if (fitted !== view.fitted || following !== view.following) this._stale = true;
    this._schedule();
    clearTimeout(this._later);
    this._later = window.setTimeout(() => this._invalidate(), 200);
  }

  _invalidate() {
    this._stale = true;
    this._schedule();
  }

  _schedule() {
    if (!this._frame && this.isConnected) {
      this._frame = requestAnimationFrame((time) => this._draw(time));
    }
  }

  /** @param {number} time */
  _draw(time) {
    this._frame = 0;
    const { _ctx: ctx, scene, pen, bar } = this;
    if (!ctx || !pen || !bar || !scene.width) return;
    scene.update(ctx);
    if (this._ratio !== devicePixelRatio) this._resize();
    pen.begin(this._ratio, scene.width, scene.height);
    paintGrid(scene, pen);
    paintLanes(scene, pen);
    paintHeader(scene, pen);
    if (this.overview.count(scene, ctx.model, time)) this._drawLater(250);
    bar.begin(this._ratio, this.overview.width, this.overview.height);
    this.overview.paint(scene, bar);
    if (this._stale) this._render();
    if (ctx.model.world?.mode === "real" && !ctx.readOnly && !scene.past) this._tick();
  }

  /** Draws again when the line at now has moved by half a pixel. */
  _tick() {
    const speed = this._ctx?.model.world?.speed ?? 1;
    this._drawLater(Math.min(1000, 0.5 / (this.scene.view.scale * speed)));
  }

  /** @param {number} delay in milliseconds */
  _drawLater(delay) {
    clearTimeout(this._ticking);
    this._ticking = window.setTimeout(() => this._schedule(), delay);
  }

  _render() {
    this._stale = false;
    const { scene, commands, _ctx: ctx } = this;
    const rows = scene.rows.length;
    const active = scene.cursor < 0 ? nothing : this._point ? "tl-moment" : "tl-lane";
    render(
      html`${ctx ? toolbar(scene, ctx, commands) : nothing}
        ${pastBanner(scene, commands, ctx?.readOnly ?? false)}
        <div class="tl-stage">
          <div
            class="tl-lanes"
            role="grid"
            tabindex="0"
            aria-label="Lanes of the timeline: arrows move, Enter opens"
            aria-rowcount=${rows}
            aria-activedescendant=${active}
            @focus=${() => this._focus(true)}
            @blur=${() => this._focus(false)}
          >
            <canvas aria-hidden="true"></canvas>
            <div class="offscreen" role="rowgroup">${gridRows(scene, this._point)}</div>
          </div>
          ${rows || !ctx ? nothing : this._empty(ctx)}
          <div class="tl-tip" aria-hidden="true" ?hidden=${!this._hit}>
            ${this._hit && ctx ? tip(scene, ctx.model, this._hit) : nothing}
          </div>
        </div>
        <div
          class="tl-overview"
          title="Drag to look at a past moment"
          role="slider"
          tabindex="0"
          aria-label="Moment that is shown"
          aria-valuemin="0"
          aria-valuemax=${Math.round(scene.now - scene.view.axis.start)}
          aria-valuenow=${Math.round(scene.horizon - scene.view.axis.start)}
          aria-valuetext=${scene.past ? clockText(scene.horizon) : "now"}
          @keydown=${this._onSlide}
        >
          <canvas aria-hidden="true"></canvas>
        </div>`,
      this,
      { host: this },
    );
    this._placeTip();
  }

  /** @param {Context} ctx */
  _empty(ctx) {
    if (!ctx.model.lanes.size) {
      return html`<p class="tl-empty">Connections, sessions and runs will appear here.</p>`;
    }
    const { newestFirst, closed } = this.scene.choice;
    const all = { ...everything(), newestFirst, closed };
    return html`<p class="tl-empty">
      No lane matches the filter.
      <button type="button" class="tl-button" @click=${() => this.commands.choose(all)}>
        Show all
      </button>
    </p>`;
  }

  /** @param {string} name @returns {HTMLElement} */
  _part(name) {
    return /** @type {HTMLElement} */ (this.querySelector(`.tl-${name}`));
  }

  _readTheme() {
    const [lanes, bar] = this._canvases ?? [];
    if (!lanes) return;
    const palette = new Palette(this, lanes.context);
    this.pen = new Pen(lanes.context, palette);
    this.bar = new Pen(bar.context, palette);
    this._schedule();
  }

  _resize() {
    const [lanes, bar] = this._canvases ?? [];
    if (!lanes) return;
    this._ratio = devicePixelRatio;
    for (const { canvas, part } of [lanes, bar]) {
      canvas.width = Math.round(part.clientWidth * this._ratio);
      canvas.height = Math.round(part.clientHeight * this._ratio);
    }
    this.scene.resize(lanes.part.clientWidth, lanes.part.clientHeight);
    this.overview.width = bar.part.clientWidth;
    this.overview.height = bar.part.clientHeight;
    this._invalidate();
  }

  /** @param {number | null} at the moment to show; null, or one that is not past: live */
  _look(at) {
    const live = at === null || at >= this.scene.now;
    this._ctx?.set({ at: live ? null : Math.round(at) });
    this._invalidate();
  }

  /** @param {1 | -1} direction */
  _step(direction) {
    const { scene } = this;
    const next = scene.moments.next(scene.horizon, direction);
    if (next === undefined) return direction > 0 ? this._look(null) : undefined;
    this._look(next);
    scene.view.reveal(next);
  }

  /** @param {number} row */
  _moveCursor(row) {
    const { scene } = this;
    if (!scene.rows.length) return;
    scene.cursor = Math.max(0, Math.min(row, scene.rows.length - 1));
    scene.view.revealRow(scene.cursor, scene.rowHeight);
    this._point = null;
    this._showTip(null);
    this._invalidate();
  }

  /** @param {1 | -1} direction */
  _movePoint(direction) {
    const { scene } = this;
    const row = scene.rows[scene.cursor];
    if (!row) return this._moveCursor(0);
    const all = stops(row.lane);
    const start = direction > 0 ? 0 : all.length - 1;
    const index = this._point ? this._point.index + direction : start;
    if (!all[index]) return;
    this._point = { index, count: all.length, stop: all[index] };
    const { at, shows } = all[index];
    scene.view.reveal(at);
    this._tipAt = { x: scene.x(at), y: scene.y(scene.cursor) + scene.rowHeight };
    this._showTip({ ...shows, row: scene.cursor, lane: row.lane });
    this._invalidate();
  }

  _open() {
    const row = this.scene.rows[this.scene.cursor];
    if (!row) return;
    this._ctx?.select(this._point?.stop.ref ?? { type: "resource", id: row.lane.id });
  }

  /** @param {number} row */
  _toggleChildren(row) {
    const { lane, children } = this.scene.rows[row] ?? {};
    if (!lane || !children) return;
    const closed = new Set(this.scene.choice.closed);
    if (!closed.delete(lane.id)) closed.add(lane.id);
    this.commands.choose({ closed });
  }

  /** @param {import("./scene.js").Lane} [lane] */
  _showLane(lane) {
    if (lane) this._change(({ view, now }) => view.show(lane.from, lane.to ?? now));
  }

  /** @param {number} x @param {number} y */
  _click(x, y) {
    const hit = hitAt(this.scene, x, y);
    if (!hit || hit.what === "move") return;
    if (hit.what === "fold") return this.commands.fold();
    this.scene.cursor = hit.row;
    this._point = null;
    if (hit.what === "away") return this._showLane(hit.lane);
    if (hit.what === "children") return this._toggleChildren(hit.row);
    if (hit.what === "marks") this._openMarks(hit.marks);
    else this._ctx?.select({ type: "resource", id: hit.lane.id });
    this._invalidate();
  }

  /** Zooms in on marks that are drawn as one; opens one after the other where that cannot part them. @param {import("./marks.js").Mark[]} marks */
  _openMarks(marks) {
    const { view } = this.scene;
    const [first, last] = [marks[0], marks[marks.length - 1]];
    if (last.at - first.at >= 2) {
      const x = (view.x(first.at) + view.x(last.at)) / 2;
      const factor = (view.width * 0.6) / Math.max(1, view.x(last.at) - view.x(first.at));
      const { scale } = view;
      view.zoom(Math.min(factor, 50), x);
      if (view.scale > scale * 1.05) return this._showTip(null);
    }
    const selected = this._ctx?.ui.selected;
    const open = marks.findIndex(
      ({ ref }) => ref.type === selected?.type && ref.id === selected.id,
    );
    this._ctx?.select(marks[(open + 1) % marks.length].ref);
  }

  /** @param {number} x @param {number} y */
  _hover(x, y) {
    const hit = hitAt(this.scene, x, y);
    const row = hit && "row" in hit ? hit.row : -1;
    this.style.setProperty("--tl-cursor", hit && hit.what !== "move" ? "pointer" : "default");
    this.scene.hover = row;
    this.scene.pointer = x;
    this._schedule();
    this._tipAt = { x: x + 12, y: y + 16 };
    const same = JSON.stringify(identity(hit)) === JSON.stringify(identity(this._hit));
    if (same) return this._placeTip();
    this._showTip(hit?.what === "row" || hit?.what === "away" ? null : hit);
  }

  _leave() {
    this.scene.hover = this.scene.pointer = -1;
    this._showTip(null);
    this._schedule();
  }

  /** @param {import("./hits.js").Hit | null} hit */
  _showTip(hit) {
    if (!hit && !this._hit) return;
    this._hit = hit;
    this._invalidate();
  }

  _placeTip() {
    if (!this._hit) return;
    const card = this._part("tip");
    const { x, y } = this._tipAt;
    const left = Math.max(
      4,
      Math.min(x, this.scene.width - Math.min(TIP_ROOM, card.offsetWidth) - 4),
    );
    const above = y + card.offsetHeight > this.scene.height && y > this.scene.height / 2;
    card.style.left = `${left}px`;
    card.style.top = `${above ? y - card.offsetHeight - 28 : y}px`;
  }

  /** Zooming by key or button keeps now where it is, or the middle if now is not in view. */
  _zoomPoint() {
    const { view, horizon } = this.scene;
    const x = view.x(horizon);
    return x >= 0 && x <= view.width ? x : view.width / 2;
  }

  /** @param {boolean} on */
  _focus(on) {
    this.scene.focused = on;
    if (on && this.scene.cursor < 0) this.scene.cursor = this.scene.rows.length ? 0 : -1;
    if (!on) this._showTip(null);
    this._invalidate();
  }

  /** Keys work wherever no field has the focus; those that a focused control uses are its own. @param {KeyboardEvent} event */
  _onKey(event) {
    if (isTaken(event) || this._ctx?.ui.menu) return;
    const target = /** @type {Element} */ (event.target);
    const isElsewhere = target !== document.body && target !== this._part("lanes");
    if (isElsewhere && !EVERYWHERE.includes(event.key)) return;
    if (event.key === "Escape" && this._point) {
      this._point = null;
      this._showTip(null);
    } else if (!this.press(event.shiftKey ? `Shift ${event.key}` : event.key)) return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  _onSlide(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const direction = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (direction) this._step(direction === 1 ? 1 : -1);
    else if (event.key === "Home") this._look(this.scene.view.axis.start);
    else if (event.key === "End") this._look(null);
    else return;
    event.preventDefault();
  }
}

/** What tells two hits apart. @param {import("./hits.js").Hit | null} hit */
function identity(hit) {
  if (!hit) return null;
  if (hit.what === "fold") return hit.fold;
  if (hit.what === "move") return hit.move.number;
  const rest = hit.what === "marks" ? hit.marks.map((mark) => mark.ref.id) : null;
  return [hit.what, hit.lane.id, hit.what === "span" ? hit.span.from : rest];
}

customElements.define("deck-timeline", DeckTimeline);
