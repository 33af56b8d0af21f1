// @ts-check
/** What can be done to a resource from outside its script, and the form that answers a prompt. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { capital, kindTitle, words } from "./format.js";
import { button, formOf, optionList, readForm, textField, when } from "./widgets.js";

/**
 * @typedef {import("../app.js").Context} Context
 * @typedef {{id: string, kind: string, status: string}} Target
 * @typedef {{name: string, type?: string, label?: string, options?: any[]}} Field
 * @typedef {{type: string, message?: string, fields?: Field[]}} Interaction
 */

/** @param {Context} ctx @param {Target} target @param {string} command @param {object} [body] */
function post({ api, model }, { kind, id }, command, body) {
  const { path } = model.edition.kinds[kind];
  return api.post(`/_sim/${path}/${encodeURIComponent(id)}/${command}`, body);
}

/** What a message calls it. @param {Context} ctx @param {Target} target */
function titleOf(ctx, { id, kind }) {
  return ctx.model.lane(id)?.title ?? words(kind);
}

/**
 * A button for each command that the status of a resource allows. A command that
 * leads to a status ends the script; the others are decisions, after which the script continues.
 * @param {Context} ctx
 * @param {Target} target
 */
export function resourceActions(ctx, target, onlyDecisions = false) {
  if (ctx.readOnly) return nothing;
  const { kind, status } = target;
  const { commands } = ctx.model.statusRow(kind, status);
  const isDecision = (/** @type {string} */ command) => commands[command] === null;
  const isGood = (/** @type {string} */ command) =>
    ctx.model.statusRow(kind, commands[command]).family === "good";
  return Object.keys(commands)
    .filter((command) => !onlyDecisions || isDecision(command))
    .map((command, index) => {
      const [label, look] = isDecision(command)
        ? [words(command), index ? "" : "button-primary"]
        : [
            `${words(command)} ${kindTitle(kind).toLowerCase()}`,
            isGood(command) ? "" : "button-danger",
          ];
      const done = (/** @type {any} */ { status }) => `${titleOf(ctx, target)}: ${words(status)}`;
      const perform = () => ctx.act(done, post(ctx, target, command));
      return button(capital(label), perform, { kind: `button ${look}`, disabled: ctx.isOffline });
    });
}

/** @param {Context} ctx @param {string} hold */
export function release(ctx, hold) {
  return ctx.act("Released", ctx.api.del(`/_sim/holds/${encodeURIComponent(hold)}`));
}

/** Types of fields that are types of inputs. */
const INPUT_TYPES = ["password", "email", "number", "tel", "date"];

/**
 * @param {Context} ctx
 * @param {Target} target
 * @param {Interaction} interaction
 * @param {Record<string, string>|null} [rightAnswer] what the script accepts
 */
export function answerForm(ctx, target, interaction, rightAnswer) {
  const fields = interaction.fields ?? [];
  const triesLeft = ctx.model.lane(target.id)?.triesLeft;
  const wrong = fields.length === 1 ? words(fields[0].name) : "answer";
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    const values = readForm(event);
    const answers = Object.fromEntries(fields.map(({ name }) => [name, values[name] ?? ""]));
    const call = post(ctx, target, "answer", { [ctx.model.edition.answer_key]: answers });
    // After a wrong answer the form says so.
    const done = (/** @type {any} */ { status }) =>
      ctx.model.statusRow(target.kind, status).family === "person"
        ? ""
        : `${titleOf(ctx, target)}: answered`;
    const form = formOf(event);
    void ctx.act(done, call).then((answer) => answer && form.reset());
  };
  /** @param {any} event */
  const fill = ({ target }) => {
    const form = target.closest("form");
    for (const [name, value] of Object.entries(rightAnswer ?? {})) {
      const input = form.elements.namedItem(name);
      if (input) input.value = value;
    }
    form.querySelector("button[type=submit]").focus();
  };
  return html`<form
    class="stack answer tone-person"
    data-of=${target.id}
    @submit=${submit}
    autocomplete="off"
  >
    <p><strong class="toned">${words(interaction.type)}</strong> ${interaction.message ?? ""}</p>
    ${fields.map(fieldRow)}
    ${when(triesLeft, html`<p class="error" role="alert">Wrong ${wrong}, ${triesLeft}</p>`)}
    <div class="row">
      <button type="submit" class="button button-primary" ?disabled=${ctx.isOffline}>Answer</button>
      ${when(
        rightAnswer,
        html`${button(
            html`Fill in <span class="mono">${Object.values(rightAnswer ?? {}).join(", ")}</span>`,
            fill,
          )} <small>the script accepts it</small>`,
      )}
    </div>
  </form>`;
}

/** @param {Field} field */
function fieldRow({ name, type, label, options }) {
  return html`<label class="field">
    <span>${label ?? words(name)}</span>
    ${
      options
        ? html`<select name=${name} required>
            ${options.map(optionView)}
          </select>`
        : textField(name, { type: INPUT_TYPES.find((input) => input === type), required: true })
    }
  </label>`;
}

/** Go to the first field of the form of a resource. @param {string} id */
export function focusAnswer(id) {
  const form = document.querySelector(`form.answer[data-of="${CSS.escape(id)}"]`);
  /** @type {HTMLElement|null|undefined} */ (form?.querySelector("input, select"))?.focus();
}

/** @param {any} option a text, or an object with one and a value */
function optionView(option) {
  const value = option.value ?? option.id ?? option.name ?? option;
  return html`<option value=${value}>${option.label ?? option.name ?? value}</option>`;
}

/** Stop a resource just before an event. @param {Context} ctx @param {Target} target */
export function holdForm(ctx, { id, kind, status }) {
  if (ctx.model.statusRow(kind, status).final) return nothing;
  /** @type {string[]} */
  const all = fetched(ctx, "/_sim/schemas", ctx.model.world?.edition).data?.held_events ?? [];
  const events = all.filter((event) => event.startsWith(`${kind}.`));
  if (!events.length) return nothing;
  const hold = (/** @type {SubmitEvent} */ submitted) => {
    const { event } = readForm(submitted);
    void ctx.act(`Stops before ${event}`, ctx.api.post("/_sim/holds", { event, id }));
  };
  return html`<form class="row troubles" @submit=${hold}>
    <select name="event" aria-label="Stop before">
      ${optionList(events, (event) => `stop before ${event.replace(`${kind}.`, "")}`)}
    </select>
    <button class="button button-small" ?disabled=${ctx.isOffline}>Hold</button>
  </form>`;
}
