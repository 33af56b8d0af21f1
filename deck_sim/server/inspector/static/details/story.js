// @ts-check
/** The scenario that a resource plays: why it was chosen, and the step that it is at. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { link } from "../widgets.js";
import { fetched } from "./fetched.js";
import { factList, missing, section } from "./parts.js";
import { lineOf } from "./records.js";
import "./yaml.js";

/** @typedef {import("../app.js").Context} Context */
/**
 * @typedef {object} Chosen
 * @property {string} name
 * @property {string|null} [because]
 * @property {string|null} [plays] the entry of a playlist or mix
 * @property {string|null} [runner_up]
 * @property {string|string[]|null} [ignored]
 */

/** @type {Record<string, string>} */
const WAYS = {
  header: "the header Deck-Sim-Scenario of the call",
  queue: "it was next in the queue",
  rule: "a rule matched",
  magic_name: "the user name or external_id names it",
  when: "its own `when:` matched",
  default: "it is the default of this world",
};

/** @param {string} because */
function wayText(because) {
  return WAYS[because] ?? because;
}

/** The runner-up is written like `success; because=default`. @param {string} text */
function runnerUpText(text) {
  const [name, because] = text.split("; because=");
  return because ? `${name} (${wayText(because)})` : name;
}

/** @param {Context} ctx @param {Chosen} chosen */
export function choiceFacts(ctx, { name, because, plays, runner_up, ignored }) {
  return factList([
    ["scenario", link(ctx, { type: "scenario", id: plays ?? name }, plays ?? name)],
    plays ? ["entry of", name] : null,
    because ? ["chosen because", wayText(because)] : null,
    runner_up ? ["came second", runnerUpText(runner_up)] : null,
    ignored?.length ? ["passed over", [ignored].flat().join(", ")] : null,
  ]);
}

/**
 * @param {Context} ctx
 * @param {Chosen} chosen
 * @param {any[]|null|undefined} step the path of the step to mark
 */
export function storySection(ctx, chosen, step) {
  const name = chosen.plays ?? chosen.name;
  const answer = fetched(ctx, `/_sim/scenarios/${encodeURIComponent(name)}`);
  const { text, lines = {} } = answer.data ?? {};
  return section(
    "Scenario",
    html`${choiceFacts(ctx, chosen)}${
      text
        ? html`<deck-yaml .text=${text} .line=${lineOf(lines, step)}></deck-yaml>`
        : ctx.readOnly
          ? nothing
          : missing(answer)
    }`,
  );
}
