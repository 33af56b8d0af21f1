// @ts-check
/** Faults: what goes wrong with calls and webhooks. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../format.js";
import { dataList, formOf, optionList } from "../forms.js";
import { closeButton, link } from "../widgets.js";
import { fieldsOf, readFields } from "./schema_fields.js";
import { fieldView } from "./schema_form.js";
import { change, controlCard, current, field, schemasOf } from "./shared.js";

/** @typedef {import("../app.js").Context} Context */

/** What each family of faults is about, by the key that names it. @type {Record<string, string>} */
const FAMILIES = { match: "a call", event: "a webhook" };
const LIMITS = ["after", "times", "every", "probability", "duration"];
const OF_EVERY_FAULT = ["id", "owner", "met", "fired", ...LIMITS];

const chosen = { family: "match", key: "error" };

/** @param {Context} ctx */
export function faultsCard(ctx) {
  /** @type {any[]} */
  const faults = current(ctx, "/_sim/faults").data?.data ?? [];
  const clear = () => void change(ctx, "No faults", ctx.api.del("/_sim/faults"));
  return controlCard(
    "Faults",
    "What goes wrong with the next calls and webhooks.",
    html`${
        faults.length
          ? html`<ul class="faults">
              ${faults.map((fault) => faultRow(ctx, fault))}
            </ul>`
          : html`<p class="muted">No fault is armed.</p>`
      }
      <details class="control-more" ?open=${!faults.length}>
        <summary>Arm a fault</summary>
        ${newFault(ctx)}
      </details>`,
    faults.length
      ? html`<button type="button" class="button button-small" @click=${clear}>Clear all</button>`
      : nothing,
  );
}

/** @param {Context} ctx @param {any} fault */
function faultRow(ctx, fault) {
  const { id, owner, met, fired } = fault;
  const family = "match" in fault ? "match" : "event";
  const rest = Object.entries(fault).filter(
    ([name]) => ![...OF_EVERY_FAULT, family].includes(name),
  );
  const what = rest.map(([name, value]) =>
    value === true ? words(name) : `${words(name)}: ${textOf(value)}`,
  );
  const remove = () =>
    void change(ctx, "The fault is removed", ctx.api.del(`/_sim/faults/${encodeURIComponent(id)}`));
  const limits = LIMITS.filter((name) => fault[name]).map((name) => `${name} ${fault[name]}`);
  return html`<li class="fault ${fired ? "has-fired" : ""}">
    <span class="fault-count" title="How often it fired">${fired}×</span>
    <span class="fault-what"
      ><strong>${what.join(", ")}</strong>
      <code>${fault[family]}</code>
      <small
        >${[...limits, `met ${met}`].join(" · ")}${
          owner
            ? html` · of
              ${link(ctx, { type: "resource", id: owner }, ctx.model.lane(owner)?.title ?? owner)}`
            : nothing
        }</small
      ></span
    >
    ${closeButton(`Remove the fault ${what.join(", ")}`, remove)}
  </li>`;
}

/** @param {any} value */
function textOf(value) {
  return typeof value === "object" ? JSON.stringify(value) : `${value}`;
}

/** @param {Context} ctx */
function newFault(ctx) {
  const schemas = schemasOf(ctx);
  if (!schemas) return nothing;
  const { family } = chosen;
  const kinds = schemas.faults[family];
  const key = chosen.key in kinds ? chosen.key : Object.keys(kinds)[0];
  const fields = fieldsOf(kinds[key]);
  const isTrue = "const" in kinds[key].properties[key];
  const set = (/** @type {Partial<typeof chosen>} */ changes) => {
    Object.assign(chosen, changes);
    ctx.refresh();
  };
  /** @param {SubmitEvent} event */
  const arm = (event) => {
    const form = formOf(event);
    const body = { ...readFields(form, fields), ...(isTrue && { [key]: true }) };
    void change(ctx, "The fault is armed", ctx.api.post("/_sim/faults", body), form);
  };
  const isRare = (/** @type {import("./schema_fields.js").Field} */ one) => !one.required;
  return html`<form class="control-form" @submit=${arm}>
    ${dataList("fault-match", schemas.calls)} ${dataList("fault-event", schemas.events)}
    ${field(
      "goes wrong with",
      html`<select @change=${(/** @type {any} */ event) => set({ family: event.target.value })}>
        ${optionList(Object.keys(schemas.faults), family, (name) => FAMILIES[name] ?? name)}
      </select>`,
    )}
    ${field(
      "what",
      html`<select
        .value=${key}
        @change=${(/** @type {any} */ event) => set({ key: event.target.value })}
      >
        ${optionList(Object.keys(kinds), key, words)}
      </select>`,
      kinds[key].description.replaceAll("\n", " "),
    )}
    ${fields
      .filter((one) => !isRare(one))
      .map((one) => fieldView(one, { list: one.name in FAMILIES ? `fault-${one.name}` : "" }))}
    <details class="control-more">
      <summary>More</summary>
      <div class="control-form">${fields.filter(isRare).map((one) => fieldView(one))}</div>
    </details>
    <div class="control-end"><button class="button button-primary">Arm the fault</button></div>
  </form>`;
}
