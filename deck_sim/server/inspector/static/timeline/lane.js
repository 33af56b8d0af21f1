// @ts-check
/** One row: what the lane is, its bars, its marks, and what is due ahead of now. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { shortId, words } from "../format.js";
import { ICONS, familyOf } from "../statuses.js";
import { statusBadge } from "../widgets.js";
import { barsOf, groupMarks, isInside, isRefused } from "./layout.js";
import { barText, laneText, marksText, nextText } from "./words.js";

/**
 * @typedef {import("../app.js").Context} Context
 * @typedef {import("../model.js").Ref} Ref
 * @typedef {import("../model.js").Mark} Mark
 * @typedef {import("./layout.js").Bar} Bar
 * @typedef {import("./layout.js").View} View
 */

/** Outlines around the middle of a square of 12, and classes of their colour and filling.
 * @type {Record<string, [string, string]>} */
const SHAPES = {
  prompt: ["M0-5 5 0 0 5-5 0Z", "tone-person"],
  answer: ["M-4 0-1 3.5 4.5-3.5", "tone-good is-hollow"],
  call: ["M0-3.5V3.5", ""],
  event: ["M-3 0A3 3 0 1 1 3 0 3 3 0 1 1-3 0Z", ""],
  delivery: ["M0-4 4 3H-4Z", "is-hollow"],
  attempt_ok: ["M0-4 4 3H-4Z", "tone-good"],
  attempt_failed: ["M-3.5-3.5 3.5 3.5M3.5-3.5-3.5 3.5", "tone-bad"],
  screenshot: ["M-4.5-3H4.5V3H-4.5Z", "is-hollow"],
  file: ["M-3-4.5H1L3.5-2V4.5H-3Z", "is-hollow"],
  fault: ["M1.5-5.5-3.5 1H-.5L-1.5 5.5 3.5-1H.5Z", "tone-bad"],
  note: ["M-3-4 4-1.5-3 1Z", ""],
  error: ["M-4.5 0A4.5 4.5 0 1 1 4.5 0 4.5 4.5 0 1 1-4.5 0ZM-3-1.75V1.75H3V-1.75Z", "tone-bad"],
};

/**
 * @param {Context} ctx
 * @param {View} view
 * @param {import("./layout.js").Row} row
 * @param {boolean} isCursor whether the tabulator key stops here
 */
export function laneRow(ctx, view, { lane, depth, context }, isCursor) {
  const { selected } = ctx.ui;
  /** @type {Ref} */
  const own = { type: "resource", id: lane.id };
  const next = view.due.get(lane.id);
  const about = view.isNarrow && next ? `→ ${nextText(next, view)}` : lane.about.scenario;
  return html`<div
    role="row"
    class="tl-row ${context ? "is-context" : ""}"
    aria-selected=${isSame(selected, own)}
  >
    <div role="rowheader" class="tl-label">
      <button
        type="button"
        class="tl-name"
        data-lane=${lane.id}
        tabindex=${isCursor ? 0 : -1}
        aria-label=${laneText(lane, next, view)}
        title=${ctx.model.unfinishedById.get(lane.id)?.why ?? nothing}
        .style=${`padding-left: ${24 + 14 * Math.min(depth, 4)}px`}
        @click=${() => ctx.select(own)}
      >
        <b class="tl-title cut">${lane.title}</b>${statusBadge(lane.status, lane.kind)}
        <span class="tl-about cut muted"
          >${about} <span class="mono">${shortId(lane.id)}</span></span
        >
      </button>
    </div>
    <div role="gridcell" class="tl-plot" @click=${() => ctx.select(own)}>
      ${barsOf(view, lane).map((bar) => barView(view, bar, next))}
      ${groupMarks(view, lane).map(({ x, marks }) => marksView(ctx, x, marks))}
    </div>
  </div>`;
}

/** @param {View} view @param {Bar} bar @param {import("./layout.js").Due|undefined} next */
function barView(view, bar, next) {
  const family = familyOf(bar.status);
  const style = `left: ${bar.left}px; width: ${bar.width}px`;
  if (bar.type === "ahead") {
    const text = next && !view.isNarrow ? `→ ${nextText(next, view)}` : "";
    const place = isInside(text, bar.width) ? "" : "is-after";
    return html`<span class="tl-bar is-ahead tone-${family}" .style=${style}
      ><span class="tl-text ${place}">${text}</span></span
    >`;
  }
  const icon = html`<span class="tl-icon" aria-hidden="true">${ICONS[family]}</span>`;
  const word = bar.type === "end" || bar.word === "full";
  return html`<span
    class="tl-bar is-${bar.type} tone-${family} is-${family}"
    .style=${style}
    title=${barText(bar)}
    >${
      bar.word
        ? html`<span class="tl-word"
            >${icon}${word ? html`<span class="tl-text ${bar.type === "end" ? "muted" : ""}">${words(bar.status)}</span>` : nothing}</span
          >`
        : nothing
    }</span
  >`;
}

/** A button for marks that are drawn as one. It opens one after the other. @param {Context} ctx
 * @param {number} x @param {Mark[]} marks */
function marksView(ctx, x, marks) {
  const [path, look] = SHAPES[marks[0].type];
  const chosen = marks.findIndex(({ ref }) => isSame(ctx.ui.selected, ref));
  const text = marksText(marks);
  const open = (/** @type {Event} */ event) => {
    event.stopPropagation();
    ctx.select(marks[(chosen + 1) % marks.length].ref);
  };
  return html`<button
    type="button"
    class="tl-mark ${marks.length > 1 ? "is-group" : ""}"
    tabindex="-1"
    aria-label=${marks.length > 1 ? `${marks.length} marks: ${text}` : text}
    aria-pressed=${chosen >= 0}
    title=${text}
    .style=${`left: ${x}px`}
    @click=${open}
  >
    <svg viewBox="-6 -6 12 12" aria-hidden="true" class=${isRefused(marks[0]) ? "tone-bad" : look}>
      <path d=${path} /></svg
    >${marks.length > 1 ? marks.length : nothing}
  </button>`;
}

/** @param {Ref|null} one @param {Ref} other */
function isSame(one, other) {
  return one !== null && one.type === other.type && one.id === other.id;
}
