// @ts-check
/** What can be done to a resource from outside its script, and the form that answers a prompt. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { words } from "./format.js";
import { commandsIn } from "./statuses.js";
import { button, readForm, textField, when } from "./widgets.js";

/**
 * @typedef {import("./app.js").Context} Context
 * @typedef {{id: string, kind: string, status: string}} Target
 * @typedef {{name: string, type?: string, label?: string, options?: any[]}} Field
 * @typedef {{type: string, message?: string, fields?: Field[]}} Interaction
 * @typedef {{label: string, command: string, done: string, tone?: "primary"|"danger"}} Action
 */

/** @type {Record<string, Action>} */
const ACTIONS = {
  approve: { label: "Approve", command: "approve", done: "approved", tone: "primary" },
  reject: { label: "Reject", command: "reject", done: "rejected" },
  cancel: { label: "Cancel run", command: "cancel", done: "canceled", tone: "danger" },
  drop: { label: "Drop", command: "drop", done: "dropped", tone: "danger" },
  invalidate: { label: "Invalidate", command: "invalidate", done: "invalid", tone: "danger" },
};

/** @param {Context} ctx @param {Target} target @returns {Action[]} */
function actionsOn(ctx, { kind, status }) {
  return commandsIn(ctx.model.world?.edition ?? "", kind, status).map((name) => ACTIONS[name]);
}

/** The path of a resource in the control API. @param {Target} target */
export function controlPath({ kind, id }) {
  return `/_sim/${kind.replaceAll("_", "-")}s/${encodeURIComponent(id)}`;
}

/** @param {Context} ctx @param {Target} target @param {Action} action */
function perform(ctx, target, action) {
  const title = ctx.model.lane(target.id)?.title ?? words(target.kind);
  return ctx.act(
    `${title} ${action.done}`,
    ctx.api.post(`${controlPath(target)}/${action.command}`),
  );
}

/**
 * A button for each action that the status of a resource allows.
 * @param {Context} ctx
 * @param {Target} target
 * @param {string[]} [commands] only these
 */
export function resourceActions(ctx, target, commands) {
  if (ctx.readOnly) return nothing;
  return actionsOn(ctx, target)
    .filter(({ command }) => !commands || commands.includes(command))
    .map((action) =>
      button(action.label, () => perform(ctx, target, action), {
        kind: `button ${action.tone ? `button-${action.tone}` : ""}`,
      }),
    );
}

/** @param {Context} ctx @param {string} hold */
export function release(ctx, hold) {
  return ctx.act("Released", ctx.api.del(`/_sim/holds/${encodeURIComponent(hold)}`));
}

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
 * @param {Target} target
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
  return html`<form class="stack answer" data-of=${target.id} @submit=${submit} autocomplete="off">
    <p><span class="answer-type">${words(interaction.type)}</span>${interaction.message ?? ""}</p>
    ${fields.map(fieldRow)}
    <div class="row">
      <button type="submit" class="button button-primary">Answer</button>
      ${when(
        rightAnswer,
        html`${button(
            html`Fill in <span class="mono">${Object.values(rightAnswer ?? {}).join(", ")}</span>`,
            fill,
            { title: "The script accepts it" },
          )} <small class="muted">the script accepts it</small>`,
      )}
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
        : textField(field.name, { type: INPUT_TYPES[field.type ?? ""], required: true })
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
