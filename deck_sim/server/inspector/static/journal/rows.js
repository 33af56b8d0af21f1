// @ts-check
/**
 * `<deck-calls>`: the list of calls. Ten thousand rows are a tall element in which only the visible
 * ones are rendered; all have the same height.
 */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { isTaken } from "../keyboard.js";
import { findingsAbout } from "./lint.js";
import { methodText, pathText, statusText, tags, timeCell } from "./row.js";
import { isAtEnd, positionOf, visibleRows } from "./window.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Call} Call */
/** @typedef {{ctx: Context, calls: Call[], findings: import("./lint.js").Finding[]}} Shown */

const NARROW = matchMedia("(max-width: 720px)");
const WIDE_ROW = 30;
const NARROW_ROW = 52; // two lines
const HEAD = 26; // above the rows of a wide list
const COLUMNS = ["Time", "Method", "Path", "Status", "Scenario, fault, errors"];

class DeckCalls extends HTMLElement {
  constructor() {
    super();
    /** @type {Shown|null} */
    this.shown = null;
    this.isFollowing = true;
    /** The call that the keys move from, by its number: replayed calls have the id of the first.
     * @type {number|null} */
    this.active = null;
    this.draw = () => this._draw();
    this.resized = new ResizeObserver(this.draw);
  }

  connectedCallback() {
    this.resized.observe(this);
    NARROW.addEventListener("change", this.draw);
    document.addEventListener("keydown", this.pageKey);
  }

  disconnectedCallback() {
    this.resized.disconnect();
    NARROW.removeEventListener("change", this.draw);
    document.removeEventListener("keydown", this.pageKey);
  }

  set data(/** @type {Shown} */ shown) {
    this.shown = shown;
    const { selected } = shown.ctx.ui;
    const isSelected = selected?.type === "call" && this._activeCall()?.id !== selected.id;
    if (isSelected) this.active = shown.calls.find(({ id }) => id === selected.id)?.number ?? null;
    this._draw();
    if (isSelected && this.active !== null) this._reveal(this._activeIndex());
  }

  get row() {
    return NARROW.matches ? NARROW_ROW : WIDE_ROW;
  }

  /** @returns {HTMLElement} */
  get scroller() {
    return /** @type {HTMLElement} */ (this.querySelector(".calls-scroll"));
  }

  /** @returns {import("./window.js").Scrolled} */
  get scrolled() {
    const { scrollTop: top, clientHeight } = this.scroller;
    const height = clientHeight - (NARROW.matches ? 0 : HEAD);
    return { top, height, row: this.row, count: this.shown?.calls.length ?? 0 };
  }

  _draw() {
    if (!this.shown) return;
    if (!this.scroller) render(this._view(0, 0), this); // has no height before
    const { top: scrollTop, height, row, count } = this.scrolled;
    this.isFollowing ||= count * row <= height;
    const top = this.isFollowing ? Math.max(0, count * row - height) : scrollTop;
    const { first, last } = visibleRows({ top, height, row, count });
    render(this._view(first, last), this);
    this.style.setProperty("--row", `${row}px`);
    this.style.setProperty("--rows", `${count}`);
    this.style.setProperty("--first", `${first}`);
    if (this.isFollowing && Math.abs(scrollTop - top) > 1) this.scroller.scrollTop = top;
  }

  /** @param {number} first @param {number} last */
  _view(first, last) {
    const { calls } = /** @type {Shown} */ (this.shown);
    const rows = calls.slice(first, last);
    const isActiveShown = rows.some((call) => call.number === this.active);
    return html`<div
        class="calls-scroll"
        role="grid"
        aria-label="Calls of the Deck API"
        aria-rowcount=${calls.length + 1}
        aria-activedescendant=${isActiveShown ? `call-${this.active}` : nothing}
        tabindex="0"
        @scroll=${this._onScroll}
        @keydown=${this._onKey}
      >
        <div class="call-row calls-head" role="row">
          ${COLUMNS.map((name) => html`<span role="columnheader">${name}</span>`)}
        </div>
        <div class="calls-space" role="presentation">
          <div class="calls-window" role="rowgroup">
            ${repeat(
              rows,
              (call) => call.number,
              (call, index) => this._row(call, first + index),
            )}
          </div>
        </div>
      </div>
      ${
        this.isFollowing
          ? nothing
          : html`<button type="button" class="button calls-follow" @click=${() => this.follow()}>
              ↓ Latest
            </button>`
      }`;
  }

