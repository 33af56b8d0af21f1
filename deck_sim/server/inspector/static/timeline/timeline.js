// @ts-check
/** The custom element <deck-timeline>: the lanes of a world on a time axis. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { clockText, countText, dayText, durationText } from "../format.js";
import { isTaken } from "../keyboard.js";
import { laneRow } from "./lane.js";
import { BEFORE, MOST_LANES, everything, layOut } from "./layout.js";
import { emptyText, toolbar } from "./toolbar.js";

/**
 * @typedef {import("../app.js").Context} Context
 * @typedef {import("./layout.js").State} State
 * @typedef {import("./layout.js").View} View
 */

const ZOOM_STEP = 1.5;
const LABEL_ROOM = 76;
/** What was chosen for a world. It outlives the element, which other tabs remove.
 * @type {WeakMap<import("../model.js").Model, State>} */
const STATES = new WeakMap();

export class DeckTimeline extends HTMLElement {
  constructor() {
    super();
    /** @type {Context|null} */
    this._ctx = null;
    /** @type {State} */
    this.state = { choice: everything(), fold: true, scale: null };
    /** @type {View|null} what is drawn */
    this.view = null;
    /** Where the scroller was put to show the latest moments and lanes; below 0: elsewhere. */
    this.left = -1;
    this.top = -1;
    /** The lane at which the tabulator key stops. */
    this.cursor = "";
    /** @type {import("../model.js").Ref|null} */
    this.shown = null;
    this.resized = new ResizeObserver(() => this.draw());
    this.onKey = (/** @type {KeyboardEvent} */ event) => {
      if (isTaken(event) || this._ctx?.ui.menu || !this.press(event.key)) return;
      event.preventDefault();
    };
    this.onWheel = {
      handleEvent: (/** @type {WheelEvent} */ event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const { left } = this.scroller.getBoundingClientRect();
        this.zoom(-event.deltaY / 100, event.clientX - left - (this.view?.labels ?? 0));
      },
      passive: false,
    };
  }

