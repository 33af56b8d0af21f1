// @ts-check
/** The findings of `GET /_sim/lint`: mistakes of the client. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../details/fetched.js";
import { countText } from "../format.js";
import { icon } from "../icons.js";
import { link, withCode } from "../widgets.js";

/** @typedef {import("../app.js").Context} Context */
/**
 * @typedef {object} Finding
 * @property {string} name of the rule
 * @property {string} what
 * @property {string} why
 * @property {string} fix
 * @property {{at: string, request_id: string, method: string, path: string}[]} calls
 */

const MOST_CALLS = 5;
/** @type {Finding[]} */
const NONE = [];
/** @type {WeakMap<Finding[], Map<string, Finding[]>>} */
const byFindings = new WeakMap();

/** @param {Context} ctx @returns {Finding[]} */
export function lintOf(ctx) {
  const last = ctx.model.calls.at(-1);
  if (!last) return NONE;
  return fetched(ctx, "/_sim/lint", last.number).data?.data ?? NONE;
}

/** The findings by the ids of the calls that they are about. @param {Finding[]} findings */
export function findingsByCall(findings) {
  let found = byFindings.get(findings);
  if (!found) {
    found = new Map();
    for (const finding of findings)
      for (const { request_id } of finding.calls)
        found.set(request_id, [...(found.get(request_id) ?? []), finding]);
    byFindings.set(findings, found);
  }
  return found;
}

/** @param {Finding[]} findings @param {string} id */
export function findingsAbout(findings, id) {
  return findingsByCall(findings).get(id) ?? NONE;
}

/** @param {Context} ctx @param {Finding[]} findings */
export function lintSection(ctx, findings) {
  if (!findings.length) return nothing;
  return html`<details class="lint">
    <summary>
      ${icon("warning")}<strong>${countText(findings.length, "finding")}</strong>
      <span class="muted">about how the client calls the API</span>
    </summary>
    <ul class="lint-list">
      ${findings.map((finding) => findingItem(ctx, finding))}
    </ul>
  </details>`;
}

/** @param {Context} ctx @param {Finding} finding */
function findingItem(ctx, { what, why, fix, calls }) {
  const shown = calls.slice(0, MOST_CALLS);
  return html`<li>
    <p class="lint-what">${withCode(what)}</p>
    <p class="muted">${withCode(why)}</p>
    <p><strong>Fix:</strong> ${withCode(fix)}</p>
    <p class="lint-calls mono">
      ${shown.map(({ request_id, method, path }) =>
        link(ctx, { type: "call", id: request_id }, `${method} ${path}`),
      )}
      ${
        calls.length > shown.length
          ? html`<span class="muted">and ${calls.length - shown.length} more</span>`
          : nothing
      }
    </p>
  </li>`;
}
