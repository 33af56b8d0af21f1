// @ts-check
/** A resource: what it is, why it waits, what can be done, and how it came to be so. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { release, resourceActions } from "../actions.js";
import { answerForm } from "../answer.js";
import { countText, durationText, parseTime, words } from "../format.js";
import { link, statusBadge, timeText, withCode } from "../widgets.js";
import { remedy } from "../waiting.js";
import { fetched } from "./fetched.js";
import { historyList } from "./history.js";
import { body, detailsHead, factList, missing, callout, resourceLink, section } from "./parts.js";
import { storySection } from "./story.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Lane} Lane */
/** @typedef {import("../model.js").Entry} Entry */

/** Fields that name another resource. @type {[string, string][]} */
const LINKS = [
  ["connection_id", "connection"],
  ["credential_id", "credential"],
  ["session_id", "session"],
  ["task_id", "task"],
  ["agent_id", "agent"],
  ["source_id", "source"],
  ["task_run_id", "task run"],
];
const MOST_CHILDREN = 20;

/**
 * @param {Context} ctx
 * @param {import("../model.js").Ref} ref
 * @param {Entry|null} [entry] the entry of its history that is selected
 */
export function resourceDetails(ctx, ref, entry = null) {
  const { model } = ctx;
  const lane = model.lane(ref.id);
  const path = `/_sim/resources/${encodeURIComponent(ref.id)}`;
  const answer = fetched(ctx, path, model.entries.length);
  if (!lane && !answer.data) return ctx.readOnly ? unknown(ref.id) : missing(answer);
  const state = presentState(lane, answer.data);
  const kind = lane?.kind ?? answer.data.kind;
  const target = { id: ref.id, kind, status: state.status };
  const head = detailsHead({
    kind,
    title: lane?.title ?? state.name ?? words(kind),
    id: ref.id,
    facts: headFacts(ctx, lane, target, state),
  });
  return html`${head} ${actPart(ctx, target, state, answer.data)} ${errorList(state.errors)}
  ${bodySection(ref.id, state, "output")} ${storyPart(ctx, lane, answer.data, entry)}
  ${lane ? section("History", historyList(ctx, lane)) : nothing}
  ${bodySection(ref.id, state, "input")} ${linkPart(ctx, ref.id, { ...lane?.about, ...state })}
  ${
    answer.data
      ? section("As the API shows it", body(answer.data.resource, ref.id), {
          open: lane === undefined,
        })
      : nothing
  }`;
}

/** @param {string} id @param {Record<string, any>} state @param {string} name */
function bodySection(id, state, name) {
  const value = state[name];
  return value === undefined || value === null
    ? nothing
    : section(words(name), body(value, `${id}-${name}`));
}

/** @param {string} id */
function unknown(id) {
  return callout("over", html`This recording has no details of <code>${id}</code>.`);
}

/** @param {Lane|undefined} lane @param {any} data @returns {Record<string, any>} */
function presentState(lane, data) {
  const folded = lane ? { ...lane.fields, status: lane.status } : {};
  return { ...data?.resource, ...folded, input: data?.resource.input };
}

/** @param {Context} ctx @param {Lane|undefined} lane @param {any} target @param {any} state */
function headFacts({ model }, lane, target, state) {
  const now = model.now();
  if (!lane)
    return html`${target.status ? statusBadge(target.status, target.kind) : nothing}
    ${state.created_at ? html`created ${timeText(parseTime(state.created_at), now)}` : nothing}`;
  const span = /** @type {import("../model.js").Span} */ (lane.spans.at(-1));
  const took = lane.to === null ? nothing : html`, took ${durationText(lane.to - lane.from)}`;
  return html`${statusBadge(state.status, lane.kind)}
    <span>since ${timeText(span.from, now)}</span>
    <span class="muted">created ${timeText(lane.from)}${took}</span>`;
}

/**
 * Why it is not finished, and the forms and buttons that go on.
 * @param {Context} ctx
 * @param {{id: string, kind: string, status: string}} target
 * @param {Record<string, any>} state
 * @param {any} data
 */
