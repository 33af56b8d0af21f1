// @ts-check
/** The parts that details are made of: a head, sections, facts, bodies. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { words } from "../format.js";
import { copyButton, idText, link } from "../widgets.js";
import "./body.js";

/** @typedef {import("../app.js").Context} Context */

/**
 * @param {object} head
 * @param {string} head.kind
 * @param {any} head.title
 * @param {string} head.id
 * @param {any} head.facts badges and times
 */
export function detailsHead({ kind, title, id, facts }) {
  return html`<header class="details-head">
    <p class="details-kind">${words(kind)}</p>
    <h2 class="details-title">${title}</h2>
    <p class="details-id">${idText(id)}${copyButton(id)}</p>
    <p class="details-facts">${facts}</p>
  </header>`;
}

/**
 * A part that can be closed.
 * @param {string} title
 * @param {any} content
 * @param {{open?: boolean, aside?: any}} [options]
 */
export function section(title, content, { open = true, aside = nothing } = {}) {
  return html`<details class="part" ?open=${open}>
    <summary>
      <h3>${title}</h3>
      <span class="part-aside">${aside}</span>
    </summary>
    <div class="part-content">${content}</div>
  </details>`;
}

/** Names and values. Rows that are null are left out. @param {([string, any]|null)[]} rows */
export function factList(rows) {
  return html`<dl class="facts">
    ${rows.map(
      (row) =>
        row &&
        html`<dt>${row[0]}</dt>
          <dd>${row[1]}</dd>`,
    )}
  </dl>`;
}

/** A body of a call, an event, …, however large. @param {any} value @param {string} name */
export function body(value, name) {
  return html`<deck-body .value=${value} .name=${name}></deck-body>`;
}

/** @param {Record<string, any>|null|undefined} headers */
export function headerList(headers) {
  const rows = Object.entries(headers ?? {});
  if (!rows.length) return html`<p class="muted">none are kept</p>`;
  return html`<dl class="headers mono">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}:</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** A sentence in a box: `tone` is a family of statuses. @param {string} tone @param {any} content */
export function callout(tone, content) {
  return html`<div class="callout tone-${tone}">${content}</div>`;
}

/** A link to a resource: its title where it is a lane. @param {Context} ctx @param {string} id */
export function resourceLink(ctx, id) {
  const lane = ctx.model.lane(id);
  const content = lane ? html`${lane.title} ${idText(id)}` : idText(id);
  return link(ctx, { type: "resource", id }, content);
}

/** While an answer is awaited, or instead of one that was refused.
 * @param {import("./fetched.js").Fetched} answer */
export function missing({ data, error }) {
  if (error) return callout("bad", error.message);
  return data ? nothing : html`<p class="muted" aria-busy="true">Loading…</p>`;
}
