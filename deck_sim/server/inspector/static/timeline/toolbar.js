// @ts-check
/** The controls above the lanes: which are shown, and at which zoom. */

import { html } from "../vendor/lit-html/lit-html.js";
import { FAMILIES } from "../families.js";
import { button, searchField } from "../widgets.js";

/** @param {import("./timeline.js").DeckTimeline} timeline @param {import("../model.js").Lane[]} lanes */
export function toolbar(timeline, lanes) {
  const { text, families, unfinished, zoom } = timeline.state;
  const search = (/** @type {string} */ typed) => timeline.change({ text: typed });
  const chips = Object.entries(FAMILIES).map(([family, { icon, name }]) => {
    const count = lanes.filter((lane) => lane.family === family).length;
    const others = new Set(families);
    if (!others.delete(family)) others.add(family);
    const label = html`<span class="tl-icon" aria-hidden="true">${icon}</span>
      <span class="tl-chip-name">${name}</span>
      <span class="muted">${count.toLocaleString("en")}</span>`;
    const pressed = families.has(family);
    const toggle = () => timeline.change({ families: others });
    return count || pressed ? button(label, toggle, { kind: `chip tone-${family}`, pressed }) : "";
  });
  const tool = (/** @type {string} */ label, /** @type {() => void} */ act, options = {}) =>
    button(label, act, { kind: "button button-small", ...options });
  return html`<div class="tl-tools strip row" role="group" aria-label="Timeline">
    ${searchField("Filter lanes by id, scenario or task", "Filter: id, scenario, task…", text, search)}
    ${chips}
    ${tool("Unfinished", () => timeline.change({ unfinished: !unfinished }), { pressed: unfinished })}
    <span class="last"></span>
    ${tool("−", () => timeline.zoom(-1), { label: "Zoom out (-)" })}
    ${tool("+", () => timeline.zoom(1), { label: "Zoom in (+)" })}
    ${tool("Fit", () => timeline.change({ zoom: 1 }), { pressed: zoom === 1, title: "Show all (f)" })}
  </div>`;
}