function actPart(ctx, target, state, data) {
  const unfinished = ctx.model.unfinishedById.get(target.id);
  const held = data?.story?.held;
  const isAsked = state.interaction && unfinished?.remedy.do !== "release";
  const helps = unfinished && ["advance", "release"].includes(unfinished.remedy.do);
  return html`${
    unfinished
      ? callout(
          isAsked ? "person" : "waiting",
          html`<p class="why">${withCode(unfinished.why)}</p>
            ${helps ? remedy(ctx, unfinished, false) : nothing}`,
        )
      : nothing
  }
  ${isAsked && !ctx.readOnly ? answerForm(ctx, target, state.interaction, data?.right_answer) : nothing}
  ${ctx.readOnly ? prompt(state) : actions(ctx, target, unfinished?.remedy.do === "release" ? null : held)}`;
}

/** @param {Context} ctx @param {{id: string, kind: string, status: string}} target
 * @param {string|null} held the hold that can be released */
function actions(ctx, target, held) {
  return html`<div class="details-actions">
    ${resourceActions(ctx, target)}
    ${
      held
        ? html`<button type="button" class="button" @click=${() => release(ctx, held)}>
            Release
          </button>`
        : nothing
    }
  </div>`;
}

/** The prompt of a moment at which it cannot be answered. @param {Record<string, any>} state */
function prompt({ interaction }) {
  if (!interaction) return nothing;
  const fields = (interaction.fields ?? []).map((/** @type {any} */ one) => one.label ?? one.name);
  return callout(
    "person",
    html`<p class="why">${interaction.message ?? words(interaction.type)}</p>
      <p class="muted">${words(interaction.type)}: ${fields.join(", ")}</p>`,
  );
}

/** @param {any[]|null|undefined} errors */
export function errorList(errors) {
  if (!errors?.length) return nothing;
  return callout(
    "bad",
    html`<ul class="errors">
      ${errors.map(
        ({ type, code, field, message }) =>
          html`<li>
            <code>${type}/${code}</code>${field ? html` in <code>${field}</code>` : nothing}
            <p>${withCode(message)}</p>
          </li>`,
      )}
    </ul>`,
  );
}

/** @param {Context} ctx @param {string} id @param {Record<string, any>} fields */
function linkPart(ctx, id, fields) {
  const rows = LINKS.filter(([name]) => typeof fields[name] === "string");
  const children = [...ctx.model.lanes.values()].filter((lane) => lane.parent === id);
  const shown = children.slice(-MOST_CHILDREN);
  /** @type {[string, any][]} */
  const facts = rows.map(([name, title]) => [title, resourceLink(ctx, fields[name])]);
  if (fields.result) facts.unshift(["result", fields.result]);
  if (fields.external_id) facts.unshift(["external id", fields.external_id]);
  if (children.length)
    facts.push([
      "used by",
      html`<ul class="plain">
        ${
          children.length > shown.length
            ? html`<li class="muted">${countText(children.length, "resource")}, the latest are</li>`
            : nothing
        }
        ${shown.map(
          (lane) =>
            html`<li>
              ${link(ctx, { type: "resource", id: lane.id }, lane.title)}
              ${statusBadge(lane.status, lane.kind)}
            </li>`,
        )}
      </ul>`,
    ]);
  return facts.length ? section("Links", factList(facts)) : nothing;
}

/** What came second: a story that is over does not know, but the call that began it does.
 * @param {Context} ctx @param {string} id @param {any} data */
function runnerUp(ctx, id, data) {
  if (!data || data.story) return null;
  const call = ctx.model.calls.find((one) => one.resource_id === id && one.scenario);
  return call ? fetched(ctx, `/_sim/requests/${call.id}`).data?.runner_up : null;
}

/**
 * @param {Context} ctx
 * @param {Lane|undefined} lane
 * @param {any} data
 * @param {Entry|null} entry
 */
function storyPart(ctx, lane, data, entry) {
  const name = data?.scenario ?? lane?.about.scenario;
  if (!lane || !name) return nothing;
  const chosen = { ...lane.about, runner_up: runnerUp(ctx, lane.id, data), ...data?.story, name };
  const step = entry?.step ?? data?.story?.step ?? lane.history.at(-1)?.step;
  return storySection(ctx, chosen, step);
}
