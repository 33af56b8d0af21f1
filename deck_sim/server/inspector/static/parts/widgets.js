// @ts-check
/** Small parts that every view uses. */

import { html, nothing, render, svg } from "../vendor/lit-html/lit-html.js";
import { FAMILIES } from "./families.js";
import { clockText, dayText, distanceText, isoText, shortId, words } from "./format.js";

export const LOGO = html`<svg class="logo" viewBox="0 0 16 16" aria-hidden="true">
  <rect width="16" height="16" rx="4" />
  <path d="M3.5 5h6M5.5 8h7M3.5 11h5" />
</svg>`;

/** Line icons on a 16-pixel grid. They are decoration: the control around an icon has a name.
 * @type {Record<string, string>} */
const PATHS = {
  next: "M4 3.5v9l6-4.5zM12 3.5v9",
  advance: "M2.5 3.5v9l5-4.5zM8 3.5v9l5-4.5z",
  idle: "M3 3.5v9l4-4.5zM8 3.5v9l4-4.5zM13.5 3.5v9",
  light:
    "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  dark: "M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6z",
  auto: "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11z",
  help: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.3 6.2c.2-2 3.5-2 3.5 0 0 1.4-1.7 1.4-1.7 2.8M8.1 11.3v.1",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  past: "M8 2.500a5.500 5.500 0 1 0 5.500 5.500M8 5v3.200l2 1.500",
  check: "M3 8.5l3.2 3.2L13 4.8",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  warning: "M8 2.500l6 11h-12zM8 6.500v3.200M8 11.500v.1",
};

/** @param {string} name */
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    ${svg`<path d=${PATHS[name]} />`}
  </svg>`;
}

/** A status with the colour and the icon of its family.
 * @param {string|null|undefined} status @param {import("./families.js").Family} [family] */
export function statusBadge(status, family = "over") {
  return html`<span class="badge tone-${family}"
    ><span aria-hidden="true">${FAMILIES[family].icon}</span>${words(status ?? "unknown")}</span
  >`;
}

/** A moment in UTC, with its distance from now. @param {number} ms @param {number} [now] */
export function timeText(ms, now) {
  return html`<time class="time" datetime=${isoText(ms)} title="${dayText(ms)} ${clockText(ms)} UTC"
    ><span class="mono">${clockText(ms)}</span>${
      now === undefined ? nothing : html` <span class="distance">${distanceText(ms, now)}</span>`
    }</time
  >`;
}

/**
 * A button that copies a text.
 * @param {string|(() => string)} text
 * @param {string} [label] shown beside the icon; without it only the icon is shown
 */
export function copyButton(text, label) {
  const copy = async (/** @type {any} */ { currentTarget: { dataset } }) => {
    await navigator.clipboard.writeText(typeof text === "function" ? text() : text);
    dataset.state = "copied";
    setTimeout(() => delete dataset.state, 1_500);
  };
  return button(html`${icon("copy")}${icon("check")}${label ?? nothing}`, copy, {
    kind: label ? "copy button button-small" : "copy icon-button",
    label: label ?? "Copy",
  });
}

const JSON_TOKEN = /("(?:\\.|[^"\\])*")(:?)|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g;

/** A JSON value, with its keys and values in colours. @param {string} text */
export function jsonView(text) {
  /** @type {any[]} */ const parts = [];
  let end = 0;
  for (const { 0: token, 1: string, 2: colon, index } of text.matchAll(JSON_TOKEN)) {
    const kind = colon ? "json-key" : `toned tone-${string ? "good" : "working"}`;
    parts.push(text.slice(end, index), html`<span class=${kind}>${string ?? token}</span>`);
    end = index + (string ?? token).length;
  }
  return [...parts, text.slice(end)];
}

/** What an empty view shows: why it is empty, and a command that helps.
 * @param {string} title @param {any} text @param {string} [code] */
export function emptyState(title, text, code = "") {
  return html`<div class="stack empty">
    <h2>${title}</h2>
    <p class="muted">${text}</p>
    ${when(code, codeBlock(code))}
  </div>`;
}

/** A text to paste elsewhere, with a button that copies it. @param {string} code */
export function codeBlock(code) {
  return html`<div class="sunken code">
    <pre tabindex="0">${code}</pre>
    <span class="corner">${copyButton(code)}</span>
  </div>`;
}

/** The same for programs. @param {{curl: string, node: string}} code @param {string} python */
export function programCode({ curl, node }, python) {
  return html`<h4>curl</h4>
    ${codeBlock(curl)}
    <h4>Python</h4>
    ${codeBlock(python)}
    <h4>Node</h4>
    ${codeBlock(node)}`;
}

/** Show a modal dialog until it is closed. @param {string} title @param {any} content */
export function showDialog(title, content) {
  const dialog = document.createElement("dialog");
  const close = () => dialog.close();
  dialog.className = "dialog";
  dialog.setAttribute("aria-labelledby", "dialog-title");
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  document.body.append(dialog);
  render(
    html`<div class="stack dialog-content">
      <header class="row spread">
        <h2 id="dialog-title">${title}</h2>
        ${closeButton("Close", close)}
      </header>
      ${content}
    </div>`,
    dialog,
  );
  dialog.showModal();
}

/** The content where the condition holds. @param {unknown} condition @param {any} content */
export function when(condition, content) {
  return condition ? content : nothing;
}

/** @param {any[]} items @param {string} [kind] its class */
export function list(items, kind = "plain") {
  return html`<ul class=${kind}>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
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

