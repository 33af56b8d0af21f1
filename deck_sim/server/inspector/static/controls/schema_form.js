// @ts-check
/** Forms that are made from a JSON Schema of the server. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../format.js";
import { optionList } from "../forms.js";
import { field } from "./shared.js";

/** @typedef {import("./schema_fields.js").Field} Field */

/** @param {Field} one @param {{list?: string, value?: any}} [options] */
export function fieldView(one, { list = "", value = undefined } = {}) {
  return field(words(one.name), inputView(one, list, value), plain(one.hint));
}

/** @param {Field} one @param {string} list @param {any} value */
export function inputView(one, list, value) {
  const { name, required, input, options, example } = one;
  if (input === "choice")
    return html`<select name=${name} ?required=${required}>
      ${required ? nothing : html`<option value=""></option>`}${optionList(options, value)}
    </select>`;
  if (input === "switch")
    return html`<input type="checkbox" name=${name} value="true" ?checked=${value === true} />`;
  return html`<input
    name=${name}
    class="mono"
    type=${input === "integer" || input === "number" ? "number" : "text"}
    step=${input === "number" ? "any" : nothing}
    min=${one.minimum ?? nothing}
    max=${one.maximum ?? nothing}
    list=${list || nothing}
    value=${value ?? ""}
    placeholder=${example || (input === "json" ? "{}" : "")}
    autocomplete="off"
    spellcheck="false"
    ?required=${required}
  />`;
}

/** @param {string} text */
function plain(text) {
  return text.replaceAll("`", "");
}
