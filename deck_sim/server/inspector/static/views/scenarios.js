// @ts-check
/** The tab with all scenarios, the text of one, and the buttons that play it or choose it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { postCode } from "../parts/copies.js";
import { countText, words } from "../parts/format.js";
import {
  button,
  copyButton,
  emptyState,
  isSelected,
  list,
  programCode,
  searchField,
} from "../parts/widgets.js";
import { missing, section, whyMissing, yamlView } from "./details.js";

/** @typedef {import("../app.js").Context} Context */
/**
 * @typedef {{name: string, summary: string, tags: string[], editions: string[]}} Listed
 * @typedef {Listed & {ships?: boolean, scripts?: string[], text?: string}} Scenario with what its
 *   details have: whether it comes with deck-sim, and the kinds that it has a script for
 */

let searched = "";
let firstScenario = "mfa_then_success"; // before the first run

/** The scenarios that a world can play. @param {Context} ctx @returns {Scenario[]} */
export function scenariosOf(ctx) {
  /** @type {Scenario[]} */
  const all = fetched(ctx, "/_sim/scenarios", ctx.model.entries.length).data?.data ?? [];
  return all.filter(({ editions }) => editions.includes(ctx.model.world?.edition ?? ""));
}

/** @param {Context} ctx */
export function scenariosView(ctx) {
  const all = scenariosOf(ctx);
  if (!all.length) return emptyState("Scenarios", whyMissing(ctx));
  const terms = searched.toLowerCase().split(/\s+/);
  const matching = all.filter((scenario) => {
    const { name, summary } = scenario;
    const text = `${name} ${summary} ${tagsOf(scenario).join(" ")}`.toLowerCase();
    return terms.every((word) => text.includes(word));
  });
  const search = (/** @type {string} */ text) => {
    searched = text;
    ctx.refresh();
  };
  const count = matching.length === all.length ? "" : `${matching.length} of `;
  return html`<div class="row strip toolbar">
      ${searchField("Search the scenarios", "Search name, summary and tags", searched, search)}
      <span class="last muted" role="status">${count}${countText(all.length, "scenario")}</span>
    </div>
    <div class="row strip tag-filter" role="group" aria-label="Tags">
      ${tagCounts(all).map(([tag, count]) =>
        button(html`${tag} <small>${count}</small>`, () => search(searched === tag ? "" : tag), {
          kind: "chip",
          pressed: terms.includes(tag),
        }),
      )}
    </div>
    ${list(
      matching.map((scenario) => card(ctx, scenario)),
      "cards scenarios",
    )} `;
}

/** @param {Scenario} scenario */
function tagsOf({ tags, ships }) {
  return [...(ships === false ? ["yours"] : []), ...tags];
}

/** The tags, the most frequent first; yours before all. @param {Scenario[]} all
 * @returns {[string, number][]} */
function tagCounts(all) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const tag of all.flatMap(tagsOf)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const place = (/** @type {[string, number]} */ [tag, count]) => (tag === "yours" ? 1e6 : count);
  return [...counts].sort((a, b) => place(b) - place(a));
}

/** @param {Context} ctx @param {Scenario} scenario */
function card(ctx, scenario) {
  const { name, summary } = scenario;
  return button(
    html`<span class="card-title cut mono">${name}</span>
      <span class="muted">${summary}</span>
      ${flow(ctx, name, "#card")}
      <span class="row">${tags(ctx, scenario)}</span>`,
    () => ctx.select({ type: "scenario", id: name }),
    { kind: "card", label: `${name}: ${summary}`, current: isSelected(ctx, "scenario", name) },
  );
}

/** @type {Map<string, {text: string, element: Element}>} */
const pictures = new Map();

/** The picture of a scenario; with a `version`, as the world has played it by now.
 * @param {Context} ctx @param {string} name @param {"#card"|""} place which has a copy of its own
 * @param {number} [version] */
export function flow(ctx, name, place, version) {
  const path = `/_sim/scenarios/${encodeURIComponent(name)}/flow.svg${place}`;
  /** @type {string|null} */
  const text = fetched(ctx, path, version).data;
  if (!text || ctx.isPast) return nothing;
  let picture = pictures.get(path);
  if (picture?.text !== text) {
    const { documentElement } = new DOMParser().parseFromString(text, "image/svg+xml");
    picture = { text, element: document.importNode(documentElement, true) };
    pictures.set(path, picture);
  }
  return picture.element;
}

