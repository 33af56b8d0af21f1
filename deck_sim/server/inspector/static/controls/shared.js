// @ts-check
/** What the parts of the controls have in common: their frame, their data, how they change it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../details/fetched.js";

/** @typedef {import("../app.js").Context} Context */

let changes = 0;

/**
 * An answer about the world as it is now.
 * @param {Context} ctx
 * @param {string} path
 */
export function current(ctx, path) {
  return fetched(ctx, path, `${ctx.model.version}.${changes}`);
}

/** What does not change while a world has its edition. @param {Context} ctx */
export function schemasOf(ctx) {
  return fetched(ctx, "/_sim/schemas", ctx.model.world?.edition).data;
}

/** The names of the scenarios, for a `datalist`. @param {Context} ctx @returns {string[]} */
export function scenarioNames(ctx) {
  const edition = ctx.model.world?.edition ?? "";
  const { data } = fetched(ctx, "/_sim/scenarios", changes);
  return (data?.data ?? [])
    .filter((/** @type {any} */ one) => one.editions.includes(edition))
    .map((/** @type {any} */ one) => one.name);
}

/**
 * Change something, and read again what it has become.
 * @param {Context} ctx
 * @param {string} label
 * @param {Promise<any>} call
 * @param {HTMLFormElement} [form] emptied when it went well
 */
export async function change(ctx, label, call, form) {
  const answer = await ctx.act(label, call);
  changes += 1;
  if (answer) form?.reset();
  ctx.refresh();
  return answer;
}

/**
 * @param {string} title
 * @param {string} text what it is for
 * @param {any} content
 * @param {any} [aside]
 */
export function controlCard(title, text, content, aside = nothing) {
  const id = `control-${title.toLowerCase().replaceAll(" ", "-")}`;
  return html`<section class="control" aria-labelledby=${id}>
    <header class="control-head">
      <h2 id=${id}>${title}</h2>
      ${aside}
      <p class="muted">${text}</p>
    </header>
    ${content}
  </section>`;
}

/** @param {string} label @param {any} input @param {string} [hint] */
export function field(label, input, hint = "") {
  return html`<label class="control-field">
    <span class="control-label">${label}</span>${input}${
      hint ? html`<small>${hint}</small>` : nothing
    }
  </label>`;
}

/** A field for the name of a scenario, with the names to choose from. It has the label of the
 * element around it, or one of its own. @param {{value?: string, label?: string}} [options] */
export function scenarioInput({ value = "", label = "" } = {}) {
  return html`<input
    name="scenario"
    list="scenario-names"
    class="mono"
    aria-label=${label || nothing}
    autocomplete="off"
    spellcheck="false"
    placeholder="mfa_then_success"
    value=${value}
    required
  />`;
}
