// @ts-check
/** The keys of the page, and the dialog that lists them. The keys of the timeline are handled there. */

import { html } from "./vendor/lit-html/lit-html.js";
import { advanceToNext, advanceUntilIdle } from "./clock.js";
import { openFirstPrompt } from "./waiting.js";
import { showDialog, statusBadge } from "./widgets.js";

/** @type {[string, [string, string][]][]} */
const KEYS = [
  [
    "Everywhere",
    [
      ["?", "show this help"],
      ["1 – 5", "go to a tab"],
      ["/", "search"],
      ["a", "answer the first open prompt"],
      ["n", "advance to what is due next"],
      ["i", "advance until idle"],
      ["Esc", "close what is open"],
    ],
  ],
  [
    "Timeline and lists",
    [
      ["j  k  ↓  ↑", "next and previous row"],
      ["Enter", "open the details"],
      ["+  −", "zoom"],
      ["←  →", "previous and next mark of the row"],
      ["f", "fit everything"],
    ],
  ],
];

/** Whether a key belongs to a field or has a meaning for the browser. @param {KeyboardEvent} event */
export function isTaken(event) {
  const target = /** @type {HTMLElement} */ (event.composedPath()[0]);
  const isField = target.matches?.("input, textarea, select, [contenteditable]");
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isField;
}

/**
 * @param {import("./inspector.js").Inspector} inspector
 * @param {string[]} tabs their ids
 */
export function listenToKeys(inspector, tabs) {
  /** @type {Record<string, (ctx: import("./app.js").Context) => void>} */
  const actions = {
    "?": () => showHelp(),
    "/": () => focusSearch(),
    n: (ctx) => void advanceToNext(ctx),
    i: (ctx) => void advanceUntilIdle(ctx),
    a: openFirstPrompt,
    Escape: close,
  };
  for (const [index, tab] of tabs.entries()) actions[`${index + 1}`] = (ctx) => ctx.go(tab);
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog")) return;
    if (event.key === "Escape" && !event.defaultPrevented) return close(inspector.context());
    if (isTaken(event) || !inspector.hasWorld) return;
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act(inspector.context());
  });
}

/** @param {import("./app.js").Context} ctx */
function close(ctx) {
  if (ctx.ui.menu) ctx.set({ menu: null });
  else if (ctx.ui.selected) ctx.select(null);
}

function focusSearch() {
  const field = document.querySelector("input[type=search]");
  if (field instanceof HTMLInputElement) field.select();
}

/** @type {[string, string][]} */
const COLOURS = [
  ["queued", "waits for its turn"],
  ["running", "works"],
  ["interaction_required", "waits for a person: an answer or an approval"],
  ["completed", "went well"],
  ["failed", "failed"],
  ["canceled", "is over without a result"],
];

/** The dialog that lists the keys and what the colours mean. */
export function showHelp() {
  const content = html`<div class="help-columns">
    ${KEYS.map(([title, rows]) =>
      keyList(
        title,
        rows.map(([keys, text]) => [keys.split("  ").map((key) => html`<kbd>${key}</kbd>`), text]),
      ),
    )}
    ${keyList(
      "Colours",
      COLOURS.map(([status, text]) => [statusBadge(status), text]),
    )}
  </div>`;
  showDialog("Keys and colours", () => content);
}

/** @param {string} title @param {[any, string][]} rows */
function keyList(title, rows) {
  return html`<section>
    <h3>${title}</h3>
    <dl class="keys">
      ${rows.map(
        ([name, text]) =>
          html`<dt>${name}</dt>
            <dd>${text}</dd>`,
      )}
    </dl>
  </section>`;
}

/** @type {Record<string, number>} */
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

/** `<deck-row-keys rows="SELECTOR">`: `j`, `k` and the arrows move the focus between its rows. */
class DeckRowKeys extends HTMLElement {
  connectedCallback() {
    document.addEventListener("keydown", this.step);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.step);
  }

  /** The arrows scroll the page until a row has the focus. @param {KeyboardEvent} event */
  step = (event) => {
    if (isTaken(event) || !Object.hasOwn(STEPS, event.key)) return;
    const selector = this.getAttribute("rows") ?? "";
    const rows = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(selector)]);
    const focused = rows.findIndex((row) => row === document.activeElement);
    if (focused < 0 && event.key.startsWith("Arrow")) return;
    const next = focused < 0 ? 0 : focused + STEPS[event.key];
    rows[next]?.focus();
    event.preventDefault();
  };
}

customElements.define("deck-row-keys", DeckRowKeys);
