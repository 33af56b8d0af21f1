// @ts-check
/** The tab that changes what happens next: scenarios, faults, holds, settings, the world itself. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { release } from "../parts/actions.js";
import { countText, words } from "../parts/format.js";
import {
  button,
  dataList,
  emptyState,
  field,
  formOf,
  idText,
  link,
  list,
  optionList,
  readForm,
  readValue,
  shapeOf,
  statusBadge,
  textField,
  valueInput,
  when,
  withCode,
} from "../parts/widgets.js";
import { resourceLink, whyMissing } from "./details.js";
import { faultForm, faultRow, troubleButtons } from "./faults.js";
import { scenariosOf } from "./scenarios.js";

/** @typedef {import("../app.js").Context} Context */

const SMALL = "button button-small";

/** @param {Context} ctx */
export function controlsView(ctx) {
  const answers = ["queue", "faults", "holds", "world"].map((name) =>
    current(ctx, `/_sim/${name}`),
  );
  if (![schemasOf(ctx), ...answers].every(Boolean)) return emptyState("Controls", whyMissing(ctx));
  return html`${dataList(
      "scenario-names",
      scenariosOf(ctx).map(({ name }) => name),
    )}
    <fieldset class="controls" ?disabled=${ctx.isOffline}>
      <div class="stack">${queueCard(ctx)}${worldCard(ctx)}</div>
      <div class="stack">${faultsCard(ctx)}${holdsCard(ctx)}</div>
      <div class="stack">${settingsCard(ctx)}</div>
    </fieldset>`;
}

/** An answer about the world as it is now. @param {Context} ctx @param {string} path @returns {any} */
function current(ctx, path) {
  return fetched(ctx, path, ctx.model.version).data;
}

/** What does not change while a world has its edition. @param {Context} ctx @returns {any} */
function schemasOf(ctx) {
  return fetched(ctx, "/_sim/schemas", ctx.model.world?.edition).data;
}

/** @param {Context} ctx @param {string} done @param {Promise<any>} call
 * @param {SubmitEvent} event whose form is emptied when it went well */
async function submit(ctx, done, call, event) {
  const form = formOf(event);
  if (await ctx.act(done, call)) form.reset();
}

/** @param {string} title @param {string} text what it is for @param {any} content
 * @param {any} [aside] */
function controlCard(title, text, content, aside = nothing) {
  return html`<section class="card control" aria-label=${title}>
    <header class="row spread">
      <h2>${title}</h2>
      ${aside}
    </header>
    <p class="muted">${text}</p>
    ${content}
  </section>`;
}

/** @param {any[]} rows @param {string} none the text if there are no rows */
function itemList(rows, none) {
  if (!rows.length) return html`<p class="muted">${none}</p>`;
  return list(
    rows.map((row) => html`<div class="row">${row}</div>`),
    "items",
  );
}

/** @param {Context} ctx */
function queueCard(ctx) {
  /** @type {[string, string[]][]} */
  const queues = Object.entries(current(ctx, "/_sim/queue").queues);
  const rows = queues.filter(([, names]) => names.length);
  /** @param {SubmitEvent} event */
  const add = (event) => {
    const { resource, scenario } = readForm(event);
    const call = ctx.api.post("/_sim/queue", { resource, scenarios: [scenario] });
    void submit(ctx, `${scenario} is queued`, call, event);
  };
  const clear = () => ctx.act("The queues are empty", ctx.api.del("/_sim/queue"));
  return controlCard(
    "What plays next",
    "The first of these that names a scenario wins: header, queue, rule, user name, default.",
    html`${itemList(
        rows.map(
          ([kind, names]) =>
            html`<span class="muted">next ${words(kind)}s</span>
              ${names.map((name) => link(ctx, { type: "scenario", id: name }, name))}`,
        ),
        "Nothing is queued.",
      )}
      <form class="row" @submit=${add}>
        <select name="resource" aria-label="What plays it">
          ${optionList(ctx.model.edition.plays, (kind) => `next ${words(kind)}`)}
        </select>
        ${textField("scenario", {
          label: "Scenario to queue",
          example: ctx.model.world?.default_scenario,
          list: "scenario-names",
          required: true,
        })}
        <button class="button">Queue</button>
      </form>`,
    when(rows.length, button("Clear", clear, { kind: SMALL })),
  );
}

