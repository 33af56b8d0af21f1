// @ts-check
/** The tab with the calls of the Deck API: filter, findings, and the list. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { fetched } from "../api.js";
import { keyOption } from "../parts/copies.js";
import { clockText, countText, durationText, isoText } from "../parts/format.js";
import {
  button,
  emptyState,
  icon,
  isSelected,
  link,
  list,
  searchField,
  when,
  withCode,
} from "../parts/widgets.js";
import { readChoice, withShortIds } from "../history.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Call} Call */
/** @typedef {{kind: string, subject: string, reason: string, remedy: string, details: any}} Finding
 *   of `/_sim/findings` */

const MOST_ROWS = 500; // the latest; a filter finds the others
const MOST_FINDINGS = 50;
const MOST_CALLS = 5; // of a finding
const UNFINISHED = "unfinished_resource";
/** @type {Finding[]} */
const NONE = [];

/** The findings about the world; the waiting list has what is unfinished.
 * @param {Context} ctx @returns {Finding[]} */
export function findingsOf(ctx) {
  return allFindings(ctx).filter(({ kind }) => kind !== UNFINISHED);
}

/** What helps a resource that waits, in a sentence. @param {Context} ctx @param {string} id */
export function remedyOf(ctx, id) {
  const isIts = (/** @type {Finding} */ { kind, subject }) => kind === UNFINISHED && subject === id;
  return allFindings(ctx).find(isIts)?.remedy ?? "";
}

/** @param {Context} ctx @returns {Finding[]} */
function allFindings(ctx) {
  const { calls, entries, world } = ctx.present;
  // A refused call makes no entry, and a fault or a queued scenario neither entry nor call.
  const version = `${calls.at(-1)?.number} ${entries.at(-1)?.number} ${world?.changes}`;
  /** @type {Finding[]} */
  const all = fetched(ctx, "/_sim/findings", version).data?.data ?? NONE;
  if (!ctx.isPast) return all;
  const ids = new Set(ctx.model.calls.map(({ id }) => id));
  return all.filter((finding) => callsOf(finding).every((id) => ids.has(id)));
}

/** The ids of the calls that a finding is about. @param {Finding} finding @returns {string[]} */
export function callsOf({ subject, details }) {
  return details.calls?.map?.((/** @type {any} */ call) => call.request_id) ?? [subject];
}

/** What a chip shows. @type {Record<string, (call: Call, flagged: Set<string>) => boolean>} */
const CHIPS = {
  errors: ({ status, unanswered }) => status >= 400 || Boolean(unanswered),
  creates: ({ status }) => status === 201,
  reads: ({ method }) => ["GET", "HEAD"].includes(method),
  lint: ({ id }, flagged) => flagged.has(id),
};
/** @param {Context} ctx */
export function journalView(ctx) {
  const { calls, callsDropped } = ctx.model;
  if (!calls.length) return noCalls(ctx);
  const mistakes = findingsOf(ctx).filter(({ details }) => details.why);
  const flagged = new Set(mistakes.flatMap(callsOf));
  const terms = ctx.ui.filter.toLowerCase().split(/\s+/);
  const active = Object.keys(CHIPS).find((name) => ctx.ui.chips.has(name));
  const fits = active ? CHIPS[active] : () => true;
  const matching = calls.filter(
    (call) => fits(call, flagged) && terms.every((term) => searchText(call).includes(term)),
  );
  const count =
    matching.length === calls.length ? "" : `${matching.length.toLocaleString("en")} of `;
  return html`<div class="fill">
    <div class="row strip toolbar">
      ${searchField(
        "Filter of the calls",
        "Filter: words of a method, path, status, id, scenario, fault or error",
        ctx.ui.filter,
        (filter) => ctx.set({ filter }),
      )}
      ${Object.keys(CHIPS).map((name) => chip(ctx, name, flagged))}
      <span class="last muted" role="status">${count}${countText(calls.length, "call")}</span>
    </div>
    ${when(
      callsDropped,
      html`<p class="strip muted">
        ${countText(callsDropped, "older call")} dropped; the journal keeps the last 10,000.
      </p>`,
    )}
    ${findingsStrip(ctx)}
    ${matching.length ? callList(ctx, matching, flagged) : emptyState("No call matches", "")}
  </div>`;
}

/** @param {Call} call */
function searchText({ at, time, number, after, ...call }) {
  return Object.values(call).flat().join(" ").toLowerCase();
}

/** A button that shows some calls only, with their number. @param {Context} ctx
 * @param {string} name @param {Set<string>} flagged */
function chip(ctx, name, flagged) {
  const count = ctx.model.calls.filter((call) => CHIPS[name](call, flagged)).length;
  const isActive = ctx.ui.chips.has(name);
  const others = [...ctx.ui.chips].filter((chip) => !(chip in CHIPS));
  const choose = () => ctx.set({ chips: new Set([...others, ...(isActive ? [] : [name])]) });
  if (!count && !isActive) return nothing;
  return button(html`${name} <small>${count.toLocaleString("en")}</small>`, choose, {
    kind: "chip",
    pressed: isActive,
  });
}

/** The latest calls, the newest first. @param {Context} ctx @param {Call[]} calls
 * @param {Set<string>} flagged the ids of calls with mistakes */
