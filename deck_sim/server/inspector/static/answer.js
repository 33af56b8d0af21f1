// @ts-check
/** The form that answers an open interaction, made from its `fields`. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { controlPath } from "./actions.js";
import { readForm } from "./forms.js";
import { words } from "./format.js";

/**
 * @typedef {import("./app.js").Context} Context
 * @typedef {{name: string, type?: string, label?: string, options?: any[], required?: boolean}} Field
 * @typedef {{type: string, message?: string, fields?: Field[]}} Interaction
 */

/** The key of the answers in the body of the call, by edition. @type {Record<string, string>} */
const ANSWER_KEYS = { connections: "inputs", credentials: "input" };

/** Types of fields and of inputs that mean the same. @type {Record<string, string>} */
const INPUT_TYPES = {
  password: "password",
  email: "email",
  number: "number",
  tel: "tel",
  phone: "tel",
  date: "date",
};

/**
 * @param {Context} ctx
 * @param {{id: string, kind: string, status: string}} target
 * @param {Interaction} interaction
 * @param {Record<string, string>|null} [rightAnswer] what the script accepts
 */
export function answerForm(ctx, target, interaction, rightAnswer) {
  const fields = interaction.fields ?? [];
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    const given = readForm(event);
    const answers = Object.fromEntries(fields.map(({ name }) => [name, given[name] ?? ""]));
    const key = ANSWER_KEYS[ctx.model.world?.edition ?? ""] ?? "inputs";
    const title = ctx.model.lane(target.id)?.title ?? words(target.kind);
    const call = ctx.api.post(`${controlPath(target)}/answer`, { [key]: answers });
    void ctx.act(`${title}: answered`, call);
  };
  /** @param {Event} event */
  const fill = (event) => {
    const form = /** @type {HTMLElement} */ (event.target).closest("form");
    for (const [name, value] of Object.entries(rightAnswer ?? {})) {
      const input = form?.elements.namedItem(name);
      if (input instanceof HTMLInputElement || input instanceof HTMLSelectElement)
        input.value = value;
    }
    /** @type {HTMLElement|null|undefined} */ (form?.querySelector("button[type=submit]"))?.focus();
  };
  return html`<form class="answer" data-of=${target.id} @submit=${submit} autocomplete="off">
    <p class="answer-message">
      <span class="answer-type">${words(interaction.type)}</span>${interaction.message ?? ""}
    </p>
    ${fields.map(fieldRow)}
    <div class="answer-end">
      <button type="submit" class="button button-primary">Answer</button>
      ${
        rightAnswer
          ? html`<button type="button" class="button" title="The script accepts it" @click=${fill}>
                Fill in <span class="mono">${Object.values(rightAnswer).join(", ")}</span>
              </button>
              <small class="muted">the script accepts it</small>`
          : nothing
      }
    </div>
  </form>`;
}

/** @param {Field} field */
function fieldRow(field) {
  return html`<label class="answer-field">
    <span>${field.label ?? words(field.name)}</span>
    ${
      field.options
        ? html`<select name=${field.name} required>
            ${field.options.map(
              (option) => html`<option value=${optionValue(option)}>${optionText(option)}</option>`,
            )}
          </select>`
        : html`<input
            name=${field.name}
            type=${INPUT_TYPES[field.type ?? ""] ?? "text"}
            required
            class="mono"
          />`
    }
  </label>`;
}

/** Go to the first field of the form of a resource. @param {string} id */
export function focusAnswer(id) {
  const form = document.querySelector(`form.answer[data-of="${CSS.escape(id)}"]`);
  /** @type {HTMLElement|null|undefined} */ (form?.querySelector("input, select"))?.focus();
}

/** @param {any} option */
function optionValue(option) {
  return typeof option === "object" ? (option.value ?? option.id ?? option.name) : option;
}

/** @param {any} option */
function optionText(option) {
  return typeof option === "object" ? (option.label ?? option.name ?? optionValue(option)) : option;
}
