// @ts-check
/** One call as a row: its method, path, status and what is unusual about it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { clockText, durationText, isoText } from "../format.js";
import { icon } from "../icons.js";
import { readChoice, withShortIds } from "../details/records.js";

/** @typedef {import("../model.js").Call} Call */

/** @param {string} method */
export function methodText(method) {
  return html`<span class="method method-${method.toLowerCase()}">${method}</span>`;
}

/** A path whose ids are short; the whole path is its title. @param {string} path */
export function pathText(path) {
  const parts = path.replace(/^\/v2(?=\/)/, "").split("/");
  return html`<span class="path mono" title=${path}
    >${path.startsWith("/v2/") ? html`<span class="path-base">/v2</span>` : nothing}${parts.map(
      (part, index) => {
        const short = withShortIds(part);
        return html`${index ? "/" : ""}${
          short === part ? part : html`<span class="path-id">${short}</span>`
        }`;
      },
    )}</span
  >`;
}

/** @param {Call} call */
export function statusText({ status, unanswered }) {
  const family = unanswered || status >= 500 ? "bad" : status >= 400 ? "person" : "good";
  return html`<span class="http tone-${family}" title=${unanswered ?? nothing}
    >${unanswered ? "no answer" : status}</span
  >`;
}

/**
 * @param {Call} call
 * @param {Call|undefined} previous
 */
export function timeCell(call, previous) {
  const offset = previous ? call.time - previous.time : 0;
  return html`<span class="mono" title=${isoText(call.time)}>${clockText(call.time)}</span>
    ${offset > 0 ? html`<span class="offset mono">+${durationText(offset)}</span>` : nothing}`;
}

/** @param {Call} call @param {number} findings how many are about it */
export function tags(call, findings) {
  const choice = call.scenario ? readChoice(call.scenario) : null;
  return html`${
    findings
      ? html`<span
          class="tag tag-toned tone-person"
          title="The client lint has a finding about this call"
          >${icon("warning")}lint</span
        >`
      : nothing
  }${
    call.fault
      ? html`<span class="tag tag-toned tone-bad" title=${`fault ${call.fault}`}
          >fault ${call.fault}</span
        >`
      : nothing
  }${
    call.replayed
      ? html`<span class="tag" title="Answered with the stored answer">replayed</span>`
      : nothing
  }${
    choice
      ? html`<span class="tag" title=${/** @type {string} */ (call.scenario)}>${choice.name}</span>`
      : nothing
  }${
    call.errors?.length
      ? html`<span class="row-error mono">${call.errors.join(", ")}</span>`
      : nothing
  }`;
}
