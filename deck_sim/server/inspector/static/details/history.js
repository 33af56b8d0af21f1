// @ts-check
/** What happened to a resource: its statuses, and the calls, events and deliveries about it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { countText, durationText, isoText, words } from "../format.js";
import { statusBadge } from "../widgets.js";
import { historyOf, withShortIds } from "./records.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Lane} Lane */
const SHOWN = 60;

/** @type {Record<string, string>} */
const WORDS = { attempt_ok: "delivered", attempt_failed: "not delivered" };

/**
 * @param {Context} ctx
 * @param {Lane} lane
 */
export function historyList(ctx, lane) {
  const all = historyOf(lane);
  const key = `history-${lane.id}`;
  const isWhole = ctx.ui.expanded.has(key);
  const items = isWhole ? all : all.slice(-SHOWN);
  const showAll = () => ctx.set({ expanded: new Set([...ctx.ui.expanded, key]) });
  return html`${
      items.length < all.length
        ? html`<button type="button" class="link" @click=${showAll}>
            ${countText(all.length - items.length, "earlier line")}
          </button>`
        : nothing
    }
    <ol class="history">
      ${items.map((item) => historyRow(ctx, lane, item))}
    </ol>`;
}

/** @param {Context} ctx @param {Lane} lane @param {import("./records.js").Item} item */
function historyRow(ctx, lane, { at, type, label, ref, count, delivered }) {
  const { selected } = ctx.ui;
  const isSelected = selected?.type === ref.type && selected.id === ref.id;
  const isStatus = type === "status";
  const text = isStatus
    ? statusBadge(label, lane.kind)
    : html`<span class="history-type">${WORDS[type] ?? words(type)}</span>
        <span class=${type === "note" ? "" : "mono"}>${withShortIds(label)}</span>`;
  return html`<li>
    <button
      type="button"
      class="history-row"
      title=${`${isoText(at)}  ${label}`}
      aria-current=${isSelected}
      @click=${() => ctx.select(ref)}
    >
      <span class="history-at mono">+${durationText(at - lane.from)}</span>
      <span class="mark mark-${type}" aria-hidden="true"></span>
      <span class="history-text"
        >${text}${count > 1 ? html` <span class="count">× ${count}</span>` : nothing}${
          delivered ? html` <span class="outcome tone-good">✓ delivered</span>` : nothing
        }</span
      >
    </button>
  </li>`;
}
