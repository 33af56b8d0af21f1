// @ts-check
/** A call of the Deck API: what was asked and answered, and why it was answered so. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { curlCommand, lacksSecret, pytestAssertion } from "../parts/copies.js";
import { words } from "../parts/format.js";
import { copyButton, link, list, timeText, when, withCode } from "../parts/widgets.js";
import { causedBy, readChoice, withShortIds } from "../history.js";
import { absent, body, callout, detailsHead, missing, resourceLink, section } from "./details.js";
import { troubleButtons } from "./faults.js";
import { callsOf, findingText, findingsOf, httpText, methodText, pathText } from "./journal.js";
import { choiceFacts, errorList } from "./resource.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Call} Call */

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function callDetails(ctx, ref) {
  const answer = fetched(ctx, `/_sim/requests/${encodeURIComponent(ref.id)}`);
  const call = ctx.model.calls.find(({ id }) => id === ref.id);
  if (!call) return absent(ctx, "This call is not in the journal any more.");
  const { response } = answer.data ?? {};
  return html`${detailsHead({
    kind: "call",
    title: html`${methodText(call.method)} ${pathText(call)}`,
    id: call.id,
    facts: html`${httpText(call)} ${timeText(call.time, ctx.model.now())}
    ${call.replayed ? html`<span class="tag">replayed</span>` : nothing}`,
  })}
  ${notices(ctx, call)} ${errorList(response?.body?.errors)}
  ${answer.data ? copyButtons(ctx, { ...answer.data, ...call }) : nothing}
  ${troubleButtons(ctx, { match: `${call.method} ${call.path}` })}
  ${call.scenario ? section("Scenario", choiceFacts(ctx, readChoice(call.scenario))) : nothing}
  ${resources(ctx, call)} ${caused(ctx, call)}
  ${answer.data ? exchange(answer.data) : missing(answer)}`;
}

/** @param {any} call as `/_sim/requests/ID` shows it */
function exchange({ headers, body: sent, response }) {
  return html`${section(
    "Request",
    html`<h4>Headers that the journal keeps</h4>
      ${body(headers)}
      <h4>Body</h4>
      ${body(sent)}`,
  )}
  ${section(
    "Response",
    html`<h4>Headers</h4>
      ${body(response?.headers)}
      <h4>Body ${when(response?.truncated, html`<span class="tag">only its beginning</span>`)}</h4>
      ${body(response?.body)}`,
  )}`;
}

/** What is unusual about the call. @param {Context} ctx @param {Call} call */
function notices(ctx, call) {
  const { unanswered, fault, replayed } = call;
  return html`${when(unanswered, callout("bad", withCode(`Got no answer: ${unanswered}.`)))}
  ${when(fault && !unanswered, callout("bad", withCode(`Answered by the fault \`${fault}\`.`)))}
  ${when(
    replayed,
    callout("over", "Answered with the stored answer of its Idempotency-Key; nothing was done."),
  )}
  ${findingsOf(ctx)
    .filter((finding) => callsOf(finding).includes(call.id))
    .map((finding) => callout("person", findingText(finding)))}`;
}

/** @param {Context} ctx @param {any} call */
function copyButtons({ api, model }, call) {
  const key = api.key ?? model.world?.key ?? "";
  const server = { origin: api.origin, key: /^[\w.-]+$/.test(key) ? key : null };
  return html`<div class="row details-actions">
    ${copyButton(() => curlCommand(call, server), "Copy as curl")}
    ${copyButton(() => pytestAssertion(call), "Copy as pytest assertion")}
    ${when(
      lacksSecret(call),
      html`<small class="muted">Secrets are hidden: replace ••• in the curl command.</small>`,
    )}
  </div>`;
}

/** @param {Context} ctx @param {Call} call */
function resources(ctx, { resource_id, resource_ids = [] }) {
  const ids = [...new Set([...resource_ids, ...(resource_id ? [resource_id] : [])])];
  if (!ids.length) return nothing;
  return section("About", list(ids.map((id) => resourceLink(ctx, id))));
}

/** @param {Context} ctx @param {Call} call */
function caused(ctx, call) {
  const entries = causedBy(ctx.model, call);
  if (!entries.length) return nothing;
  return section(
    "What it caused",
    list(
      entries.map(({ id, kind, number, what }) => {
        const name = ctx.model.lane(id)?.title ?? words(kind);
        return html`${link(ctx, { type: "entry", id: `${number}` }, name)} ${withShortIds(what)}`;
      }),
    ),
  );
}