/**
 * @param {any} content
 * @param {(event: any) => unknown} act
 * @param {{kind?: string, label?: string, title?: string, disabled?: boolean, expanded?: boolean,
 *   pressed?: boolean, current?: "page"|boolean}} [options] `kind` is its classes; `label` its name
 */
export function button(content, act, options = {}) {
  const { kind = "button", label, title, disabled, expanded, pressed, current } = options;
  return html`<button
    type="button"
    class=${kind}
    aria-label=${label ?? nothing}
    title=${title ?? nothing}
    aria-expanded=${expanded ?? nothing}
    aria-pressed=${pressed ?? nothing}
    aria-current=${current ?? nothing}
    ?disabled=${disabled}
    @click=${act}
  >
    ${content}
  </button>`;
}

/** @param {string} label @param {() => void} act */
export function closeButton(label, act) {
  return button(icon("close"), act, { kind: "icon-button", label });
}

/** A button that selects something.
 * @param {import("../app.js").Context} ctx @param {import("../model.js").Ref} ref @param {any} content */
export function link(ctx, ref, content) {
  return button(content, () => ctx.select(ref), { kind: "link" });
}

/** A set with one more or one less. @param {Set<string>} all @param {string} name */
export function toggled(all, name) {
  const others = new Set(all);
  if (!others.delete(name)) others.add(name);
  return others;
}

/** Whether its details are shown.
 * @param {import("../app.js").Context} ctx @param {string} type @param {string} id */
export function isSelected({ ui: { selected } }, type, id) {
  return selected?.type === type && selected.id === id;
}

/**
 * A field for a text. Without a label of its own it has that of the element around it.
 * @param {string} name
 * @param {{id?: string, label?: string, value?: string, example?: string, list?: string,
 *   type?: string, required?: boolean}} [options]
 */
export function textField(name, options = {}) {
  const { id, label, value = "", example = "", list, type = "text", required } = options;
  return html`<input
    id=${id ?? nothing}
    name=${name}
    type=${type}
    class="mono"
    list=${list ?? nothing}
    aria-label=${label ?? nothing}
    placeholder=${example}
    autocomplete="off"
    spellcheck="false"
    .defaultValue=${value}
    ?required=${required}
  />`;
}

/** A search field; each change of its text is passed to `change`. @param {string} label
 * @param {string} example @param {string} value @param {(text: string) => void} change */
