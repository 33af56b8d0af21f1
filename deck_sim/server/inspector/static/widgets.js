// @ts-check
/** Small parts that every view uses. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { Directive, PartType, directive } from "./vendor/lit-html/directive.js";
import { clockText, dayText, distanceText, isoText, jsonText, shortId, words } from "./format.js";
import { icon } from "./icons.js";
import { ICONS, familyOf } from "./statuses.js";

/**
 * A status with the colour and the icon of its family.
 * @param {string|null|undefined} status
 * @param {string} [kind]
 */
export function statusBadge(status, kind) {
  const family = familyOf(status, kind);
  return html`<span class="badge tone-${family}"
    ><span class="badge-icon" aria-hidden="true">${ICONS[family]}</span>${words(
      status ?? "unknown",
    )}</span
  >`;
}

/**
 * A moment in UTC, with its distance from now.
 * @param {number} ms
 * @param {number} [now]
 */
export function timeText(ms, now) {
  return html`<time class="time" datetime=${isoText(ms)} title="${dayText(ms)} ${clockText(ms)} UTC"
    ><span class="mono">${clockText(ms)}</span>${
      now === undefined ? nothing : html` <span class="distance">${distanceText(ms, now)}</span>`
    }</time
  >`;
}

/**
 * A button that copies a text.
 * @param {string|(() => string|Promise<string>)} text
 * @param {string} [label] shown beside the icon; without it only the icon is shown
 */
export function copyButton(text, label) {
  /** @param {MouseEvent} event */
  const copy = async (event) => {
    const button = /** @type {HTMLElement} */ (event.currentTarget);
    const value = typeof text === "function" ? await text() : text;
    button.dataset.state = (await writeClipboard(value)) ? "copied" : "failed";
    setTimeout(() => delete button.dataset.state, 1_500);
  };
  return html`<button
    type="button"
    class="copy ${label ? "button button-small" : "icon-button"}"
    title=${label ? nothing : "Copy"}
    aria-label=${label ? nothing : "Copy"}
    @click=${copy}
  >
    <span class="copy-idle">${icon("copy")}</span
    ><span class="copy-done">${icon("check")}</span>${label ?? nothing}
  </button>`;
}

/** @param {string} text @returns {Promise<boolean>} */
async function writeClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // a page that is not on loopback or HTTPS has no clipboard
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "offscreen";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

/**
 * A JSON value as a tree. Objects and lists below `open` levels start closed.
 * @param {unknown} value
 * @param {{open?: number}} [options]
 * @returns {import("./vendor/lit-html/lit-html.js").TemplateResult}
 */
export function jsonView(value, { open = 2 } = {}) {
  return html`<div class="json mono">${jsonNode(value, open, nothing)}</div>`;
}

/** @param {unknown} value @param {number} open @param {any} name @returns {any} */
function jsonNode(value, open, name) {
  if (value === null || typeof value !== "object")
    return html`<div class="json-row">${name}${jsonLeaf(value)}</div>`;
  const isList = Array.isArray(value);
  const rows = Object.entries(value);
  const [start, end] = isList ? "[]" : "{}";
  if (rows.length === 0) return html`<div class="json-row">${name}${start}${end}</div>`;
  const summary = `${start}… ${rows.length}${end}`;
  return html`<details class="json-node" ?open=${open > 0}>
    <summary>
      ${name}<span class="json-open">${start}</span><span class="json-shut">${summary}</span>
    </summary>
    <div class="json-children">
      ${rows.map(([key, child]) =>
        jsonNode(child, open - 1, isList ? nothing : html`<span class="json-key">${key}</span>: `),
      )}
    </div>
    <div class="json-end">${end}</div>
  </details>`;
}

/** @param {any} value */
function jsonLeaf(value) {
  const type = value === null ? "null" : typeof value;
  return html`<span class="json-${type}">${jsonText(value)}</span>`;
}

/**
 * What a view shows while it has nothing to show: why, and what to do.
 * @param {string} title
 * @param {any} text
 * @param {string} [code] something to paste into a terminal
 */
export function emptyState(title, text, code) {
  return html`<div class="empty">
    <h2>${title}</h2>
    <p>${text}</p>
    ${code ? codeBlock(code) : nothing}
  </div>`;
}

/** A text to paste elsewhere, with a button that copies it. @param {string} code */
export function codeBlock(code) {
  return html`<div class="code">
    <pre tabindex="0">${code}</pre>
    ${copyButton(code)}
  </div>`;
}

/**
 * A modal dialog, which is removed when it is closed; draw its content into it.
 * @param {string} className
 * @param {string} title the id of its heading
 */
export function addDialog(className, title) {
  const dialog = document.createElement("dialog");
  dialog.className = className;
  dialog.setAttribute("aria-labelledby", title);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

/** Text in which words in backquotes are code. @param {string} text */
export function withCode(text) {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 ? html`<code>${part}</code>` : part));
}

/** An id, short enough for a row; the whole id is its title. @param {string} id */
export function idText(id) {
  return html`<span class="id mono" title=${id}>${shortId(id)}</span>`;
}

/** @param {string} label @param {() => void} act */
export function closeButton(label, act) {
  return html`<button type="button" class="icon-button" aria-label=${label} @click=${act}>
    ${icon("close")}
  </button>`;
}

/**
 * A button that selects something: `link(ctx, ref, content)`.
 * @param {import("./app.js").Context} ctx
 * @param {import("./model.js").Ref} ref
 * @param {any} content
 */
export function link(ctx, ref, content) {
  return html`<button type="button" class="link" @click=${() => ctx.select(ref)}>
    ${content}
  </button>`;
}

class SetVariables extends Directive {
  /** @param {any} part */
  constructor(part) {
    super(part);
    if (part.type !== PartType.ELEMENT) throw new Error("variables() belongs in a start tag");
  }

  /** @param {Record<string, string|number>} _variables */
  render(_variables) {
    return nothing;
  }

  /** @param {any} part @param {[Record<string, string|number>]} values */
  update(part, [variables]) {
    for (const [name, value] of Object.entries(variables))
      part.element.style.setProperty(name, `${value}`);
    return nothing;
  }
}

/** Sets CSS custom properties: `<i ${variables({"--at": "40%"})}>`. The policy forbids `style=`. */
export const variables = directive(SetVariables);