function callList(ctx, calls, flagged) {
  const latest = calls.slice(-MOST_ROWS).reverse();
  const titles = ["Time", "Method", "Path", "Status", "Scenario, fault, errors"];
  return html`<div class="calls" tabindex="0" role="region" aria-label="List of calls">
    <div class="calls-head muted small" aria-hidden="true">
      ${titles.map((title) => html`<span>${title}</span>`)}
    </div>
    <ol aria-label="Calls of the Deck API">
      ${repeat(
        latest,
        (call) => call.number,
        (call, index) =>
          html`<li>${callRow(ctx, call, latest[index + 1], flagged.has(call.id))}</li>`,
      )}
    </ol>
    ${when(
      latest.length < calls.length,
      html`<p class="strip muted">
        The latest ${MOST_ROWS} of ${countText(calls.length, "call")}.
      </p>`,
    )}
  </div>`;
}

/** @param {Context} ctx @param {Call} call @param {Call|undefined} previous
 * @param {boolean} isFlagged whether a finding is about it */
function callRow(ctx, call, previous, isFlagged) {
  const offset = previous ? call.time - previous.time : 0;
  const since = offset > 0 ? `+${durationText(offset)}` : "";
  return button(
    html`<span class="at-time cut mono" title=${isoText(call.time)}
        >${clockText(call.time)} <span class="muted">${since}</span></span
      >
      <span class="at-method">${methodText(call.method)}</span>
      <span class="at-path cut">${pathText(call)}</span>
      <span class="at-status">${httpText(call)}</span>
      <span class="at-tags row">${tags(call, isFlagged)}</span>`,
    () => ctx.select({ type: "call", id: call.id }),
    { kind: "call-row", current: isSelected(ctx, "call", call.id) },
  );
}

/** @param {string} method */
export function methodText(method) {
  return html`<span class="method method-${method.toLowerCase()}">${method}</span>`;
}

/** A path whose ids are short; the whole path is its title. @param {Call} call */
export function pathText({ path, query }) {
  const parts = path.split("/").map(withShortIds);
  const isId = (/** @type {string} */ part) => part.includes("…");
  return html`<span class="mono" title=${path}
    >${parts.map(
      (part, index) =>
        html`${index ? "/" : ""}<span class=${isId(part) ? "path-id" : ""}>${part}</span>`,
    )}${when(query, html`<span class="muted">?${query}</span>`)}</span
  >`;
}

/** @param {Call} call */
export function httpText({ status, unanswered }) {
  const family = unanswered || status >= 500 ? "bad" : status >= 400 ? "person" : "good";
  return html`<span class="http tone-${family}" title=${unanswered ?? nothing}
    >${unanswered ? "no answer" : status}</span
  >`;
}

/** What is unusual about a call. @param {Call} call @param {boolean} isFlagged */
function tags({ scenario, fault, replayed, errors }, isFlagged) {
  return html`${isFlagged ? tag("lint", "A finding is about this call", "tone-person") : nothing}
  ${fault ? tag(`fault ${fault}`, "", "tone-bad") : nothing}
  ${replayed ? tag("replayed", "Answered with the stored answer") : nothing}
  ${scenario ? tag(readChoice(scenario).name, scenario) : nothing}
  ${errors?.length ? html`<span class="error cut mono">${errors.join(", ")}</span>` : nothing}`;
}

/** @param {string} text @param {string} title @param {string} [tone] */
function tag(text, title, tone) {
  return html`<span class="tag ${tone ? `tag-toned ${tone}` : ""}" title=${title}>${text}</span>`;
}

/** The findings: in a report in full, otherwise the first one, until they are opened.
 * @param {Context} ctx @param {boolean} [isSoFar] without what was not used yet, and may be */
export function findingsStrip(ctx, isSoFar = false) {
  const findings = findingsOf(ctx).filter(({ kind }) => !(isSoFar && kind.startsWith("unused_")));
  if (!findings.length) return nothing;
  return html`<details class="strip lint tone-person" ?open=${ctx.readOnly && !ctx.isPast}>
    <summary class="row">
      ${icon("warning")}<strong>${countText(findings.length, "finding")}</strong>
      <span class="grow">${withCode(findings[0].reason)}</span>
    </summary>
    ${list(
      findings.slice(0, MOST_FINDINGS).map((finding) => findingItem(ctx, finding)),
      "lint-list",
    )}
  </details>`;
}

/** @param {Context} ctx @param {Finding} finding */
function findingItem(ctx, finding) {
  const ids = new Set(callsOf(finding));
  const links = ctx.model.calls
    .filter(({ id }) => ids.has(id))
    .slice(0, MOST_CALLS)
    .map(({ id, method, path }) => link(ctx, { type: "call", id }, `${method} ${path}`));
  return html`${findingText(finding)}
    <p class="row mono">${links}</p>`;
}

/** @param {Finding} finding */
export function findingText({ reason, remedy, details }) {
  return html`<p class="why">${withCode(reason)}</p>
    ${when(details.why, html`<p class="muted">${withCode(details.why ?? "")}</p>`)}
    ${when(remedy, html`<p><strong>What helps:</strong> ${withCode(remedy)}</p>`)}`;
}

/** @param {Context} ctx */
function noCalls({ api, model, readOnly }) {
  if (readOnly || !model.ready) return emptyState("No calls", "This world received no call.");
  return emptyState(
    "No call yet",
    "Every call of the Deck API with the key of this world appears here when it happens.",
    `curl ${api.origin}/v2/agents ${keyOption(api.key)}`,
  );
}