/** @param {Context} ctx @param {Scenario} scenario */
function tags(ctx, scenario) {
  const isDefault = ctx.model.world?.default_scenario === scenario.name;
  return [...(isDefault ? ["default"] : []), ...tagsOf(scenario)].map((tag) => {
    const isOwn = tag === "default" || tag === "yours";
    return html`<span class="tag ${isOwn ? "tag-own" : ""}">${tag}</span>`;
  });
}

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function scenarioDetails(ctx, { id }) {
  const answer = fetched(ctx, `/_sim/scenarios/${encodeURIComponent(id)}`);
  const scenario = /** @type {Scenario|null} */ (answer.data);
  return html`<header class="details-head">
      <p class="details-kind muted small">scenario</p>
      <h2 class="details-title"><span class="mono">${id}</span></h2>
      <p>${scenario?.summary}</p>
    </header>
    ${
      scenario
        ? html`<p class="row details-actions">${tags(ctx, scenario)}</p>
            ${ctx.readOnly ? nothing : chooseButtons(ctx, scenario)}
            ${flow(ctx, id, "", ctx.model.entries.length)}
            ${section("YAML", yamlView(scenario.text ?? ""))}
            ${ctx.readOnly ? nothing : section("Start it from a program", playCode(ctx, id))}`
        : missing(answer)
    }`;
}

/** @param {Context} ctx @param {Scenario} scenario */
function chooseButtons(ctx, scenario) {
  const { name, scripts } = scenario;
  const isDefault = ctx.model.world?.default_scenario === name;
  const kinds = scripts?.length ? scripts : ctx.model.edition.plays.slice(0, 1);
  const queue = async () => {
    for (const resource of kinds)
      await ctx.api.post("/_sim/queue", { resource, scenarios: [name] });
  };
  const makeDefault = () => {
    const call = ctx.api.call("PATCH", "/_sim/world", { default_scenario: name });
    return ctx.act(`${name} is the default`, call);
  };
  const next = kinds.map((kind) => `the next ${words(kind)}`).join(" and ");
  return html`<div class="row details-actions">
    ${playButton(ctx, name)}
    ${button("Play next", () => ctx.act(`${name} is queued for ${next}`, queue()), {
      disabled: ctx.isOffline,
      title: `By ${next} of your program`,
    })}
    ${button(isDefault ? "Is the default" : "Make default", makeDefault, {
      disabled: isDefault || ctx.isOffline,
    })}
    ${copyButton(`deck.use("${name}")`, "Copy as pytest")}
    ${copyButton(`Deck-Sim-Scenario: ${name}`, "Copy header")}
    ${copyButton(scenario.text ?? "", "Copy YAML")}
  </div>`;
}

/** Start a run that plays a scenario, and show it. @param {Context} ctx @param {string} scenario */
function playButton(ctx, scenario) {
  const play = async () => {
    const call = ctx.api.post("/_sim/runs", { scenario });
    const answer = await ctx.act(({ kind }) => `A ${words(kind)} plays ${scenario}`, call);
    const selected = answer && { type: "resource", id: answer.resource.id };
    if (selected) ctx.set({ tab: "timeline", selected });
  };
  return button("Play", play, {
    kind: "button button-primary",
    disabled: ctx.isBusy || ctx.isOffline,
    title: "Start a run with a task and a login, as if a program had",
  });
}

/** What a program does in place of *Play*. @param {Context} ctx @param {string} name */
function playCode({ api }, name) {
  const python = `from deck_sim import DeckSim\n\nwith DeckSim() as deck:\n    run = deck.start_run("${name}")`;
  return programCode(postCode(api, "/_sim/runs", { scenario: name }), python);
}

/** A run to watch in a world that has none. @param {Context} ctx */
export function firstRun(ctx) {
  const names = scenariosOf(ctx).map(({ name }) => name);
  if (!names.length || ctx.readOnly) return nothing;
  if (!names.includes(firstScenario)) firstScenario = names[0];
  const choose = (/** @type {Event} */ event) => {
    firstScenario = /** @type {HTMLSelectElement} */ (event.target).value;
    ctx.refresh();
  };
  return html`<div class="stack card first-run">
    <div class="row">
      <label for="first-scenario"><strong>Or watch a run without a program:</strong></label>
      <select id="first-scenario" @change=${choose}>
        ${names.map((name) => html`<option ?selected=${name === firstScenario}>${name}</option>`)}
      </select>
      ${playButton(ctx, firstScenario)}
    </div>
    ${flow(ctx, firstScenario, "#card")}
    <details>
      <summary>The same from a program</summary>
      ${playCode(ctx, firstScenario)}
    </details>
  </div>`;
}
