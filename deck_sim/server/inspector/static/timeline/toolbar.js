// @ts-check
/** The controls above the lanes: which are shown, and at which zoom. */

import { html } from "../vendor/lit-html/lit-html.js";
import { FAMILIES } from "../parts/families.js";
import { button, searchField, showDialog, toggled } from "../parts/widgets.js";
import { markIcon } from "./lane.js";
import { MARKS } from "./words.js";

/** @param {import("../app.js").Context} ctx @param {import("./timeline.js").DeckTimeline} timeline
 * @param {import("../model.js").Lane[]} lanes */
export function toolbar(ctx, timeline, lanes) {
  const { laneFilter, chips: pressedChips, zoom } = ctx.ui;
  const search = (/** @type {string} */ typed) => ctx.set({ laneFilter: typed });
  const toggle = (/** @type {string} */ name) => ctx.set({ chips: toggled(pressedChips, name) });
  const chips = Object.entries(FAMILIES).map(([family, { icon, name }]) => {
    const count = lanes.filter((lane) => lane.family === family).length;
    const label = html`<span class="tl-icon" aria-hidden="true">${icon}</span>
      <span class="tl-chip-name">${name}</span>
      <span class="muted">${count.toLocaleString("en")}</span>`;
    const pressed = pressedChips.has(family);
    const options = { kind: `chip tone-${family}`, pressed };
    return count || pressed ? button(label, () => toggle(family), options) : "";
  });
  const tool = (/** @type {string} */ label, /** @type {() => void} */ act, options = {}) =>
    button(label, act, { kind: "button button-small", ...options });
  return html`<div class="tl-tools strip row" role="group" aria-label="Timeline">
    ${searchField("Filter lanes by id, scenario or task", "Filter: id, scenario, task…", laneFilter, search)}
    ${chips}
    ${tool("Unfinished", () => toggle("unfinished"), { pressed: pressedChips.has("unfinished") })}
    <span class="last"></span>
    ${tool("Legend", showLegend)} ${tool("−", () => timeline.zoom(-1), { label: "Zoom out (-)" })}
    ${tool("+", () => timeline.zoom(1), { label: "Zoom in (+)" })}
    ${tool("Fit", () => ctx.set({ zoom: 1 }), { pressed: zoom === 1, title: "Show all (f)" })}
  </div>`;
}

/** The dialog that explains colours and marks. */
function showLegend() {
  const types = /** @type {import("../model.js").MarkType[]} */ (Object.keys(MARKS));
  const row = (/** @type {any} */ sign, /** @type {string} */ name) =>
    html`<dt>${sign}</dt>
      <dd>${name}</dd>`;
  const families = Object.entries(FAMILIES).map(([family, { icon, name }]) =>
    row(html`<span class="badge tone-${family}" aria-hidden="true">${icon}</span>`, name),
  );
  const marks = types
    .filter((type) => type !== "created")
    .map((type) => row(markIcon(type), MARKS[type][0]));
  showDialog(
    "Legend",
    html`<dl class="facts">${families}${marks}${row(markIcon("call", true), "Refused call")}</dl>
      <p class="muted">
        A dashed bar is what comes next. Time in which nothing happened is folded.
      </p>`,
  );
}
