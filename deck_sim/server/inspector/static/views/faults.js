// @ts-check
/** Faults: those of one click, a form whose fields follow the JSON Schema, and a row of the list. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { withShortIds } from "../history.js";
import { jsonText, words } from "../parts/format.js";
import { postCode, pythonValue } from "../parts/copies.js";
import {
  button,
  closeButton,
  dataList,
  field,
  formOf,
  idText,
  programCode,
  readValue,
  shapeOf,
  valueInput,
  when,
  withCode,
} from "../parts/widgets.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {"match"|"event"} Family of faults: in calls, or in webhooks */

/** What goes wrong once, by one click. @type {Record<Family, Record<string, object>>} */
const TROUBLES = {
  match: {
    "loses its answer": { lost_response: true },
    "gets 503": { status: 503 },
    "gets 429, Retry-After: 1": { error: "rate_limit/rate_limit_exceeded", retry_after: 1 },
  },
  event: {
    "comes twice": { duplicate: true },
    "comes after the one behind it": { reorder: true },
    "is 30s late": { delay: "30s" },
  },
};
/** @type {Record<Family, string>} */
const NOUNS = { match: "call", event: "webhook" };
/** What the form begins with. */
const USUAL = { match: "* /v2/**", event: "*", status: "502", delay: "5s", times: "1" };
/** Fields that all faults have, and few need. */
const RARE = ["after", "probability", "duration"];

/** @type {[Family, string]} */
let chosen = ["match", "status"];
/** The texts of the form by field, also of those that another fault has. */
let texts = /** @type {Record<string, FormDataEntryValue>} */ ({ ...USUAL });

/** Buttons for troubles of the next call or webhook that fits. @param {Context} ctx
 * @param {Partial<Record<Family, string>>} patterns */
export function troubleButtons(ctx, patterns) {
  if (ctx.readOnly) return nothing;
  return Object.entries(patterns).map(([name, pattern]) => {
    const family = /** @type {Family} */ (name);
    const isAny = pattern.startsWith("*");
    const noun = `The next ${isAny ? NOUNS[family] : withShortIds(pattern)}`;
    return html`<div class="row troubles" role="group" aria-label=${noun}>
      <span class="muted">${noun}</span>
      ${Object.entries(TROUBLES[family]).map(([text, effect]) => {
        const fault = { [family]: pattern, ...effect, times: 1 };
        const add = () => ctx.act(`${noun} ${text}`, ctx.api.post("/_sim/faults", fault));
        return button(text, add, { kind: "chip", disabled: ctx.isOffline });
      })}
    </div>`;
  });
}

/** @param {Context} ctx @param {any} schemas the answer of `/_sim/schemas` */
export function faultForm(ctx, schemas) {
  const [family, effect] = chosen;
  const schema = schemas.faults[family][effect];
  const shapes = Object.entries(schema.properties).map(
    ([name, property]) => /** @type {const} */ ([name, shapeOf(property)]),
  );
  const entries = shapes.map(([name, shape]) => [
    name,
    shape.type === "mark" || readValue(shape, texts[name] ?? shape.choices[0]),
  ]);
  const fault = Object.fromEntries(entries.filter(([, value]) => value !== null && value !== ""));
  const choose = (/** @type {any} */ { target }) => {
    chosen = target.value.split(".");
    ctx.refresh();
  };
  const change = (/** @type {any} */ { currentTarget }) => {
    texts = { ...texts, ...Object.fromEntries(new FormData(currentTarget)) };
    ctx.refresh();
  };
  const add = (/** @type {SubmitEvent} */ event) => {
    formOf(event);
    void ctx.act("The fault was added", ctx.api.post("/_sim/faults", fault));
  };
  const input = (/** @type {string} */ name) => {
    const shape = shapeOf(schema.properties[name]);
    if (shape.type === "mark") return nothing;
    const list = name in NOUNS ? `fault-${name}` : undefined;
    const none = schema.required.includes(name) ? "" : "as usual";
    const view = valueInput(name, shape, texts[name] ?? null, none, list);
    return field(words(name), view, withCode(schema.properties[name].description ?? ""));
  };
  const names = Object.keys(schema.properties).filter((name) => ![...RARE, "times"].includes(name));
  return html`<form class="stack" @input=${change} @submit=${add}>
      ${dataList("fault-match", schemas.calls)}${dataList("fault-event", ["*", ...schemas.events])}
      ${field(
        "what happens",
        html`<select @change=${choose} aria-label="What happens">
          ${Object.entries(schemas.faults).map(
            ([name, effects]) =>
              html`<optgroup label=${`to a ${NOUNS[/** @type {Family} */ (name)]}`}>
                ${Object.keys(/** @type {object} */ (effects)).map(
                  (key) =>
                    html`<option
                      value=${`${name}.${key}`}
                      ?selected=${name === family && key === effect}
                    >
                      ${words(key)}
                    </option>`,
                )}
              </optgroup>`,
          )}
        </select>`,
        withCode(schema.description ?? ""),
      )}
      ${[...names, "times"].map(input)}
      <details>
        <summary>${RARE.join(", ")}</summary>
        <div class="stack">${RARE.map(input)}</div>
      </details>
      <button class="button last">Add the fault</button>
    </form>
    <details>
      <summary>The same from a program</summary>
      ${programCode(postCode(ctx.api, "/_sim/faults", fault), `deck.fault(${pythonValue(fault)})`)}
    </details>`;
}

/** @param {Context} ctx @param {any} fault */
export function faultRow(ctx, { id, owner, met, fired, ...fault }) {
  const what = Object.entries(fault)
    .filter(([, value]) => value)
    .map(
      ([name, value]) => `${words(name)}: ${typeof value === "string" ? value : jsonText(value)}`,
    )
    .join(", ");
  const remove = () =>
    ctx.act("The fault was removed", ctx.api.del(`/_sim/faults/${encodeURIComponent(id)}`));
  return html`<span class="count" title="How often it fired">${fired}×</span>
    <span class="grow">
      <code>${what}</code>
      <small>met ${met} ${when(owner, html`· of ${idText(owner ?? "")}`)}</small>
    </span>
    ${closeButton(`Remove the fault ${what}`, remove)}`;
}
