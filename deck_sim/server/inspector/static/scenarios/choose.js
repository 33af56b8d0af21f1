// @ts-check
/** Choosing a scenario: for what comes next, or for all that chooses none. */

import { html } from "../vendor/lit-html/lit-html.js";
import { words } from "../format.js";
import { copyButton } from "../widgets.js";
import { isPlayable } from "./library.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("./library.js").Scenario} Scenario */

/** @param {Context} ctx @param {Scenario} scenario */
async function queue(ctx, { name, scripts }) {
  const kinds = scripts.length ? scripts : ["task_run"];
  for (const resource of kinds) await ctx.api.post("/_sim/queue", { resource, scenarios: [name] });
  return kinds;
}

/** @param {Context} ctx @param {Scenario} scenario */
function playNext(ctx, scenario) {
  return ctx.act(
    (kinds) =>
      `The next ${kinds.map(words).join(" and the next ")} ${kinds.length > 1 ? "play" : "plays"} ${scenario.name}`,
    queue(ctx, scenario),
  );
}

/** @param {Context} ctx @param {string} name */
export function makeDefault(ctx, name) {
  return ctx.act(
    `${name} is the default`,
    ctx.api.patch("/_sim/world", { default_scenario: name }),
  );
}

/** @param {Context} ctx @param {Scenario} scenario */
export function chooseButtons(ctx, scenario) {
  const isFit = isPlayable(scenario, ctx.model.world?.edition ?? "");
  const isDefault = ctx.model.world?.default_scenario === scenario.name;
  return html`<button
      type="button"
      class="button button-primary"
      ?disabled=${!isFit}
      @click=${() => playNext(ctx, scenario)}
    >
      Play next
    </button>
    <button
      type="button"
      class="button"
      ?disabled=${!isFit || isDefault}
      @click=${() => makeDefault(ctx, scenario.name)}
    >
      ${isDefault ? "Is the default" : "Make default"}
    </button>
    ${copyButton(`deck.use("${scenario.name}")`, "Copy as pytest")}
    ${copyButton(`Deck-Sim-Scenario: ${scenario.name}`, "Copy header")}`;
}
