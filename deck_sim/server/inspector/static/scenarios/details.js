// @ts-check
/** One scenario: its steps, its YAML, and the buttons that choose it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { missing, section } from "../details/parts.js";
import "../details/yaml.js";
import { words } from "../format.js";
import { copyButton, link } from "../widgets.js";
import { chooseButtons } from "./choose.js";
import { openEditor } from "./editor.js";
import {
  forgetScenarios,
  isPlayable,
  readCoverage,
  readScenario,
  writtenScripts,
} from "./library.js";
import { stepList } from "./steps.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("./library.js").Scenario} Scenario */

/** The step whose line is marked, and the scenario that it belongs to. */
const selected = { name: "", path: "" };

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function scenarioDetails(ctx, ref) {
  const answer = readScenario(ctx, ref.id);
  const scenario = /** @type {Scenario|null} */ (answer.data);
  const edition = ctx.model.world?.edition ?? "";
  return html`<header class="details-head">
      <p class="details-kind">scenario</p>
      <h2 class="details-title"><span class="mono">${ref.id}</span></h2>
      ${scenario ? html`<p>${scenario.summary}</p>` : nothing}
    </header>
    ${missing(answer)}
    ${
      scenario
        ? html`<p class="story-tags">${storyTags(scenario, edition)}</p>
            ${
              ctx.readOnly
                ? nothing
                : html`<div class="details-actions">
                    ${chooseButtons(ctx, scenario)}${editButton(ctx, scenario)}${removeButton(ctx, scenario)}
                  </div>`
            }
            ${storySections(ctx, scenario)}`
        : nothing
    }`;
}

/** @param {Scenario} scenario @param {string} edition */
export function storyTags(scenario, edition) {
  const { tags, editions, ships } = scenario;
  return html`${
    isPlayable(scenario, edition)
      ? nothing
      : html`<span class="tag tag-toned tone-person">needs edition ${editions.join(", ")}</span>`
  }${ships ? nothing : html`<span class="tag tag-own">yours</span>`}${tags.map(
    (tag) => html`<span class="tag">${tag}</span>`,
  )}`;
}

/** One that ships is edited as a copy. @param {Context} ctx @param {Scenario} scenario */
function editButton(ctx, { name, ships, text = "" }) {
  const title = ships ? `A copy of ${name}` : name;
  const hint = "It is changed in this world only; copy it into your scenarios folder to keep it.";
  const own = ships ? text.replace(/^name:.*$/m, `name: my_${name}`) : text;
  return html`<button
    type="button"
    class="button"
    @click=${() => openEditor(ctx, { title, hint, text: own })}
  >
    ${ships ? "Edit a copy…" : "Edit…"}
  </button>`;
}

/** @param {Context} ctx @param {Scenario} scenario */
function removeButton(ctx, { name, ships }) {
  if (ships) return nothing;
  const remove = async () => {
    const call = ctx.api.del(`/_sim/scenarios/${encodeURIComponent(name)}`);
    if (!(await ctx.act(`${name} is removed`, call))) return;
    forgetScenarios();
    ctx.select(null);
  };
  return html`<button type="button" class="button button-danger" @click=${remove}>Remove</button>`;
}

/** @param {Context} ctx @param {Scenario} scenario */
function storySections(ctx, scenario) {
  const { name, text = "", lines = {}, steps, entries } = scenario;
  const counts = readCoverage(ctx).get(name)?.steps ?? null;
  const marked = selected.name === name ? selected.path : "";
  const mark = (/** @type {string} */ path) => {
    Object.assign(selected, { name, path: path === marked ? "" : path });
    ctx.refresh();
  };
  return html`${writtenScripts(scenario).map((kind) =>
    section(titleOf(kind), stepList(steps[kind], { counts, marked, mark })),
  )}
  ${entries.length ? section("Its runs play", entryList(ctx, scenario)) : nothing}
  ${section(
    "YAML",
    html`<div class="story-code">
      <deck-yaml class="story-yaml" .text=${text} .line=${lines[marked] ?? null}></deck-yaml>
      ${copyButton(text)}
    </div>`,
  )}`;
}

/** @param {string} kind */
export function titleOf(kind) {
  return { task_run: "Run", connection: "Connection", session: "Session" }[kind] ?? words(kind);
}

/** @param {Context} ctx @param {Scenario} scenario */
function entryList(ctx, { entries, scenario }) {
  /** @type {Record<string, number>} */
  const weights = scenario?.mix ?? {};
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return html`<ol class="entries">
    ${entries.map(
      (entry, index) =>
        html`<li>
          ${link(ctx, { type: "scenario", id: entry }, html`<span class="mono">${entry}</span>`)}
          <span class="muted"
            >${
              total
                ? `${((100 * weights[entry]) / total).toFixed(1).replace(".0", "")} % of the runs`
                : index + 1 === entries.length
                  ? "from then on"
                  : ""
            }</span
          >
        </li>`,
    )}
  </ol>`;
}
