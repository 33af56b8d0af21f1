// @ts-check
/** The keys of the page, and the dialog that lists all keys. `timeline.js` handles its own. */

import { html } from "./vendor/lit-html/lit-html.js";
import { showDialog } from "./parts/widgets.js";
import { advanceToNext, advanceUntilIdle } from "./views/clock.js";
import { stepMoment } from "./views/past.js";
import { closeAnswer, openFirstPrompt } from "./views/waiting.js";

/** @type {[string, string][]} */
const KEYS = [
  ["?", "show this help"],
  ["1 – 5", "go to a tab"],
  ["/", "search"],
  ["a", "answer the first open prompt"],
  ["n", "advance to what is due next"],
  ["i", "advance until idle"],
  [",  .", "the change before and after: the world as it was then"],
  ["Esc", "close what is open, come back to now"],
  ["j  k  ↓  ↑", "next and previous row of the timeline"],
  ["Enter", "open the details of a row"],
  ["←  →", "previous and next mark of a row of the timeline"],
  ["+  −  f", "zoom the timeline, fit everything"],
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
  /** @type {Record<string, (ctx: import("./app.js").Context) => unknown>} */
  const actions = {
    "?": showHelp,
    "/": focusSearch,
    n: advanceToNext,
    i: advanceUntilIdle,
    a: openFirstPrompt,
    ",": (ctx) => stepMoment(ctx, -1),
    ".": (ctx) => stepMoment(ctx, 1),
  };
  for (const [index, tab] of tabs.entries()) actions[`${index + 1}`] = (ctx) => ctx.go(tab);
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
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
  else if (closeAnswer(ctx)) return;
  else ctx.set(ctx.ui.selected ? { selected: null } : { at: null });
}

function focusSearch() {
  /** @type {HTMLInputElement|null} */ (document.querySelector("input[type=search]"))?.select();
}

/** The dialog that lists the keys. */
export function showHelp() {
  const rows = KEYS.map(([names, text]) => {
    const keys = names.split("  ").map((name) => html`<kbd>${name}</kbd>`);
    return html`<dt>${keys}</dt>
      <dd>${text}</dd>`;
  });
  showDialog("Keys", html`<dl class="facts">${rows}</dl>`);
}
