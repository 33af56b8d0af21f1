// @ts-check
/** The settings of a world. Their names and types come from the server, the texts from here. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../format.js";
import { formOf } from "../forms.js";
import { fieldsOf, readValue } from "./schema_fields.js";
import { inputView } from "./schema_form.js";
import { change, controlCard, current, field, schemasOf } from "./shared.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("./schema_fields.js").Field} Field */

/** What each setting does; empty is off. @type {Record<string, string>} */
const HINTS = {
  edition: "Which of Deck's two APIs; only while the world is empty.",
  seed: "Of ids and random durations; only while the world is empty.",
  session_limit: "How many sessions may be open at once.",
  timeout_cap: "The largest timeout of a task, in seconds.",
  screenshots: "Runs take screenshots by themselves while they run.",
  connection_idle: "After this time without a run a connection is disconnected, like 10m.",
  keep_headers: "More headers that the journal keeps.",
  mask: "More names of fields whose values are hidden.",
  rate_limit: 'true is the limit of the edition; or one like {"requests": 5, "per": "1m"}.',
  webhook_time: "Which clock signs webhooks.",
  additive_changes: "Undocumented additions to answers and events.",
};
/** @type {Record<string, string>} */
const EXAMPLES = {
  session_limit: "off",
  timeout_cap: "off",
  connection_idle: "off",
  keep_headers: '["x-trace"]',
  mask: '["guest_email"]',
  rate_limit: "off",
  additive_changes: '{"fields": true}',
};
const CHOICES = { edition: ["connections", "credentials"], webhook_time: ["wall", "world"] };
/** What switches a setting off; null for the others. @type {Record<string, any>} */
const OFF = {
  rate_limit: false,
  screenshots: false,
  seed: 0,
  additive_changes: {},
};
const ELSEWHERE = ["default_scenario"];

/** @param {Context} ctx */
export function settingsCard(ctx) {
  const schema = schemasOf(ctx)?.settings;
  const world = current(ctx, "/_sim/world").data;
  const isEmpty = world && Object.values(world.resources).every((count) => count === 0);
  const fields = schema && world ? fieldsOf(schema).filter(isHere).map(refine) : [];
  /** @param {SubmitEvent} event */
  const save = (event) => {
    const changed = changes(formOf(event), fields, world);
    if (!Object.keys(changed).length) return ctx.toast("Nothing to change");
    const label = `Changed ${Object.keys(changed).map(words).join(", ")}`;
    void change(ctx, label, ctx.api.patch("/_sim/world", changed));
  };
  return controlCard(
    "Settings",
    "Limits and habits of Deck, all off unless you switch them on.",
    html`<form class="control-form settings" @submit=${save}>
      ${fields.map((one) => {
        const isFixed = !isEmpty && (one.name === "edition" || one.name === "seed");
        const value = one.input === "switch" ? world[one.name] : textOf(world[one.name]);
        return field(
          words(one.name),
          isFixed
            ? html`<input class="mono" disabled value=${value} aria-label=${words(one.name)} />`
            : inputView(one, "", value),
          HINTS[one.name] ?? "",
        );
      })}
      <div class="control-end">
        ${fields.length ? html`<button class="button button-primary">Save</button>` : nothing}
      </div>
    </form>`,
  );
}

/** @param {Field} one */
function isHere({ name }) {
  return !ELSEWHERE.includes(name) && !name.match(/^keep_(?!headers)/); // how much a world keeps
}

/** @param {Field} one @returns {Field} */
function refine(one) {
  const options = /** @type {Record<string, string[]>} */ (CHOICES)[one.name];
  if (options) return { ...one, input: "choice", options, required: true };
  const example = EXAMPLES[one.name] ?? one.example;
  return { ...one, example, input: one.input === "textOrJson" ? "json" : one.input };
}

/** A setting as the text of its field; one that is off is empty. @param {any} value @returns {string} */
function textOf(value) {
  if (value !== 0 && isOff(value)) return "";
  return typeof value === "object" ? JSON.stringify(value) : `${value}`;
}

/** @param {any} value @returns {boolean} */
function isOff(value) {
  return !value || (typeof value === "object" && Object.values(value).every(isOff));
}

/**
 * The settings that differ from those of the world; an emptied one is switched off.
 * @param {HTMLFormElement} form
 * @param {Field[]} fields
 * @param {any} world
 */
function changes(form, fields, world) {
  const given = new FormData(form);
  /** @type {Record<string, any>} */
  const changed = {};
  for (const { name, input } of fields) {
    const text = `${given.get(name) ?? ""}`.trim();
    const isFixed = input !== "switch" && !given.has(name);
    if (!isFixed && text !== textOf(world[name]))
      changed[name] = text ? readValue(text, input) : (OFF[name] ?? null);
  }
  return changed;
}
