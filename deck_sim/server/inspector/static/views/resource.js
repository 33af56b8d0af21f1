// @ts-check
/** A resource: what it is, why it waits, what can be done, and its history. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { answerForm, holdForm, release, resourceActions } from "../parts/actions.js";
import { countText, durationText, isoText, parseTime, words } from "../parts/format.js";
import {
  button,
  isSelected,
  link,
  list,
  statusBadge,
  timeText,
  when,
  withCode,
} from "../parts/widgets.js";
import { entryOf, historyOf, lineOf, withShortIds } from "../history.js";
import { deliveryDetails } from "./delivery.js";
import { troubleButtons } from "./faults.js";
import {
  absent,
  body,
  callout,
  detailsHead,
  factList,
  missing,
  resourceLink,
  section,
  yamlView,
} from "./details.js";
import { flow } from "./scenarios.js";
import { remedyButton } from "./waiting.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {import("../model.js").Ref} Ref */

const MOST_CHILDREN = 20;
const MOST_LINES = 200; // of a history, the latest

/** @type {Record<string, string>} */
const MARK_WORDS = { attempt_ok: "delivered", attempt_failed: "not delivered" };
/** The families whose colours marks have. @type {Record<string, string>} */
const MARK_TONES = {
  call: "working",
  prompt: "person",
  attempt_ok: "good",
  attempt_failed: "bad",
  error: "bad",
  fault: "bad",
};

/** Why a scenario was chosen. @type {Record<string, string>} */
const WAYS = {
  header: "the call that started it names it",
  queue: "it was next in the queue",
  rule: "a rule matched",
  magic_name: "the user name or external_id names it",
  default: "it is the default of this world",
};

/** An entry of the timeline is shown in the history of its resource. @param {Context} ctx
 * @param {Ref} ref */
export function entryDetails(ctx, ref) {
  const entry = entryOf(ctx.model, ref.id);
  if (!entry) return absent(ctx, "There is no such entry.");
  if (entry.kind === "event_delivery")
    return deliveryDetails(ctx, { type: "delivery", id: entry.id });
  const id = entry.kind === "storage" ? (entry.about?.task_run_id ?? entry.id) : entry.id;
  if (!id) return callout("over", entry.what); // about the clock or a queue
  return resourceDetails(ctx, { type: "resource", id }, entry.step);
}

/**
 * @param {Context} ctx
 * @param {Ref} ref
 * @param {any[]|null} [step] the step of its scenario that is marked; by default the present one
 */
export function resourceDetails(ctx, { id }, step = null) {
  const lane = ctx.model.lane(id);
  const path = `/_sim/resources/${encodeURIComponent(id)}`;
  const answer = fetched(ctx, path, ctx.present.entries.length);
  if (!lane && ctx.present.lane(id)) return absent(ctx, "");
  // The server says what it is now. Only a lane has a past.
  const data = ctx.isPast && lane ? null : answer.data;
  if (!lane && !data) return missing(answer);
  const folded = lane ? { ...lane.fields, status: lane.status } : {};
  const state = { ...data?.resource, ...folded, input: answer.data?.resource.input };
  const kind = lane?.kind ?? data.kind;
  const target = { id, kind, status: state.status };
  return html`${detailsHead({
    kind,
    title: lane?.title ?? state.name ?? words(kind),
    id,
    facts: headFacts(ctx, lane, target, state),
  })}
  ${when(ctx.isPast && !lane, callout("over", "This is what it is now: only lanes have a past."))}
  ${actPart(ctx, target, state, data)} ${errorList(state.errors)}
  ${when(state.output != null, section("output", body(state.output)))}
  ${lane ? storySection(ctx, lane, data, step) : nothing}
  ${lane ? section("History", historyList(ctx, lane)) : nothing}
  ${when(state.input != null, section("input", body(state.input)))}
  ${linkSection(ctx, id, { ...lane?.about, ...state })}
  ${data ? section("As the API shows it", body(data.resource), !lane) : nothing}`;
}

/** @param {Context} ctx @param {Lane|undefined} lane @param {any} target @param {any} state */
function headFacts({ model }, lane, target, state) {
  const since = lane?.spans.at(-1)?.from;
  const from = lane?.from ?? parseTime(state.created_at);
  const took = lane && lane.to !== null ? `, took ${durationText(lane.to - lane.from)}` : "";
  return html`${when(target.status, statusBadge(target.status, model.statusRow(target.kind, target.status).family))}
  ${since === undefined ? nothing : html`<span>since ${timeText(since, model.now())}</span>`}
  ${from ? html`<span class="muted">created ${timeText(from)}${took}</span>` : nothing}`;
}

/** Why it is not finished, and the forms and buttons that continue it. @param {Context} ctx
 * @param {import("../parts/actions.js").Target} target @param {Record<string, any>} state @param {any} data */
