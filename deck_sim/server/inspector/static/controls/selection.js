// @ts-check
/** What plays next: the default scenario, the queues, the rules, and names that choose by themselves. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { makeDefault } from "../scenarios/choose.js";
import { words } from "../format.js";
import { icon } from "../icons.js";
import { dataList, formOf, optionList, readForm } from "../forms.js";
import { closeButton, copyButton, link } from "../widgets.js";
import { fieldsOf, readFields } from "./schema_fields.js";
import { fieldView } from "./schema_form.js";
import {
  change,
  controlCard,
  current,
  field,
  scenarioInput,
  scenarioNames,
  schemasOf,
} from "./shared.js";

/** @typedef {import("../app.js").Context} Context */

/** @param {Context} ctx */
export function selectionCard(ctx) {
  const names = scenarioNames(ctx);
  return controlCard(
    "What plays next",
    "The first of these that names a scenario wins: header, queue, rule, user name, default.",
    html`${dataList("scenario-names", names)} ${queuePart(ctx)} ${rulesPart(ctx)}
    ${defaultPart(ctx)} ${namesPart(ctx, names)}`,
  );
}

/** @param {Context} ctx @param {string} name */
function scenarioLink(ctx, name) {
  return link(ctx, { type: "scenario", id: name }, html`<span class="mono">${name}</span>`);
}

/** @param {Context} ctx */
function kindsOf(ctx) {
  const isOfConnections = ctx.model.world?.edition === "connections";
  return ["task_run", isOfConnections ? "connection" : "session"];
}

/** @param {Context} ctx */
function queuePart(ctx) {
  /** @type {Record<string, string[]>} */
  const queues = current(ctx, "/_sim/queue").data?.queues ?? {};
  const filled = Object.entries(queues).filter(([, names]) => names.length);
  /** @param {SubmitEvent} event */
  const add = (event) => {
    const { resource, scenario } = readForm(event);
    const call = ctx.api.post("/_sim/queue", { resource, scenarios: [scenario] });
    void change(ctx, `${scenario} is queued`, call, formOf(event));
  };
  const clear = () => void change(ctx, "The queues are empty", ctx.api.del("/_sim/queue"));
  return html`<div class="control-head">
      <h3>Queue</h3>
      ${
        filled.length
          ? html`<button type="button" class="button button-small" @click=${clear}>Clear</button>`
          : nothing
      }
    </div>
    ${
      filled.length
        ? filled.map(
            ([kind, names]) =>
              html`<div class="queue">
                <span class="queue-kind">next ${words(kind)}s</span>
                <ol>
                  ${names.map(
                    (name, index) =>
                      html`<li class="pill">
                        ${scenarioLink(ctx, name)}
                        <button
                          type="button"
                          class="pill-close"
                          aria-label="Remove ${name} from the queue"
                          @click=${() => void unqueue(ctx, queues, kind, index)}
                        >
                          ${icon("close")}
                        </button>
                      </li>`,
                  )}
                </ol>
              </div>`,
          )
        : html`<p class="muted">Nothing is queued.</p>`
    }
    <form class="control-row" @submit=${add}>
      <select name="resource" aria-label="What plays it">
        ${optionList(kindsOf(ctx), null, (kind) => `next ${words(kind)}`)}
      </select>
      ${scenarioInput({ label: "Scenario to queue" })}
      <button class="button">Queue</button>
    </form>`;
}

/** The API can only empty the queues, so the rest is queued again. @param {Context} ctx
 * @param {Record<string, string[]>} queues @param {string} removed @param {number} index */
function unqueue(ctx, queues, removed, index) {
  const requeue = async () => {
    await ctx.api.del("/_sim/queue");
    for (const [resource, names] of Object.entries(queues)) {
      const scenarios = names.filter((_, at) => resource !== removed || at !== index);
      if (scenarios.length) await ctx.api.post("/_sim/queue", { resource, scenarios });
    }
  };
  return change(ctx, `${queues[removed][index]} is no longer queued`, requeue());
}

/** @param {Context} ctx */
function rulesPart(ctx) {
  /** @type {any[]} */
  const rules = current(ctx, "/_sim/rules").data?.rules ?? [];
  const schema = schemasOf(ctx)?.rule;
  const conditions = schema ? fieldsOf(schema.$defs.When) : [];
  const put = (/** @type {any[]} */ next, /** @type {string} */ label, form = undefined) =>
    void change(ctx, label, ctx.api.put("/_sim/rules", { rules: next }), form);
  /** @param {SubmitEvent} event */
  const add = (event) => {
    const form = /** @type {any} */ (formOf(event));
    const { resource, scenario } = readForm(event);
    const rule = { when: readFields(form, conditions), scenario, ...(resource && { resource }) };
    put([...rules, rule], "The rule is added", form);
  };
  return html`<h3>Rules</h3>
    ${
      rules.length
        ? html`<ol class="rules">
            ${rules.map(
              (rule, index) =>
                html`<li class="rule">
                  <span
                    >${rule.resource ? words(rule.resource) : "anything"}${conditionText(rule.when)}
                    → ${scenarioLink(ctx, rule.scenario)}</span
                  >
                  ${closeButton(`Remove rule ${index + 1}`, () =>
                    put(
                      rules.filter((_, at) => at !== index),
                      "The rule is removed",
                    ),
                  )}
                </li>`,
            )}
          </ol>`
        : html`<p class="muted">No rule.</p>`
    }
    <details class="control-more">
      <summary>Add a rule</summary>
      <form class="control-form" @submit=${add}>
        ${field(
          "for",
          html`<select name="resource">
            <option value="">anything</option>
            ${optionList(kindsOf(ctx), null, (kind) => `${words(kind)}s`)}
          </select>`,
        )}
        ${conditions.map((one) => fieldView(one))} ${field("plays", scenarioInput())}
        <div class="control-end"><button class="button button-primary">Add the rule</button></div>
      </form>
    </details>`;
}

/** @param {Record<string, any>} when */
function conditionText(when) {
  const parts = Object.entries(when).map(
    ([name, value]) =>
      `${words(name)} ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return parts.length ? html` with <span class="mono">${parts.join(", ")}</span>` : nothing;
}

/** @param {Context} ctx */
function defaultPart(ctx) {
  const name = ctx.model.world?.default_scenario ?? "";
  /** @param {SubmitEvent} event */
  const set = (event) => {
    void makeDefault(ctx, readForm(event).scenario);
  };
  return html`<h3>Default</h3>
    <form class="control-row" @submit=${set} aria-label="Default scenario">
      ${scenarioInput({ value: name, label: "Default scenario" })}<button class="button">
        Make default
      </button>
    </form>`;
}

/** @param {Context} ctx @param {string[]} names */
function namesPart(ctx, names) {
  const name = names.includes("mfa_then_success") ? "mfa_then_success" : (names[0] ?? "success");
  const texts = [
    ["one call, by header", `Deck-Sim-Scenario: ${name}`],
    ["all runs of a login, by user name or external_id", `anything+${name}@example.com`],
  ];
  return html`<h3>From your program</h3>
    <dl class="copies">
      ${texts.map(
        ([label, text]) =>
          html`<dt>${label}</dt>
            <dd><code>${text}</code>${copyButton(text)}</dd>`,
      )}
    </dl>`;
}