  /** @param {Context} ctx */
  set ctx(ctx) {
    this.state = STATES.get(ctx.model) ?? { choice: everything(), fold: true, scale: null };
    STATES.set(ctx.model, this.state);
    this._ctx = ctx;
    this.draw();
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

  /** Without the bar that scrolls the rows. */
  get width() {
    return this.scroller?.clientWidth ?? this.clientWidth;
  }

  /** @param {Partial<State>} change */
  change(change) {
    Object.assign(this.state, change);
    this.draw();
  }

  /** @param {Partial<import("./layout.js").Choice>} change */
  choose(change) {
    this.change({ choice: { ...this.state.choice, ...change } });
  }

  /** @param {number} steps above 0: closer @param {number} [x] in the plot: the moment there stays */
  zoom(steps, x) {
    const { view, scroller } = this;
    if (!view) return;
    const place = x ?? (this.width - view.labels) / 2;
    const time = view.axis.time(scroller.scrollLeft + place - BEFORE);
    this.change({ scale: view.axis.scale * ZOOM_STEP ** steps });
    scroller.scrollLeft = (this.view ?? view).axis.x(time) + BEFORE - place;
  }

  draw() {
    const { _ctx: ctx, width, state } = this;
    if (!ctx || !width) return;
    const { x, y } = this._latest();
    const view = layOut(ctx.model, state, width);
    this.view = view;
    if (!view.rows.some(({ lane }) => lane.id === this.cursor))
      this.cursor = view.rows[0]?.lane.id ?? "";
    render(this._page(ctx, view), this);
    if (x) this.scroller.scrollLeft = this.scroller.scrollWidth;
    if (y) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.left = x ? this.scroller.scrollLeft : -1;
    this.top = y ? this.scroller.scrollTop : -1;
    if (this.width !== width) this.draw();
    if (ctx.ui.selected === this.shown) return;
    this.shown = ctx.ui.selected;
    if (this.shown?.type === "resource")
      this._name(this.shown.id)?.scrollIntoView({ block: "nearest" });
  }

  /** Whether the latest moments and lanes are in view, and stay there. They were in view if the
   * scroller is where it was put: it may have become smaller since. */
  _latest() {
    const { scroller, state, left, top } = this;
    if (!scroller) return { x: true, y: !state.choice.newestFirst };
    const { scrollLeft, scrollTop, clientWidth, clientHeight, scrollWidth, scrollHeight } =
      scroller;
    const isAtEnd = scrollTop === top || scrollTop + clientHeight > scrollHeight - 4;
    return {
      x: scrollLeft === left || scrollLeft + clientWidth > scrollWidth - 4,
      y: isAtEnd && !state.choice.newestFirst,
    };
  }

  /** @param {string} id @returns {HTMLElement|null} */
  _name(id) {
    return this.querySelector(`.tl-name[data-lane="${CSS.escape(id)}"]`);
  }

  /** @param {Context} ctx @param {View} view */
  _page(ctx, view) {
    const { rows, hidden, labels, plot } = view;
    const { lanes } = ctx.model;
    const focused = (/** @type {FocusEvent} */ event) => {
      const row = /** @type {Element} */ (event.target).closest(".tl-row");
      this.cursor = row?.querySelector(".tl-name")?.getAttribute("data-lane") ?? this.cursor;
    };
    return html`${toolbar(this, [...lanes.values()], view.isFit)}
      ${
        hidden
          ? html`<p class="strip muted">
              The newest ${MOST_LANES} of ${countText(MOST_LANES + hidden, "lane")}. The filter
              searches all.
            </p>`
          : nothing
      }
      <div
        class="tl-scroll"
        .style=${`--labels: ${labels}px; --plot: ${plot}px`}
        @wheel=${this.onWheel}
        @focusin=${focused}
      >
        <div class="tl-content">
          <div class="tl-head" aria-hidden="true">
            <span class="tl-corner">${countText(rows.length, "lane")}</span>
            <div class="tl-axis">${axisView(view)}</div>
          </div>
          <div class="tl-lines" aria-hidden="true">${linesView(view)}</div>
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
      ${rows.length ? nothing : emptyText(this, lanes.size)}`;
  }

  /** Does what a key stands for. @param {string} key @returns {boolean} whether it stands for something */
  press(key) {
    const isInside = this.scroller?.contains(document.activeElement);
    /** @type {Record<string, () => void>} */
    const keys = {
      "+": () => this.zoom(1),
      "=": () => this.zoom(1),
      "-": () => this.zoom(-1),
      f: () => this.change({ scale: "fit" }),
      j: () => this._move(1),
      k: () => this._move(-1),
      ...(isInside && {
        ArrowDown: () => this._move(1),
        ArrowUp: () => this._move(-1),
        Home: () => this._move(-Infinity),
        End: () => this._move(Infinity),
        ArrowRight: () => this._step(1),
        ArrowLeft: () => this._step(-1),
      }),
    };
    keys[key]?.();
    return key in keys;
  }

  /** Move the focus to another row. @param {number} by */
  _move(by) {
    const rows = this.view?.rows ?? [];
    const isInside = this.scroller.contains(document.activeElement);
    const row = rows.findIndex(({ lane }) => lane.id === this.cursor) + (isInside ? by : 0);
    const { lane } = rows[Math.max(0, Math.min(row, rows.length - 1))] ?? {};
    if (lane) this._name(lane.id)?.focus();
    this.draw();
  }

  /** Move the focus through the name and the marks of a row. @param {number} by */
  _step(by) {
    const row = document.activeElement?.closest(".tl-row");
    const stops = [
      .../** @type {NodeListOf<HTMLElement>} */ (row?.querySelectorAll("button") ?? []),
    ];
    const at = stops.findIndex((stop) => stop === document.activeElement);
    stops[at + by]?.focus();
  }
}

/** The labels of the axis; where there is no room for all, those of now and of folds stay. @param {View} view */
function axisView({ axis, now, step, plot }) {
  const ticks = axis.ticks(axis.time(plot - BEFORE));
  const taken = [axis.x(now)];
  const labels = [...axis.foldEnds(), ...ticks].filter(({ time }) => {
    const x = axis.x(time);
    const isFree = taken.every((other) => Math.abs(x - other) >= LABEL_ROOM);
    if (isFree) taken.push(x);
    return isFree;
  });
  const folds = axis.foldWidth < 40 ? [] : axis.folds;
  return html`<span class="tl-day">${dayText(axis.start)}</span>
    ${folds.map(
      ({ from, to }) =>
        html`<span class="tl-length" .style=${at(axis.x(from) + axis.foldWidth / 2)}
          >${durationText(Math.round((to - from) / step) * step)}</span
        >`,
    )}
    ${labels.map(
      ({ time, text }) =>
        html`<span class="tl-tick mono" .style=${at(Math.max(axis.x(time), text.length * 3.5 - 8))}
          >${text}</span
        >`,
    )}
    <span class="tl-now mono" .style=${at(axis.x(now))}>now ${clockText(now).slice(0, 8)}</span>`;
}

/** The lines behind the bars, the folds, and the line at now. @param {View} view */
function linesView({ axis, now, plot }) {
  return html`${axis
      .ticks(axis.time(plot - BEFORE))
      .map(({ time }) => html`<i class="tl-line" .style=${at(axis.x(time))}></i>`)}
    ${axis.folds.map(
      ({ from }) =>
        html`<i class="tl-fold" .style=${`${at(axis.x(from))}; width: ${axis.foldWidth}px`}></i>`,
    )} <i class="tl-line is-now" .style=${at(axis.x(now))}></i>`;
}

/** @param {number} x on the axis */
function at(x) {
  return `left: ${x + BEFORE}px`;
}

customElements.define("deck-timeline", DeckTimeline);
