// @ts-check
/** The frame of the details, and the parts that all of them are made of. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { ref } from "../vendor/lit-html/directives/ref.js";
import { jsonText, words } from "../parts/format.js";
import { closeButton, copyButton, idText, jsonView, link } from "../parts/widgets.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Ref} Ref */

const LARGE = 100_000; // characters of a body that takes long to colour

/** The details, beside the tab on a wide page, and over the tab on a narrow page.
 * @param {Context} ctx @param {(ctx: Context, ref: Ref) => any} view */
export function detailsPanel(ctx, view) {
  return html`<aside class="details" aria-label="Details">
    <div class="details-close">${closeButton("Close the details", () => ctx.select(null))}</div>
    <div class="details-content" tabindex="-1">
      ${view(ctx, /** @type {Ref} */ (ctx.ui.selected))}
    </div>
  </aside>`;
}

/** @param {{kind: string, title: any, id: string, facts: any}} head `facts` are badges and times */
export function detailsHead({ kind, title, id, facts }) {
  return html`<header class="details-head">
    <p class="details-kind muted small">${words(kind)}</p>
    <h2 class="details-title">${title}</h2>
    <p class="row muted">${idText(id)}${copyButton(id)}</p>
    <p class="row details-facts">${facts}</p>
  </header>`;
}

/** A part that can be closed. @param {string} title @param {any} content */
export function section(title, content, open = true) {
  return html`<details class="part" ?open=${open}>
    <summary><h3>${title}</h3></summary>
    <div class="part-content">${content}</div>
  </details>`;
}

/** Names and values. Rows that are null are left out. @param {([string, any]|null)[]} rows */
export function factList(rows) {
  const facts = rows.filter((row) => row !== null);
  return html`<dl class="facts">
    ${facts.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** The body of a call or an event, or a resource. @param {any} value */
export function body(value) {
  if (value == null || value === "") return html`<p class="muted">empty</p>`;
  const text = typeof value === "string" ? value : jsonText(value, 2);
  const hasColours = text !== value && text.length < LARGE;
  return html`<div class="sunken body-box">
    <span class="corner">${copyButton(text)}</span>
    <pre class="body-text mono" tabindex="0">${hasColours ? jsonView(text) : text}</pre>
  </div>`;
}

/** A sentence in a box: `tone` is a family of statuses. @param {string} tone @param {any} content */
export function callout(tone, content) {
  return html`<div class="stack callout tone-${tone}">${content}</div>`;
}

/** A link to a resource; its text is the title of its lane, if any. @param {Context} ctx @param {string} id */
export function resourceLink(ctx, id) {
  const lane = ctx.model.lane(id);
  const content = lane ? html`${lane.title} ${idText(id)}` : idText(id);
  return link(ctx, { type: "resource", id }, content);
}

/** Shown while an answer is awaited, or if it was refused. A report lacks some answers.
 * @param {import("../api.js").Fetched} answer */
export function missing({ data, error }) {
  if (data) return nothing;
  if (error) return callout("bad", error.message);
  return html`<p class="muted" aria-busy="true">Loading…</p>`;
}

/** Instead of a tab whose answers have not come. @param {Context} ctx @returns {string} */
export function whyMissing(ctx) {
  return ctx.isOffline ? "The server does not answer." : "Loading…";
}

/** Instead of details. @param {Context} ctx @param {string} text why there are none */
export function absent(ctx, text) {
  return callout("over", ctx.isPast ? "It had not happened at this moment." : text);
}

const YAML_LINE = /^(\s*(?:- )*)([\w$.-]+)(:(?:\s|$).*)$/;

/** The text of a scenario. @param {string} text @param {number|null} [marked] the number of a line */
export function yamlView(text, marked = null) {
  const lines = text.replace(/\n$/, "").split("\n");
  return html`<div
    class="sunken yaml-box"
    tabindex="0"
    role="region"
    aria-label="The YAML of the scenario"
  >
    <ol class="yaml mono">
      ${lines.map((line, index) => yamlLine(line, index + 1 === marked))}
    </ol>
  </div>`;
}

/** @param {string} line @param {boolean} isMarked */
function yamlLine(line, isMarked) {
  const [, indent, key, rest] = YAML_LINE.exec(line) ?? [];
  const text = key ? html`${indent}<span class="yaml-key">${key}</span>${rest}` : line;
  return isMarked
    ? html`<li aria-current="step" ${ref(scrollTo)}><code>${text}</code></li>`
    : html`<li><code>${text}</code></li>`;
}

/** @param {any} [line] that was marked, which is drawn but not shown yet */
function scrollTo(line) {
  requestAnimationFrame(() => {
    const box = line?.closest(".yaml-box");
    if (box) box.scrollTop = line.offsetTop - (box.clientHeight - line.offsetHeight) / 2;
  });
}
