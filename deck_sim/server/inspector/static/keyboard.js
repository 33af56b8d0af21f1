// @ts-check
/** The keys of the page. Those of a tab (`j`, `k`, `f`, …) are handled where the tab is drawn. */

import { advanceToNext, advanceUntilIdle } from "./clock.js";
import { openFirstPrompt } from "./waiting.js";

/** What the help dialog lists. @type {[string, [string, string][]][]} */
export const KEYS = [
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
      ["←  →", "previous and next moment of the row"],
      ["⇧ ←  ⇧ →", "pan"],
      ["z", "zoom to the row"],
      ["f", "fit everything"],
      ["l", "follow what happens"],
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
 * @param {import("./app.js").Tab[]} tabs
 */
export function listenToKeys(inspector, tabs) {
  /** @type {Record<string, (ctx: import("./app.js").Context) => void>} */
  const actions = {
    "?": (ctx) => ctx.set({ menu: "help" }),
    "/": () => focusSearch(),
    n: (ctx) => void advanceToNext(ctx),
    i: (ctx) => void advanceUntilIdle(ctx),
    a: openFirstPrompt,
    Escape: close,
  };
  for (const [index, tab] of tabs.entries()) actions[`${index + 1}`] = (ctx) => ctx.go(tab.id);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) return close(inspector.context());
    if (isTaken(event) || !inspector.hasWorld || inspector.ui.menu === "help") return;
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
