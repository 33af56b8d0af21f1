// @ts-check
/** The controls above the lanes: which are shown, in which order, at which zoom. */

import { html } from "../vendor/lit-html/lit-html.js";
import { ICONS, familyOf } from "../statuses.js";
import { button, searchField } from "../widgets.js";
import { everything } from "./layout.js";

/**
 * @typedef {import("../statuses.js").Family} Family
 * @typedef {import("./timeline.js").DeckTimeline} DeckTimeline
 */

/** @type {[Family, string][]} */
const FAMILIES = [
  ["waiting", "Waiting"],
  ["working", "Working"],
  ["person", "Person"],
  ["good", "Good"],
  ["bad", "Failed"],
  ["over", "Over"],
];
const KIND = "button button-small";

/** @param {DeckTimeline} timeline @param {import("../model.js").Lane[]} lanes @param {boolean} isFit */
export function toolbar(timeline, lanes, isFit) {
  const { choice, fold } = timeline.state;
  const { text, families, unfinished, newestFirst } = choice;
  const search = (/** @type {string} */ typed) => timeline.choose({ text: typed });
  const chips = FAMILIES.map(([family, name]) => {
    const count = lanes.filter(({ status }) => familyOf(status) === family).length;
    const others = new Set(families);
    if (!others.delete(family)) others.add(family);
    const label = html`<span class="tl-icon" aria-hidden="true">${ICONS[family]}</span>
      <span class="tl-chip-name">${name}</span>
      <span class="muted">${count.toLocaleString("en")}</span>`;
    const pressed = families.has(family);
    const toggle = () => timeline.choose({ families: others });
    return count || pressed ? button(label, toggle, { kind: `chip tone-${family}`, pressed }) : "";
  });
  return html`<div class="tl-tools strip row" role="group" aria-label="Timeline">
    ${searchField("Filter lanes by id, scenario or task", "Filter: id, scenario, task…", text, search)}
    ${chips}
    ${button("Unfinished", () => timeline.choose({ unfinished: !unfinished }), {
      kind: KIND,
      pressed: unfinished,
      title: "Hide what has ended",
    })}
    ${button("Newest first", () => timeline.choose({ newestFirst: !newestFirst }), {
      kind: KIND,
      pressed: newestFirst,
    })}
    ${button("Fold", () => timeline.change({ fold: !fold }), {
      kind: `${KIND} last`,
      pressed: fold,
      title: "Fold time in which nothing happened",
    })}
    ${button("−", () => timeline.zoom(-1), { kind: KIND, label: "Zoom out (-)" })}
    ${button("+", () => timeline.zoom(1), { kind: KIND, label: "Zoom in (+)" })}
    ${button("Fit", () => timeline.change({ scale: "fit" }), {
      kind: KIND,
      pressed: isFit,
      title: "Show all (f)",
    })}
  </div>`;
}

/** Why no lane is shown. @param {DeckTimeline} timeline @param {number} lanes how many there are */
export function emptyText(timeline, lanes) {
  const { newestFirst } = timeline.state.choice;
  const showAll = () => timeline.choose({ ...everything(), newestFirst });
  return html`<p class="tl-empty muted">
    ${
      lanes
        ? html`No lane matches the filter. ${button("Show all", showAll, { kind: KIND })}`
        : "Connections, sessions and runs will appear here."
    }
  </p>`;
}
