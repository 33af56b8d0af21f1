// @ts-check
/** What happened to a resource: its statuses, and the calls, events and deliveries about it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { countText, durationText, isoText, words } from "../format.js";
import { statusBadge } from "../widgets.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {import("../model.js").Ref} Ref */
/**
 * @typedef {object} Item
 * @property {number} at
 * @property {string} type of a mark, or `status`
 * @property {string} label
 * @property {Ref} ref
 * @property {number} count how often it happened in a row
 */

const SHOWN = 60;

/** @type {Record<string, string>} */
const WORDS = { attempt_ok: "delivered", attempt_failed: "failed attempt" };

/**
 * Statuses and marks in the order in which they happened. Equal calls in a row are one item.
 * @param {Lane} lane
 * @returns {Item[]}
 */
export function historyOf(lane) {
  /** @type {Item[]} */ const items = [];
  const moves = new Set(lane.spans.map((span) => `${span.entry.number}`));
  let next = 0;
  const add = (/** @type {Omit<Item, "count">} */ item) => {
    const last = items.at(-1);
    const isRepeated = item.type === "call" && last?.type === "call" && last.label === item.label;
    if (isRepeated) Object.assign(last, { ...item, count: last.count + 1 });
    else items.push({ ...item, count: 1 });
  };
  const addSpans = (/** @type {number} */ marks) => {
    for (; next < lane.spans.length && lane.spans[next].marks <= marks; next++) {
      const { entry, from: at, status } = lane.spans[next];
      add({ at, type: "status", label: status, ref: { type: "entry", id: `${entry.number}` } });
    }
  };
  for (const [index, { at, type, label, ref }] of lane.marks.entries()) {
    addSpans(index);
    if (ref.type !== "entry" || !moves.has(ref.id)) add({ at, type, label, ref });
  }
  addSpans(Infinity);
  return items;
}

/** Ids in a text, short enough for a row. @param {string} text */
export function withShortIds(text) {
  return text.replace(/\b([a-z]+_[A-Za-z0-9]{3})[A-Za-z0-9]{9,}([A-Za-z0-9]{4})\b/g, "$1…$2");
}

/**
 * @param {Context} ctx
 * @param {Lane} lane
 */
export function historyList(ctx, lane) {
  const { at } = ctx.ui;
  const all = historyOf(lane).filter((item) => at === null || item.at <= at);
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

/** @param {Context} ctx @param {Lane} lane @param {Item} item */
function historyRow(ctx, lane, { at, type, label, ref, count }) {
  const { selected } = ctx.ui;
  const isSelected = selected?.type === ref.type && selected.id === ref.id;
  const what =
    type === "status"
      ? statusBadge(label, lane.kind)
      : html`<span class="mark mark-${type}" aria-hidden="true"></span>
          <span class="history-type">${WORDS[type] ?? words(type)}</span>
          <span class="history-label">${withShortIds(label)}</span>`;
  return html`<li>
    <button
      type="button"
      class="history-row"
      title=${`${isoText(at)}  ${label}`}
      aria-current=${isSelected}
      @click=${() => ctx.select(ref)}
    >
      <span class="history-at mono">+${durationText(at - lane.from)}</span>
      ${what}${count > 1 ? html`<span class="count">× ${count}</span>` : nothing}
    </button>
  </li>`;
}
