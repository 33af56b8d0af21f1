// @ts-check
/** The custom element <deck-timeline>: the lanes of a world on a time axis. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { isTaken } from "../keyboard.js";
import { clockText, countText, dayText, roughText } from "../parts/format.js";
import { laneRow } from "./lane.js";
import { BEFORE, MOST_LANES, everything, layOut } from "./layout.js";
import { toolbar } from "./toolbar.js";
import { FAMILIES } from "../parts/families.js";
import { showMoment } from "../views/past.js";

/**
 * @typedef {import("../app.js").Context} Context
 * @typedef {import("./layout.js").State} State
 * @typedef {import("./layout.js").View} View
 */

const ZOOM_STEP = 1.5;
/** Pixels: the width of a fold with a label; around the label of now; left of the first labels. */
const NARROWEST_LABEL = 40;
const NOW_ROOM = 76;
const [FIRST_LABEL, FIRST_NOW] = [12, 24];

export class DeckTimeline extends HTMLElement {
  constructor() {
    super();
    /** @type {Context|null} */
    this._ctx = null;
    this.state = everything();
    /** @type {View|null} what is drawn */
    this.view = null;
    /** The model's version when it was drawn. */
    this.drawn = -1;
    /** Whether the latest moments and lanes are in view, and stay there. */
    this.isAtEnd = { x: true, y: true };
    /** The lane at which the Tab key stops. */
    this.cursor = "";
    this.resized = new ResizeObserver(() => this.draw());
    this.onKey = (/** @type {KeyboardEvent} */ event) => {
      if (isTaken(event) || this._ctx?.ui.menu) return;
      const act = this._actions()[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
  }

  /** @param {Context} ctx */
  set ctx(ctx) {
    const before = this._ctx;
    this._ctx = ctx;
    const { chips, laneFilter: text, zoom } = ctx.ui;
    const families = new Set(Object.keys(FAMILIES).filter((family) => chips.has(family)));
    this.state = { text, families, unfinished: chips.has("unfinished"), zoom };
    const isSame = before?.model === ctx.model && this.drawn === ctx.model.version;
    const isMoving = ctx.model.now() !== this.view?.now;
    if (!isSame || isMoving || before.ui !== ctx.ui) this.draw();
  }

  connectedCallback() {
    this.resized.observe(this);
    document.addEventListener("keydown", this.onKey);
  }

  disconnectedCallback() {
    this.resized.disconnect();
    document.removeEventListener("keydown", this.onKey);
  }

  /** @returns {HTMLElement} */
  get scroller() {
    return /** @type {HTMLElement} */ (this.querySelector(".tl-scroll"));
  }

  /** Zoom; the moment in the middle stays there. @param {number} steps above 0: closer */
  zoom(steps) {
    const { view, scroller } = this;
    if (!view) return;
    const middle = (scroller.clientWidth - view.labels) / 2 - BEFORE;
    const time = view.axis.time(scroller.scrollLeft + middle);
    this.state.zoom = Math.max(1, view.zoom * ZOOM_STEP ** steps);
    this.draw();
    this._ctx?.set({ zoom: this.state.zoom });
    scroller.scrollLeft = (this.view ?? view).axis.x(time) - middle;
  }

  draw() {
    const { _ctx: ctx, state, isAtEnd } = this;
    // Without the scroll bar of the rows.
    const width = this.scroller?.clientWidth ?? this.clientWidth;
    if (!ctx || !width) return;
    this.drawn = ctx.model.version;
    const view = layOut(ctx.model, state, width, ctx.present);
    this.view = view;
    if (!view.rows.some(({ lane }) => lane.id === this.cursor))
      this.cursor = view.rows[0]?.lane.id ?? "";
    render(this._page(ctx, view), this);
    if (isAtEnd.x) this.scroller.scrollLeft = this.scroller.scrollWidth;
    if (isAtEnd.y) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  _scrolled() {
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } =
      this.scroller;
    this.isAtEnd = {
      x: scrollLeft + clientWidth > scrollWidth - 4,
      y: scrollTop + clientHeight > scrollHeight - 4,
    };
  }

  /** @param {PointerEvent} event */
  _grab(event) {
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    this._drag(event);
  }

  /** Show the moment below the pointer. @param {PointerEvent} event */
  _drag({ currentTarget, pointerId, clientX }) {
    const axis = /** @type {Element} */ (currentTarget);
    if (!this.view || !this._ctx || !axis.hasPointerCapture(pointerId)) return;
    const x = clientX - axis.getBoundingClientRect().left - BEFORE;
    showMoment(this._ctx, this.view.axis.time(Math.max(0, x)));
  }

  /** @param {Context} ctx @param {View} view */
  _page(ctx, view) {
    const { rows, hidden, labels, plot } = view;
    const { lanes } = ctx.model;
    const note = html`<p class="strip muted">
      The newest ${MOST_LANES} of ${countText(MOST_LANES + hidden, "lane")}. The filter searches
      all.
    </p>`;
    const focused = (/** @type {FocusEvent} */ { target }) => {
      const row = /** @type {Element} */ (target).closest(".tl-row");
      this.cursor = row?.querySelector(".tl-name")?.getAttribute("data-lane") ?? this.cursor;
    };
    return html`${toolbar(ctx, this, [...lanes.values()])} ${hidden ? note : nothing}
      <div
        class="tl-scroll"
        .style=${`--labels: ${labels}px; --plot: ${plot}px`}
        @scroll=${() => this._scrolled()}
        @focusin=${focused}
      >
        <div class="tl-content">
          <div class="tl-head" aria-hidden="true">
            <span class="tl-corner"
              >${countText(rows.length, "lane")} · ${dayText(view.axis.start)}</span
            >
            <div
              class="tl-axis"
              title="Drag: the world as it was"
              @pointerdown=${(/** @type {PointerEvent} */ event) => this._grab(event)}
              @pointermove=${(/** @type {PointerEvent} */ event) => this._drag(event)}
            >
              ${axisView(view, ctx.isPast)}
            </div>
          </div>
          <div class="tl-lines" aria-hidden="true">${linesView(view, ctx)}</div>
          <div
            role="grid"
            aria-label="Lanes: arrows move, Enter opens"
            aria-rowcount=${rows.length}
          >
            ${repeat(
              rows,
              ({ lane }) => lane.id,
              (row) => laneRow(ctx, view, row, row.lane.id === this.cursor),
            )}
          </div>
        </div>
      </div>
      ${rows.length ? nothing : html`<p class="strip muted">${lanes.size ? "No lane matches the filter." : `No run or login${ctx.isPast ? " was there yet" : ""}.`}</p>`}`;
  }

  /** The meaning of keys. Arrows scroll while the focus is elsewhere.
   * @returns {Record<string, () => void>} */
  _actions() {
    const isInside = this.scroller?.contains(document.activeElement);
    return {
      "+": () => this.zoom(1),
      "-": () => this.zoom(-1),
      f: () => this._ctx?.set({ zoom: 1 }),
      j: () => this._move(1),
      k: () => this._move(-1),
      ...(isInside && {
        ArrowDown: () => this._move(1),
        ArrowUp: () => this._move(-1),
        ArrowRight: () => this._step(1),
        ArrowLeft: () => this._step(-1),
      }),
    };
  }

  /** Move the focus to another row. @param {number} by */
  _move(by) {
    const names = [.../** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll(".tl-name"))];
    const isInside = this.scroller.contains(document.activeElement);
    const at = names.findIndex((name) => name.dataset.lane === this.cursor) + (isInside ? by : 0);
    names[Math.max(0, Math.min(at, names.length - 1))]?.focus();
    this.draw();
  }

  /** Move the focus through the name and the marks of a row. @param {number} by */
  _step(by) {
    const row = document.activeElement?.closest(".tl-row");
    const stops = [.../** @type {any} */ (row?.querySelectorAll("button") ?? [])];
    stops[stops.indexOf(document.activeElement) + by]?.focus();
  }
}

/** The labels of the axis. @param {View} view @param {boolean} isPast */
function axisView({ axis, now }, isPast) {
  const lengths = axis.folds.filter(({ width }) => width >= NARROWEST_LABEL);
  const nowAt = Math.max(axis.x(now), FIRST_NOW);
  return html`${lengths.map(
      ({ from, to, left, width }) =>
        html`<span class="tl-length" .style=${at(left + width / 2)}>${roughText(to - from)}</span>`,
    )}
    ${axis
      .ticks()
      .filter(({ x }) => Math.abs(x - nowAt) >= NOW_ROOM)
      .map(
        ({ x, text }) =>
          html`<span class="tl-tick mono" .style=${at(Math.max(x, FIRST_LABEL))}>${text}</span>`,
      )}
    <span class="tl-now mono" .style=${at(nowAt)}
      >${isPast ? "at" : "now"} ${clockText(now).slice(0, 8)}</span
    >`;
}

/** The lines behind the bars, the folds, the line at now, and what comes after the past.
 * @param {View} view @param {Context} ctx */
function linesView({ axis, now }, { isPast }) {
  return html`${axis.ticks().map(({ x }) => html`<i class="tl-line" .style=${at(x)}></i>`)}
    ${axis.folds.map(
      ({ left, width }) => html`<i class="tl-fold" .style=${`${at(left)}; width: ${width}px`}></i>`,
    )}
    ${isPast ? html`<i class="tl-later" .style=${at(axis.x(now))}></i>` : nothing}
    <i class="tl-line is-now" .style=${at(axis.x(now))}></i>`;
}

/** @param {number} x on the axis */
function at(x) {
  return `left: ${x + BEFORE}px`;
}

customElements.define("deck-timeline", DeckTimeline);
