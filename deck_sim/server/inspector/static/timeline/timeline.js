// @ts-check
/** The custom element <deck-timeline>: the lanes of a world on a canvas, live or in the past. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { clockText } from "../format.js";
import { isTaken } from "../keyboard.js";
import { Commands } from "./commands.js";
import { listen, listenToDrag } from "./gestures.js";
import { gridRows } from "./grid.js";
import { paintGrid, paintHeader } from "./header.js";
import { hitAt } from "./hits.js";
import { STRIP, Overview } from "./overview.js";
import { paintLanes } from "./painter.js";
import { Palette } from "./palette.js";
import { Pen } from "./pen.js";
import { Scene } from "./scene.js";
import { emptyText, pastBanner, toolbar } from "./toolbar.js";
import { identity, placeTip, tip } from "./tips.js";

/** @typedef {import("../app.js").Context} Context */

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
    this._ratio = 0;
    this._later = 0;
    this._ticking = 0;
    /** @type {Pen | null} */
    this.pen = null;
    /** @type {Pen | null} */
    this.bar = null;
    /** @type {(() => void)[]} */
    this._undo = [];
    this.commands = new Commands(this);
  }

  /** @param {Context | null} ctx */
  set ctx(ctx) {
    if (ctx && this._ctx?.model !== ctx.model) this._take(ctx);
    this._ctx = ctx;
    this.invalidate();
  }

  get ctx() {
    return this._ctx;
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
      if (hit && "lane" in hit) this.commands.showLane(hit.lane);
    });
    listen(lanes, {
      pan: (dx, dy) => this._move(({ view }) => view.pan(dx, dy)),
      zoom: (factor, x) => this._move(({ view }) => view.zoom(factor, x - this.scene.labels)),
      click: (x, y) => this.commands.click(hitAt(this.scene, x, y)),
      hover: (x, y) => this._hover(x, y),
      leave: () => this._leave(),
      scrolls: () => this.scene.view.content > this.scene.view.height,
    });
    listenToDrag(bar, ({ x, dx, startY }) => {
      if (startY >= STRIP || this.scene.view.fitted)
        return this.commands.look(this.overview.time(this.scene, x));
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

  /** A change of the view alone: the elements around the canvas follow later. @param {(scene: Scene) => void} change */
  _move(change) {
    const { fitted, following } = this.scene.view;
    change(this.scene);
    this.showTip(null);
    const { view } = this.scene;
    if (fitted !== view.fitted || following !== view.following) this._stale = true;
    this._schedule();
    clearTimeout(this._later);
    this._later = window.setTimeout(() => this.invalidate(), 200);
  }

  /** Draws with the next frame. */
  invalidate() {
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
    const active = scene.cursor < 0 ? nothing : scene.point ? "tl-moment" : "tl-lane";
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
            <div class="offscreen" role="rowgroup">${gridRows(scene)}</div>
          </div>
          ${rows || !ctx ? nothing : emptyText(scene, ctx.model.lanes.size, commands)}
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
    if (this._hit) placeTip(this._part("tip"), this._tipAt, scene);
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
    this.invalidate();
  }

  /** @param {number} x @param {number} y */
  _hover(x, y) {
    const hit = hitAt(this.scene, x, y);
    const row = hit && "row" in hit ? hit.row : -1;
    this.style.setProperty("--tl-cursor", hit && hit.what !== "move" ? "pointer" : "default");
    this.scene.hover = row;
    this.scene.pointer = x;
    this._schedule();
    const shown = hit?.what === "row" || hit?.what === "away" ? null : hit;
    this.showTip(shown, x + 12, y + 16);
  }

  _leave() {
    this.scene.hover = this.scene.pointer = -1;
    this.showTip(null);
    this._schedule();
  }

  /** @param {import("./hits.js").Hit | null} hit @param {number} [x] @param {number} [y] */
  showTip(hit, x = 0, y = 0) {
    this._tipAt = { x, y };
    const isSame = identity(hit) === identity(this._hit);
    this._hit = hit;
    if (!isSame) this.invalidate();
    else if (hit) placeTip(this._part("tip"), this._tipAt, this.scene);
  }

  /** @param {boolean} on */
  _focus(on) {
    this.scene.focused = on;
    if (on && this.scene.cursor < 0) this.scene.cursor = this.scene.rows.length ? 0 : -1;
    if (!on) this.showTip(null);
    this.invalidate();
  }

  /** Keys work wherever no field has the focus; those that a focused control uses are its own. @param {KeyboardEvent} event */
  _onKey(event) {
    if (isTaken(event) || this._ctx?.ui.menu) return;
    const target = /** @type {Element} */ (event.target);
    const isElsewhere = target !== document.body && target !== this._part("lanes");
    if (isElsewhere && !EVERYWHERE.includes(event.key)) return;
    if (event.key === "Escape" && this.scene.point) this.commands.setPoint(null);
    else if (!this.commands.press(event.shiftKey ? `Shift ${event.key}` : event.key)) return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  _onSlide(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };
    const direction = steps[/** @type {keyof typeof steps} */ (event.key)];
    if (direction) this.commands.step(direction === 1 ? 1 : -1);
    else if (event.key === "Home") this.commands.look(this.scene.view.axis.start);
    else if (event.key === "End") this.commands.live();
    else return;
    event.preventDefault();
  }
}

customElements.define("deck-timeline", DeckTimeline);
