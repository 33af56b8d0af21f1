// @ts-check
/** The tab with all scenarios: search, tags, and a card for each. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { missing } from "./details/parts.js";
import { countText } from "./format.js";
import { storyTags, titleOf } from "./scenarios/details.js";
import {
  countTags,
  findShown,
  readCoverage,
  readLibrary,
  shown,
  writtenScripts,
} from "./scenarios/library.js";
import { NEW_SCENARIO, openEditor } from "./scenarios/editor.js";
import { trackView } from "./scenarios/tracks.js";
import "./row_keys.js";
import { emptyState, variables } from "./widgets.js";

export { scenarioDetails } from "./scenarios/details.js";

/** @typedef {import("./app.js").Context} Context */
/** @typedef {import("./scenarios/library.js").Scenario} Scenario */

/** @param {Context} ctx */
export function scenariosView(ctx) {
  const { answer, scenarios } = readLibrary(ctx);
  if (!scenarios.length) return html`<div class="stories-wait">${missing(answer)}</div>`;
  const edition = ctx.model.world?.edition ?? "";
  const coverage = readCoverage(ctx);
  const found = findShown(scenarios, edition);
  return html`<div class="stories">
    ${filterBar(ctx, scenarios, found.length)}
    ${
      found.length
        ? html`<deck-row-keys rows=".story-card">
            <ul class="stories-grid" aria-label="Scenarios">
              ${repeat(
                found,
                (one) => one.name,
                (one) => html`<li>${card(ctx, one, coverage.get(one.name), edition)}</li>`,
              )}
            </ul>
          </deck-row-keys>`
        : nothingFound(ctx)
    }
    ${coverageLine(coverage, scenarios.length)}
  </div>`;
}

/** @param {Context} ctx @param {Scenario[]} scenarios @param {number} count */
function filterBar(ctx, scenarios, count) {
  const set = (/** @type {Partial<typeof shown>} */ changes) => {
    Object.assign(shown, changes);
    ctx.refresh();
  };
  const own = scenarios.filter((one) => !one.ships).length;
  return html`<div class="stories-bar">
    <input
      type="search"
      class="stories-search"
      placeholder="Search name, summary and tags"
      aria-label="Search the scenarios"
      autocomplete="off"
      spellcheck="false"
      .value=${shown.search}
      @input=${(/** @type {any} */ event) => set({ search: event.target.value })}
    />
    <label class="switch"
      ><input
        type="checkbox"
        .checked=${shown.isPlayable}
        @change=${() => set({ isPlayable: !shown.isPlayable })}
      />This edition only</label
    >
    <label class="switch"
      ><input
        type="checkbox"
        .checked=${shown.isOwn}
        ?disabled=${!own && !shown.isOwn}
        @change=${() => set({ isOwn: !shown.isOwn })}
      />Mine only <span class="muted">${own}</span></label
    >
    ${
      ctx.readOnly
        ? nothing
        : html`<button type="button" class="button" @click=${() => writeNew(ctx)}>New…</button>`
    }
    <span class="stories-count" role="status"
      >${count === scenarios.length ? countText(count, "scenario") : `${count} of ${countText(scenarios.length, "scenario")}`}</span
    >
    <div class="chips stories-tags" role="group" aria-label="Tags">
      ${countTags(scenarios).map(
        ([tag, number]) =>
          html`<button
            type="button"
            class="chip"
            aria-pressed=${shown.tag === tag}
            @click=${() => set({ tag: shown.tag === tag ? null : tag })}
          >
            ${tag} <span class="chip-count">${number}</span>
          </button>`,
      )}
    </div>
  </div>`;
}

/**
 * @param {Context} ctx
 * @param {Scenario} scenario
 * @param {import("./scenarios/library.js").Coverage|undefined} played
 * @param {string} edition
 */
function card(ctx, scenario, played, edition) {
  const { name, summary, steps, entries } = scenario;
  const { selected } = ctx.ui;
  const kinds = writtenScripts(scenario);
  const isDefault = ctx.model.world?.default_scenario === name;
  return html`<button
    type="button"
    class="story-card"
    aria-label="${name}: ${summary}"
    aria-current=${selected?.type === "scenario" && selected.id === name}
    @click=${() => ctx.select({ type: "scenario", id: name })}
  >
    <span class="story-head">
      <span class="story-name mono">${name}</span>
      ${isDefault ? html`<span class="tag tag-default">default</span>` : nothing}
      ${played ? playedMeter(played) : nothing}
    </span>
    <span class="story-summary">${summary}</span>
    <span class="story-tracks">
      ${kinds.map(
        (kind) =>
          html`<span class="story-track"
            ><span class="story-kind">${titleOf(kind)}</span
            >${trackView(steps[kind], played?.steps ?? null)}</span
          >`,
      )}
      ${
        entries.length
          ? html`<span class="story-entries mono"
              >${entries.join(scenario.scenario?.mix ? " | " : " → ")}</span
            >`
          : nothing
      }
    </span>
    <span class="story-tags">${storyTags(scenario, edition)}</span>
  </button>`;
}

/** @param {import("./scenarios/library.js").Coverage} row */
function playedMeter({ played, of }) {
  return html`<span class="meter" title="${played} of ${countText(of, "step")} played"
    ><span class="meter-bar" ${variables({ "--part": of ? played / of : 0 })}></span
    >${played}/${of}</span
  >`;
}

/** @param {Context} ctx */
function nothingFound(ctx) {
  const clear = () => {
    Object.assign(shown, { search: "", tag: null, isOwn: false, isPlayable: false });
    ctx.refresh();
  };
  return emptyState(
    "No scenario is like that",
    html`<button type="button" class="button" @click=${clear}>Show all</button>`,
  );
}

/** @param {Context} ctx */
function writeNew(ctx) {
  const hint = "It is saved in this world; copy it into your scenarios folder to keep it.";
  openEditor(ctx, { title: "A new scenario", hint, text: NEW_SCENARIO });
}

/** @param {Map<string, import("./scenarios/library.js").Coverage>} coverage @param {number} all */
function coverageLine(coverage, all) {
  if (!coverage.size) return nothing;
  const rows = [...coverage.values()];
  const sum = (/** @type {"played"|"of"} */ key) =>
    rows.reduce((total, row) => total + row[key], 0);
  return html`<p class="stories-coverage muted">
    This world has played ${coverage.size} of ${countText(all, "scenario")}, and ${sum("played")} of
    the ${sum("of")} steps of these.
  </p>`;
}