function actPart(ctx, target, state, data) {
  const unfinished = ctx.model.unfinishedById.get(target.id);
  const help = unfinished?.remedy.do ?? "";
  const held = help === "release" ? null : data?.story?.held;
  const isAsked = state.interaction && help !== "release";
  const why =
    unfinished &&
    callout(
      isAsked ? "person" : "waiting",
      html`<p class="why">${withCode(ctx.model.whyText(unfinished))}</p>
        ${["advance", "release"].includes(help) ? remedyButton(ctx, unfinished, false) : nothing}`,
    );
  if (ctx.readOnly) return html`${why} ${prompt(state)}`;
  const { path } = ctx.model.edition.kinds[target.kind] ?? {};
  return html`${why}
    ${isAsked ? answerForm(ctx, target, state.interaction, data?.right_answer) : nothing}
    <div class="row details-actions">
      ${resourceActions(ctx, target)}
      ${held ? button("Release", () => release(ctx, held), { disabled: ctx.isOffline }) : nothing}
    </div>
    ${path && state.status ? troubleButtons(ctx, { match: `GET /v2/${path}/${target.id}` }) : nothing}
    ${held ? nothing : holdForm(ctx, target)}`;
}

/** The prompt in a page that cannot answer it. @param {Record<string, any>} state */
function prompt({ interaction }) {
  if (!interaction) return nothing;
  const fields = (interaction.fields ?? []).map(
    (/** @type {any} */ { label, name }) => label ?? name,
  );
  return callout(
    "person",
    html`<p class="why">${interaction.message ?? words(interaction.type)}</p>
      <p class="muted">${words(interaction.type)}: ${fields.join(", ")}</p>`,
  );
}

/** @param {any[]|null|undefined} errors */
export function errorList(errors) {
  if (!errors?.length) return nothing;
  const items = errors.map(
    ({ type, code, field, message }) =>
      html`${withCode(`\`${type}/${code}\`${field ? ` in \`${field}\`` : ""}`)}
        <p>${withCode(message)}</p>`,
  );
  return callout("bad", list(items));
}

/** Which scenario was chosen, and why: the choice as it is in the timeline and in the journal.
 * @param {Context} ctx @param {Record<string, any>} choice */
export function choiceFacts(ctx, { name, because, plays, ignored }) {
  return factList([
    ["scenario", link(ctx, { type: "scenario", id: plays ?? name }, plays ?? name)],
    plays ? ["entry of", name] : null,
    because ? ["chosen because", WAYS[because] ?? because] : null,
    ignored?.length ? ["ignored", [ignored].flat().join(", ")] : null,
  ]);
}

/** The scenario that it plays, with the step that it is at.
 * @param {Context} ctx @param {Lane} lane @param {any} data @param {any[]|null} marked */
function storySection(ctx, lane, data, marked) {
  const name = data?.scenario ?? lane.about.scenario;
  if (!name) return nothing;
  const choice = { ...lane.about, ...data?.story, name };
  const step = marked ?? data?.story?.step ?? lane.history.at(-1)?.step;
  const played = choice.plays ?? name;
  const answer = fetched(ctx, `/_sim/scenarios/${encodeURIComponent(played)}`);
  const text = answer.data?.text;
  return section(
    "Scenario",
    html`${choiceFacts(ctx, choice)} ${flow(ctx, played, "", ctx.present.entries.length)}
    ${text ? yamlView(text, lineOf(text, step)) : missing(answer)}`,
  );
}

/** What happened to it: its statuses, and the calls, events and deliveries about it.
 * @param {Context} ctx @param {Lane} lane */
function historyList(ctx, lane) {
  const all = historyOf(lane);
  const rows = all.slice(-MOST_LINES).map((item) => historyRow(ctx, lane, item));
  const hidden = all.length - rows.length;
  return html`${when(hidden, html`<p class="muted">${countText(hidden, "earlier line")}</p>`)}
  ${list(rows, "history")}`;
}

/** @param {Context} ctx @param {Lane} lane @param {import("../history.js").Item} item */
function historyRow(ctx, lane, { at, type, label, ref }) {
  const text =
    type === "status"
      ? statusBadge(label, ctx.model.statusRow(lane.kind, label).family)
      : html`<span class="muted">${MARK_WORDS[type] ?? words(type)}</span>
          <span class=${type === "note" ? "" : "mono"}>${withShortIds(label)}</span>`;
  return button(
    html`<span class="history-at muted mono">+${durationText(at - lane.from)}</span>
      <span class="dot tone-${MARK_TONES[type]}" aria-hidden="true"></span><span>${text}</span>`,
    () => ctx.select(ref),
    { kind: "history-row", title: isoText(at), current: isSelected(ctx, ref.type, ref.id) },
  );
}

/** @param {Context} ctx @param {string} id @param {Record<string, any>} fields */
function linkSection(ctx, id, { external_id, result, ...fields }) {
  /** @type {([string, any]|null)[]} */
  const facts = Object.entries(fields)
    .filter(([name, value]) => name.endsWith("_id") && typeof value === "string")
    .map(([name, value]) => [words(name.slice(0, -3)), resourceLink(ctx, value)]);
  const children = [...ctx.model.lanes.values()].filter((lane) => lane.parent === id);
  const links = children
    .slice(-MOST_CHILDREN)
    .map((lane) => html`${resourceLink(ctx, lane.id)} ${statusBadge(lane.status, lane.family)}`);
  if (links.length) facts.push([`used by ${children.length}`, list(links)]);
  if (external_id) facts.push(["external id", external_id]);
  if (result) facts.push(["result", result]);
  return facts.length ? section("Links", factList(facts)) : nothing;
}