export function searchField(label, example, value, change) {
  return html`<input
    type="search"
    class="toolbar-search"
    aria-label=${label}
    placeholder=${example}
    autocomplete="off"
    spellcheck="false"
    .value=${value}
    @input=${(/** @type {any} */ event) => change(event.target.value)}
  />`;
}

/** The form of a submit event, which is kept from being sent. @param {SubmitEvent} event */
export function formOf(event) {
  event.preventDefault();
  return /** @type {HTMLFormElement} */ (event.target);
}

/** @param {SubmitEvent} event @returns {Record<string, string>} the filled fields of its form */
export function readForm(event) {
  const filled = [...new FormData(formOf(event))].filter(([, value]) => value !== "");
  return /** @type {Record<string, string>} */ (Object.fromEntries(filled));
}

/** The suggestions for the inputs with this `list`. @param {string} id @param {string[]} values */
export function dataList(id, values) {
  return html`<datalist id=${id}>${optionList(values)}</datalist>`;
}

/** The options of a `select`. @param {string[]} values @param {(value: string) => string} [label] */
export function optionList(values, label = String) {
  return values.map((value) => html`<option value=${value}>${label(value)}</option>`);
}

/** @param {string} label @param {any} input @param {any} [hint] */
export function field(label, input, hint = "") {
  return html`<label class="field">
    <span class="muted">${label}</span>${input}${when(hint, html`<small>${hint}</small>`)}
  </label>`;
}

/**
 * What an input of a value needs to know of its JSON Schema. `choices` are the words that it can
 * be; a `mark` can only be true.
 * @typedef {{type: "text"|"number"|"switch"|"json"|"mark", choices: string[], min?: number}} Shape
 */

/** @param {any} schema @returns {Shape} */
export function shapeOf(schema) {
  /** @type {any[]} */
  const all = [schema, ...(schema.anyOf ?? [])];
  const types = all.map(({ type }) => type);
  const choices = all.flatMap(({ enum: words = [] }) => words);
  const min = all.find(({ minimum }) => minimum !== undefined)?.minimum;
  if (types.includes("boolean")) return { type: "switch", choices };
  if (types.includes("integer") || types.includes("number"))
    return { type: "number", choices, min };
  if (types.includes("string") || choices.length) return { type: "text", choices };
  const isJson = schema.anyOf || "default" in schema || types.includes("object");
  return { type: isJson ? "json" : "mark", choices };
}

/** The input of a value: a switch, a number, one of some words, or text.
 * @param {string} name @param {Shape} shape @param {any} value null or false: none
 * @param {string} none what an empty field means; "": it must not be empty
 * @param {string} [list] of suggestions */
export function valueInput(name, { type, choices, min }, value, none, list) {
  if (type === "switch")
    return html`<input
      type="checkbox"
      role="switch"
      name=${name}
      .defaultChecked=${value === true}
    />`;
  if (choices.length)
    return html`<select name=${name}>
      ${choices.map((word) => html`<option ?selected=${word === value}>${word}</option>`)}
    </select>`;
  const text = value === false ? "" : (value ?? "");
  return html`<input
    class="mono"
    name=${name}
    type=${type === "number" ? "number" : "text"}
    step="any"
    min=${min ?? nothing}
    list=${list ?? nothing}
    placeholder=${none}
    ?required=${none === ""}
    autocomplete="off"
    spellcheck="false"
    .defaultValue=${typeof text === "object" ? JSON.stringify(text) : `${text}`}
  />`;
}

/** The value in an input; null if it is empty. Other text than JSON is sent as it is, and the
 * server checks it. @param {Shape} shape @param {FormDataEntryValue|null|undefined} entry
 * @returns {any} */
export function readValue({ type }, entry) {
  if (type === "switch") return entry === "on";
  const text = `${entry ?? ""}`.trim();
  if (text === "") return null;
  if (type === "number") return Number(text);
  if (type === "text") return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