  /** @param {Call} call @param {number} index */
  _row(call, index) {
    const { calls, findings, ctx } = /** @type {Shown} */ (this.shown);
    const isSelected = ctx.ui.selected?.type === "call" && ctx.ui.selected.id === call.id;
    return html`<div
      class="call-row ${call.number === this.active ? "is-active" : ""}"
      id=${`call-${call.number}`}
      role="row"
      aria-rowindex=${index + 2}
      aria-selected=${isSelected}
      @click=${() => this._open(index)}
    >
      <span class="call-time" role="gridcell">${timeCell(call, calls[index - 1])}</span>
      <span class="call-method" role="gridcell">${methodText(call.method)}</span>
      <span class="call-path" role="gridcell"
        >${pathText(call.path)}${
          call.query ? html`<span class="call-query mono">?${call.query}</span>` : nothing
        }</span
      >
      <span class="call-status" role="gridcell">${statusText(call)}</span>
      <span class="call-tags" role="gridcell"
        >${tags(call, findingsAbout(findings, call.id).length)}</span
      >
    </div>`;
  }

  /** Scroll to the end, and stay there. */
  follow() {
    this.isFollowing = true;
    this._draw();
  }

  _onScroll = () => {
    this.isFollowing = isAtEnd(this.scrolled);
    this._draw();
  };

  /** @param {KeyboardEvent} event */
  _onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { height, row, count } = this.scrolled;
    const page = Math.max(1, Math.floor(height / row) - 1);
    /** @type {Record<string, number>} */
    const steps = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: page, PageUp: -page };
    if (event.key in steps) this._step(steps[event.key]);
    else if (event.key === "Home") this._step(-count);
    else if (event.key === "End") this._step(count);
    else if (event.key === "Enter") this._open(this._activeIndex());
    else if (event.key === "l") this.follow();
    else return;
    event.preventDefault();
  };

  /** `j` and `k` work before the list has the focus, too. @param {KeyboardEvent} event */
  pageKey = (event) => {
    if (isTaken(event) || !["j", "k", "l", "ArrowDown", "ArrowUp"].includes(event.key)) return;
    if (event.target !== document.body && !event.key.match(/^[jkl]$/)) return;
    this.scroller?.focus();
    this._onKey(event);
  };

  _activeIndex() {
    return this.shown?.calls.findIndex((call) => call.number === this.active) ?? -1;
  }

  _activeCall() {
    return this.active === null ? undefined : this.shown?.calls[this._activeIndex()];
  }

  /** Scroll to a row. @param {number} index */
  _reveal(index) {
    this.scroller.scrollTop = positionOf(index, this.scrolled);
    this.isFollowing = isAtEnd(this.scrolled);
    this._draw();
  }

  /** @param {number} by */
  _step(by) {
    const { ctx, calls } = /** @type {Shown} */ (this.shown);
    if (!calls.length) return;
    const from = this._activeIndex();
    const { top, row } = this.scrolled;
    const before = by > 0 ? Math.ceil(top / row) - 1 : calls.length; // the first key takes what is seen
    const start = from < 0 ? before : from;
    const index = Math.min(Math.max(start + by, 0), calls.length - 1);
    this.active = calls[index].number;
    this._reveal(index);
    // With open details the keys go through the calls themselves.
    if (ctx.ui.selected?.type === "call") ctx.select({ type: "call", id: calls[index].id });
  }

  /** @param {number} index */
  _open(index) {
    const { ctx, calls } = /** @type {Shown} */ (this.shown);
    if (!calls[index]) return;
    this.active = calls[index].number;
    ctx.select({ type: "call", id: calls[index].id });
    this._draw();
  }
}

customElements.define("deck-calls", DeckCalls);
