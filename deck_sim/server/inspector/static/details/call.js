// @ts-check
/** A call of the Deck API: what was asked and answered, and why it was answered so. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { curlCommand, lacksSecret, pytestAssertion } from "../journal/copies.js";
import { findingsAbout, lintOf } from "../journal/lint.js";
import { methodText, pathText, statusText } from "../journal/row.js";
import { isoText } from "../format.js";
import { copyButton, link, timeText, withCode } from "../widgets.js";
import { fetched } from "./fetched.js";
import { body, detailsHead, headerList, missing, callout, resourceLink, section } from "./parts.js";
import { callsOf, causedBy, readChoice, withShortIds } from "./records.js";
import { errorList } from "./resource.js";
import { choiceFacts } from "./story.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Call} Call */

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function callDetails(ctx, ref) {
  const { model } = ctx;
  const answer = fetched(ctx, `/_sim/requests/${encodeURIComponent(ref.id)}`);
  const [call, ...repeats] = callsOf(model, ref.id);
  if (!call) return callout("over", "This call is not in the journal any more.");
  /** @type {any} */
  const whole = answer.data && { ...answer.data, ...call };
  const response = whole?.response;
  return html`${detailsHead({
    kind: "call",
    title: html`${methodText(call.method)}
    ${pathText(call.path)}${
      call.query ? html`<span class="call-query">?${call.query}</span>` : nothing
    }`,
    id: call.id,
    facts: html`${statusText(call)} ${timeText(call.time, model.now())}
    ${call.replayed ? html`<span class="tag">replayed</span>` : nothing}`,
  })}
  ${notices(ctx, call)} ${repeated(model.now(), repeats)}
  ${errorList(response?.body?.errors) || errorCodes(call)}
  ${whole ? copyButtons(ctx, whole) : nothing}
  ${
    call.scenario
      ? section(
          "Scenario",
          choiceFacts(ctx, { ...readChoice(call.scenario), runner_up: whole?.runner_up }),
        )
      : nothing
  }
  ${resources(ctx, call)} ${caused(ctx, call)}
  ${
    whole
      ? html`${section(
          "Request",
          html`<h4>Headers that the journal keeps</h4>
            ${headerList(whole.headers)}
            <h4>Body</h4>
            ${body(whole.body, `${call.id}-request`)}`,
        )}
        ${section(
          "Response",
          html`<h4>Headers</h4>
            ${headerList(response?.headers)}
            <h4>
              Body
              ${response?.truncated ? html`<span class="tag">only its beginning</span>` : nothing}
            </h4>
            ${body(response?.body ?? null, `${call.id}-response`)}`,
        )}`
      : ctx.readOnly
        ? nothing
        : missing(answer)
  }`;
}

/** What is unusual about the call. @param {Context} ctx @param {Call} call */
function notices(ctx, call) {
  return html`${
    call.unanswered
      ? callout("bad", html`<p class="why">Got no answer: ${withCode(call.unanswered)}.</p>`)
      : nothing
  }
  ${
    call.fault && !call.unanswered
      ? callout("bad", html`<p class="why">Answered by the fault <code>${call.fault}</code>.</p>`)
      : nothing
  }
  ${
    call.replayed
      ? callout("over", "Answered with the stored answer of its Idempotency-Key; nothing was done.")
      : nothing
  }
  ${findingsAbout(lintOf(ctx), call.id).map((finding) =>
    callout(
      "person",
      html`<p class="why">${withCode(finding.what)}.</p>
        <p>${withCode(finding.why)}</p>
        <p><strong>Fix:</strong> ${withCode(finding.fix)}</p>`,
    ),
  )}`;
}

/** @param {number} now @param {Call[]} repeats */
function repeated(now, repeats) {
  if (!repeats.length) return nothing;
  return callout(
    "over",
    html`<p>The stored answer was given again, with the same id, to</p>
      <ul class="plain">
        ${repeats.map((call) => html`<li>${call.method} ${call.path} ${timeText(call.time, now)}</li>`)}
      </ul>`,
  );
}

/** @param {Call} call */
function errorCodes({ errors }) {
  if (!errors?.length) return nothing;
  return callout("bad", html`${errors.map((code) => html`<code>${code}</code> `)}`);
}

/** @param {Context} ctx @param {any} call */
function copyButtons(ctx, call) {
  const { api, model } = ctx;
  const key = api.key ?? model.world?.key ?? "";
  const server = { origin: api.origin, key: /^[\w.-]+$/.test(key) ? key : null };
  const all = model.callsDropped ? [] : model.calls; // of a part nothing is known to be unique
  return html`<div class="details-actions">
    ${copyButton(() => curlCommand(call, server), "Copy as curl")}
    ${copyButton(() => pytestAssertion(call, all), "Copy as pytest assertion")}
    ${
      lacksSecret(call)
        ? html`<small class="muted"
            >Secrets are not recorded: replace ••• in the curl command.</small
          >`
        : nothing
    }
  </div>`;
}

/** @param {Context} ctx @param {Call} call */
function resources(ctx, call) {
  const ids = [...new Set([...(call.resource_ids ?? []), call.resource_id])].filter(
    (id) => typeof id === "string",
  );
  if (!ids.length) return nothing;
  return section(
    "About",
    html`<ul class="plain">
      ${ids.map((id) => html`<li>${resourceLink(ctx, /** @type {string} */ (id))}</li>`)}
    </ul>`,
  );
}

/** @param {Context} ctx @param {Call} call */
function caused(ctx, call) {
  const entries = causedBy(ctx.model, call);
  if (!entries.length) return nothing;
  return section(
    "What it caused",
    html`<ul class="plain">
      ${entries.map((entry) => {
        const name = ctx.model.lane(entry.id)?.title ?? entry.kind.replaceAll("_", " ");
        const ref = /** @type {const} */ ({ type: "entry", id: `${entry.number}` });
        const text = html`<span title=${`${isoText(entry.time)}  ${entry.id}`}>${name}</span>`;
        return html`<li>${link(ctx, ref, text)} ${withShortIds(entry.what)}</li>`;
      })}
    </ul>`,
  );
}
