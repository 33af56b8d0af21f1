// @ts-check
/** The tab with all scenarios, the text of one, and the buttons that choose it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { countText, words } from "../parts/format.js";
import { button, copyButton, emptyState, isSelected, list, searchField } from "../parts/widgets.js";
import { missing, section, yamlView } from "./details.js";

/** @typedef {import("../app.js").Context} Context */
/**
 * @typedef {{name: string, summary: string, tags: string[], editions: string[]}} Listed
 * @typedef {Listed & {ships?: boolean, scripts?: string[], text?: string}} Scenario with what its
 *   details have: whether it comes with deck-sim, and the kinds that it has a script for
 */

let searched = "";

/** The scenarios that a world can play. @param {Context} ctx @returns {Scenario[]} */
export function scenariosOf(ctx) {
  /** @type {Scenario[]} */
  const all = fetched(ctx, "/_sim/scenarios", ctx.model.entries.length).data?.data ?? [];
  return all.filter(({ editions }) => editions.includes(ctx.model.world?.edition ?? ""));
}

/** @param {Context} ctx */
export function scenariosView(ctx) {
  const all = scenariosOf(ctx);
  if (!all.length) return emptyState("Scenarios", "Loading…");
  const terms = searched.toLowerCase().split(/\s+/);
  const matching = all.filter(({ name, summary, tags }) => {
    const text = `${name} ${summary} ${tags.join(" ")}`.toLowerCase();
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
    ${list(
      matching.map((scenario) => card(ctx, scenario)),
      "cards scenarios",
    )} `;
}

/** @param {Context} ctx @param {Scenario} scenario */
function card(ctx, scenario) {
  const { name, summary } = scenario;
  return button(
    html`<span class="card-title cut mono">${name}</span>
      <span class="muted">${summary}</span>
      <span class="row">${tags(ctx, scenario)}</span>`,
    () => ctx.select({ type: "scenario", id: name }),
    { kind: "card", label: `${name}: ${summary}`, current: isSelected(ctx, "scenario", name) },
  );
}

/** @param {Context} ctx @param {Scenario} scenario */
function tags(ctx, scenario) {
  const { name, tags, ships } = scenario;
  const isDefault = ctx.model.world?.default_scenario === name;
  const ownTags = [...(isDefault ? ["default"] : []), ...(ships === false ? ["yours"] : [])];
  return html`${ownTags.map((tag) => html`<span class="tag tag-own">${tag}</span>`)}
  ${tags.map((tag) => html`<span class="tag">${tag}</span>`)}`;
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
            ${section("YAML", yamlView(scenario.text ?? ""))}`
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
    ${button("Play next", () => ctx.act(`${name} is queued for ${next}`, queue()), {
      kind: "button button-primary",
      disabled: ctx.isOffline,
    })}
    ${button(isDefault ? "Is the default" : "Make default", makeDefault, {
      disabled: isDefault || ctx.isOffline,
    })}
    ${copyButton(`deck.use("${name}")`, "Copy as pytest")}
    ${copyButton(`Deck-Sim-Scenario: ${name}`, "Copy header")}
    ${copyButton(scenario.text ?? "", "Copy YAML")}
  </div>`;
}
