// @ts-check
/** The controls above the lanes: what is shown, in which order, at which zoom; the past banner. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { clockText, distanceText, words } from "../format.js";
import { ICONS } from "../statuses.js";
import { FAMILIES } from "./palette.js";
import { LANE_KINDS, everything } from "./rows.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./commands.js").Commands} Commands */

/** @type {Record<string, string>} */
const NAMES = {
  waiting: "Waiting",
  working: "Working",
  person: "Person",
  good: "Good",
  bad: "Failed",
  over: "Over",
};

/** @param {Scene} scene @param {import("../app.js").Context} ctx @param {Commands} commands */
export function toolbar(scene, { model, readOnly }, commands) {
  const { choice, view } = scene;
  /** @type {Record<string, number>} */
  const counts = {};
  const kinds = new Set();
  for (const lane of model.lanes.values()) {
    const family = scene.family(lane);
    counts[family] = (counts[family] ?? 0) + 1;
    kinds.add(lane.kind);
  }
  /** @param {string} family */
  const toggle = (family) => {
    const families = new Set(choice.families);
    if (!families.delete(family)) families.add(family);
    commands.choose({ families });
  };
  return html`<div class="tl-tools" role="group" aria-label="Timeline">
    <input
      type="search"
      class="tl-search"
      placeholder="Filter: id, scenario, task…"
      aria-label="Filter lanes by id, scenario or task"
      .value=${choice.text}
      @input=${(/** @type {InputEvent} */ event) =>
        commands.choose({ text: /** @type {HTMLInputElement} */ (event.target).value })}
    />
    <span class="tl-chips" role="group" aria-label="Statuses">
      ${FAMILIES.filter((family) => counts[family] || choice.families.has(family)).map(
        (family) =>
          html`<button
            type="button"
            class="tl-chip tone-${family}"
            aria-pressed=${choice.families.has(family)}
            @click=${() => toggle(family)}
          >
            <span aria-hidden="true">${ICONS[family]}</span>
            <span class="tl-chip-name">${NAMES[family]}</span>
            <span class="tl-count">${(counts[family] ?? 0).toLocaleString("en")}</span>
          </button>`,
      )}
    </span>
    <select
      aria-label="Kind"
      @change=${(/** @type {Event} */ event) => {
        const { value } = /** @type {HTMLSelectElement} */ (event.target);
        commands.choose({ kinds: new Set(value ? [value] : []) });
      }}
    >
      <option value="">All kinds</option>
      ${LANE_KINDS.filter((kind) => kinds.has(kind)).map(
        (kind) =>
          html`<option value=${kind} ?selected=${choice.kinds.has(kind)}>${words(kind)}s</option>`,
      )}
    </select>
    ${press("Unfinished", choice.unfinished, "Hide what has ended", () =>
      commands.choose({ unfinished: !choice.unfinished }),
    )}
    ${press("Newest first", choice.newestFirst, "Sort the newest first", () =>
      commands.choose({ newestFirst: !choice.newestFirst }),
    )}
    <span class="tl-space"></span>
    ${press("Fold", scene.fold, "Fold time in which nothing happened", () => commands.fold())}
    <span class="tl-group" role="group" aria-label="Zoom">
      ${act("−", "Zoom out (-)", () => commands.zoom(-1))}
      ${act("+", "Zoom in (+)", () => commands.zoom(1))}
    </span>
    ${press("Fit", view.fitted, "Show all (f)", () => commands.fit())}
    ${
      readOnly
        ? nothing
        : press("Follow", view.following && !scene.past, "Stay with now (l)", commands.follow)
    }
  </div>`;
}

/** @param {string} text @param {boolean} on @param {string} title @param {() => void} run */
function press(text, on, title, run) {
  return html`<button
    type="button"
    class="tl-button"
    aria-pressed=${on}
    title=${title}
    @click=${run}
  >
    ${text}
  </button>`;
}

/** @param {string} text @param {string} title @param {() => void} run */
function act(text, title, run) {
  return html`<button
    type="button"
    class="tl-button"
    title=${title}
    aria-label=${title}
    @click=${run}
  >
    ${text}
  </button>`;
}

/** @param {Scene} scene @param {Commands} commands @param {boolean} readOnly */
export function pastBanner(scene, commands, readOnly) {
  if (!scene.past) return nothing;
  return html`<div class="tl-past">
    <span role="status">
      Viewing the past: <b class="mono">${clockText(scene.horizon)}</b>,
      ${distanceText(scene.horizon, scene.now)}. Read only.
    </span>
    <span class="tl-group" role="group" aria-label="Moments">
      ${act("‹", "Moment before ([)", () => commands.step(-1))}
      ${act("›", "Moment after (])", () => commands.step(1))}
    </span>
    <button type="button" class="tl-button tl-live" @click=${() => commands.live()}>
      ${readOnly ? "Back to the end" : "Back to live"}
    </button>
  </div>`;
}

/** Why no lane is shown. @param {Scene} scene @param {number} lanes how many there are @param {Commands} commands */
export function emptyText({ choice }, lanes, commands) {
  if (!lanes) {
    return html`<p class="tl-empty">Connections, sessions and runs will appear here.</p>`;
  }
  const { newestFirst, closed } = choice;
  const showAll = () => commands.choose({ ...everything(), newestFirst, closed });
  return html`<p class="tl-empty">
    No lane matches the filter.
    <button type="button" class="tl-button" @click=${showAll}>Show all</button>
  </p>`;
}