/** @param {Context} ctx */
function faultsCard(ctx) {
  /** @type {any[]} */
  const faults = current(ctx, "/_sim/faults").data;
  const clear = () => ctx.act("No faults", ctx.api.del("/_sim/faults"));
  return controlCard(
    "Faults",
    "Errors in the next calls and webhooks.",
    html`${itemList(
      faults.map((fault) => faultRow(ctx, fault)),
      "There is no fault.",
    )}
    ${troubleButtons(ctx, { match: "* /v2/**", event: "*" })} ${faultForm(ctx, schemasOf(ctx))}`,
    when(faults.length, button("Clear all", clear, { kind: SMALL })),
  );
}

/** @param {Context} ctx */
function holdsCard(ctx) {
  const { held_events, calls } = schemasOf(ctx);
  /** @type {any[]} */
  const holds = current(ctx, "/_sim/holds").data;
  /** @param {SubmitEvent} event */
  const hold = (event) => {
    const { what } = readForm(event);
    const of = /[ /]/.test(what) ? "call" : "event";
    void submit(ctx, `Holds ${what}`, ctx.api.post("/_sim/holds", { [of]: what }), event);
  };
  return controlCard(
    "Holds",
    "Until you release a hold, a run stops just before an event, or a call gets no answer.",
    html`${itemList(
        holds.map((hold) => holdRow(ctx, hold)),
        "Nothing is held.",
      )}
      <form class="stack" @submit=${hold}>
        ${dataList("hold-what", [...held_events, ...calls])}
        ${field(
          "hold",
          textField("what", { list: "hold-what", example: ctx.model.exampleEvent, required: true }),
          "An event, or a call like POST /v2/tasks/*/run.",
        )}
        <button class="button last">Hold</button>
      </form>`,
  );
}

/** @param {Context} ctx @param {any} hold */
function holdRow(ctx, { id, event, of: owner, call, held, answers, met }) {
  const waiting = held.length + answers;
  return html`<span class="grow">
      ${event ? html`before <code>${event}</code>` : html`the answer to <code>${call}</code>`}
      ${owner ? html`of ${idText(owner)}` : nothing}
      <small>${met ? `met ${countText(met, "time")}` : "not met yet"}</small>
      ${held.map(
        (/** @type {any} */ { id, status }) =>
          html`<small
            >${resourceLink(ctx, id)} ${statusBadge(status, ctx.model.lane(id)?.family)}</small
          >`,
      )}
      ${when(answers, html`<small>${countText(answers, "answer")} kept back</small>`)}
    </span>
    ${button(waiting ? `Release ${waiting}` : "Remove", () => release(ctx, id), {
      kind: `button ${waiting ? "button-primary" : ""}`,
      label: `Release the hold ${event ?? call}`,
    })}`;
}

/** @param {Context} ctx */
function settingsCard(ctx) {
  const properties = schemasOf(ctx).settings.properties;
  const world = current(ctx, "/_sim/world");
  const names = Object.keys(properties).filter((name) => name in world);
  /** @param {SubmitEvent} event */
  const save = (event) => {
    const values = new FormData(formOf(event));
    const shape = (/** @type {string} */ name) => shapeOf(properties[name]);
    /** @type {[string, any][]} */
    const read = names.map((name) => [name, readValue(shape(name), values.get(name))]);
    const changed = read.filter(
      ([name, value]) => JSON.stringify(value ?? false) !== JSON.stringify(world[name] ?? false),
    );
    if (!changed.length) return ctx.toast("Nothing to change");
    const done = `Changed ${changed.map(([name]) => words(name)).join(", ")}`;
    const call = ctx.api.call("PATCH", "/_sim/world", Object.fromEntries(changed));
    void ctx.act(done, call);
  };
  return controlCard(
    "Settings",
    "Limits and behaviours of Deck. An empty field is off.",
    html`<form class="stack" @submit=${save}>
      ${names.map((name) => {
        const input = valueInput(name, shapeOf(properties[name]), world[name], "off");
        return field(words(name), input, withCode(properties[name].description ?? ""));
      })}
      <button class="button button-primary last">Save</button>
    </form>`,
  );
}

/** @param {Context} ctx */
function worldCard(ctx) {
  const reset = async () => {
    if (!confirm("Remove everything in this world?")) return;
    if (await ctx.act("The world is empty", ctx.api.post("/_sim/reset", {}))) ctx.select(null);
  };
  return controlCard(
    "World",
    "A reset removes every resource, call, event and scenario of this world. Ids start again.",
    html`<div class="row">
      ${button("Reset the world…", reset, { kind: "button button-danger" })}
    </div>`,
  );
}
