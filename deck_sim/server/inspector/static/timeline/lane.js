// @ts-check
/** One row: what the lane is, its bars, its marks, and what is due ahead of now. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { FAMILIES } from "../parts/families.js";
import { failureText, shortId, words } from "../parts/format.js";
import { isSelected, statusBadge } from "../parts/widgets.js";
import { barsOf, groupMarks } from "./layout.js";
import { MARKS, barText, isRefused, laneText, marksText, nextText } from "./words.js";

const ICON_ROOM = 22; // pixels
const WORD_ROOM = 64;

/**
 * @typedef {import("../app.js").Context} Context
 * @typedef {import("../model.js").Ref} Ref
 * @typedef {import("./layout.js").View} View
 */

/**
 * @param {Context} ctx
 * @param {View} view
 * @param {import("./layout.js").Row} row
 * @param {boolean} isCursor whether the Tab key stops here
 */
export function laneRow(ctx, view, { lane, depth }, isCursor) {
  /** @type {Ref} */
  const ref = { type: "resource", id: lane.id };
  const open = () => (lane === ctx.model.refused ? ctx.go("journal") : ctx.select(ref));
  const next = view.due.get(lane.id);
  const unfinished = ctx.model.unfinishedById.get(lane.id);
  const nextLine = next ? `→ ${nextText(next, view.now)}` : "";
  const note = nextLine || (lane.fields.errors?.length ? failureText(lane) : "");
  const textAfter = (/** @type {import("./layout.js").Bar} */ { type, family, status }) => {
    if (type !== "bar" && view.isNarrow) return "";
    if (type === "ahead") return nextLine;
    return type === "end" && family === "bad" ? failureText(lane) : words(status);
  };
  return html`<div role="row" class="tl-row" aria-selected=${isSelected(ctx, ref.type, ref.id)}>
    <div role="rowheader" class="tl-label">
      <button
        type="button"
        class="tl-name"
        data-lane=${lane.id}
        tabindex=${isCursor ? 0 : -1}
        aria-label=${laneText(lane, next, view.now)}
        title=${unfinished ? ctx.model.whyText(unfinished) : nothing}
        .style=${`padding-left: ${24 + 14 * Math.min(depth, 4)}px`}
        @click=${open}
      >
        <b class="tl-title cut">${lane.title}</b>${statusBadge(lane.status, lane.family)}
        <span class="tl-about cut muted"
          >${(view.isNarrow && note) || lane.about.scenario}
          <span class="mono">${lane === ctx.model.refused ? "" : shortId(lane.id)}</span></span
        >
      </button>
    </div>
    <div role="gridcell" class="tl-plot" @click=${open}>
      ${barsOf(view, lane).map((bar) => barView(bar, textAfter(bar)))}
      ${groupMarks(view, lane).map(({ x, marks }) => marksView(ctx, x, marks))}
    </div>
  </div>`;
}

/** @param {import("./layout.js").Bar} bar @param {string} label in or after it */
function barView(bar, label) {
  const { family, type, left, width } = bar;
  const icon = html`<span class="tl-icon" aria-hidden="true">${FAMILIES[family].icon}</span>`;
  const text = type !== "bar" || width >= WORD_ROOM ? label : "";
  return html`<span
    class="tl-bar is-${type} tone-${family} is-${family}"
    .style=${`left: ${left}px; width: ${width}px`}
    title=${type === "ahead" ? nothing : barText(bar)}
    >${type === "end" || (type === "bar" && width >= ICON_ROOM) ? icon : nothing}${
      text ? html`<span class="tl-text">${text}</span>` : nothing
    }</span
  >`;
}

/** A button for marks that are drawn as one. It opens one after the other. @param {Context} ctx
 * @param {number} x @param {import("../model.js").Mark[]} marks */
function marksView(ctx, x, marks) {
  const chosen = marks.findIndex(({ ref }) => isSelected(ctx, ref.type, ref.id));
  const text = marksText(marks);
  const isGroup = marks.length > 1;
  const open = (/** @type {Event} */ event) => {
    event.stopPropagation();
    ctx.select(marks[(chosen + 1) % marks.length].ref);
  };
  return html`<button
    type="button"
    class="tl-mark ${isGroup ? "is-group" : ""}"
    tabindex="-1"
    aria-label=${isGroup ? `${marks.length} marks: ${text}` : text}
    aria-pressed=${chosen >= 0}
    title=${text}
    .style=${`left: ${x}px`}
    @click=${open}
  >
    ${markIcon(marks[0].type, isRefused(marks[0]))}${isGroup ? `+${marks.length - 1}` : nothing}
  </button>`;
}

/** @param {import("../model.js").MarkType} type @param {boolean} [isBad] */
export function markIcon(type, isBad = false) {
  const [, path, look] = MARKS[type];
  return html`<svg
    viewBox="-6 -6 12 12"
    aria-hidden="true"
    class="tl-sign ${isBad ? "tone-bad" : look}"
  >
    <path d=${path} />
  </svg>`;
}
