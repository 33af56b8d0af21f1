// @ts-check
/** The controls above the lanes: which are shown, in which order, at which zoom. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ICONS, familyOf } from "../statuses.js";
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

/** @param {DeckTimeline} timeline @param {Iterable<import("../model.js").Lane>} lanes @param {boolean} isFit */
export function toolbar(timeline, lanes, isFit) {
  const { choice, fold } = timeline.state;
  /** @type {Partial<Record<Family, number>>} */
  const counts = {};
  for (const { status } of lanes) counts[familyOf(status)] = (counts[familyOf(status)] ?? 0) + 1;
  /** @param {Family} family */
  const toggle = (family) => {
    const families = new Set(choice.families);
    if (!families.delete(family)) families.add(family);
    timeline.choose({ families });
  };
  const search = (/** @type {InputEvent} */ event) =>
    timeline.choose({ text: /** @type {HTMLInputElement} */ (event.target).value });
  return html`<div class="tl-tools" role="group" aria-label="Timeline">
    <input
      type="search"
      class="tl-search"
      placeholder="Filter: id, scenario, task…"
      aria-label="Filter lanes by id, scenario or task"
      .value=${choice.text}
      @input=${search}
    />
    ${FAMILIES.filter(([family]) => counts[family] || choice.families.has(family)).map(
      ([family, name]) =>
        html`<button
          type="button"
          class="tl-button tl-chip tone-${family}"
          aria-pressed=${choice.families.has(family)}
          @click=${() => toggle(family)}
        >
          <span class="tl-icon" aria-hidden="true">${ICONS[family]}</span>
          <span class="tl-chip-name">${name}</span>
          <span class="tl-count">${(counts[family] ?? 0).toLocaleString("en")}</span>
        </button>`,
    )}
    ${button("Unfinished", "Hide what has ended", choice.unfinished, () =>
      timeline.choose({ unfinished: !choice.unfinished }),
    )}
    ${button("Newest first", "Sort the newest first", choice.newestFirst, () =>
      timeline.choose({ newestFirst: !choice.newestFirst }),
    )}
    <span class="tl-space"></span>
    ${button("Fold", "Fold time in which nothing happened", fold, () => timeline.change({ fold: !fold }))}
    <span class="tl-group" role="group" aria-label="Zoom">
      ${button("−", "Zoom out (-)", null, () => timeline.zoom(-1))}
      ${button("+", "Zoom in (+)", null, () => timeline.zoom(1))}
    </span>
    ${button("Fit", "Show all (f)", isFit, () => timeline.change({ scale: "fit" }))}
  </div>`;
}

/** @param {string} text @param {string} title @param {boolean|null} on null: it only acts
 * @param {() => void} act */
function button(text, title, on, act) {
  return html`<button
    type="button"
    class="tl-button"
    title=${title}
    aria-label=${on === null ? title : nothing}
    aria-pressed=${on ?? nothing}
    @click=${act}
  >
    ${text}
  </button>`;
}

/** Why no lane is shown. @param {DeckTimeline} timeline @param {number} lanes how many there are */
export function emptyText(timeline, lanes) {
  if (!lanes) return html`<p class="tl-empty">Connections, sessions and runs will appear here.</p>`;
  const { newestFirst } = timeline.state.choice;
  return html`<p class="tl-empty">
    No lane matches the filter.
    ${button("Show all", "Remove the filter", null, () =>
      timeline.choose({ ...everything(), newestFirst }),
    )}
  </p>`;
}
