// @ts-check
/** What forms have in common: how they are read, and the lists that their inputs choose from. */

import { html } from "./vendor/lit-html/lit-html.js";

/** The form that is submitted, which the browser does not send. @param {SubmitEvent} event */
export function formOf(event) {
  event.preventDefault();
  return /** @type {HTMLFormElement} */ (event.target);
}

/** @param {SubmitEvent} event @returns {Record<string, string>} the filled fields of its form */
export function readForm(event) {
  const filled = [...new FormData(formOf(event))].filter(([, value]) => value !== "");
  return /** @type {Record<string, string>} */ (Object.fromEntries(filled));
}

/** What an input can be completed to, by its `list`. @param {string} id @param {string[]} values */
export function dataList(id, values) {
  return html`<datalist id=${id}>${optionList(values)}</datalist>`;
}

/**
 * The options of a `select`.
 * @param {string[]} values
 * @param {string|null} [chosen]
 * @param {(value: string) => string} [label]
 */
export function optionList(values, chosen = null, label = String) {
  return values.map(
    (value) => html`<option value=${value} ?selected=${value === chosen}>${label(value)}</option>`,
  );
}
