// @ts-check
/** `<deck-row-keys rows="SELECTOR">`: `j`, `k` and the arrows move the focus between its rows. */

import { isTaken } from "./keyboard.js";

/** @type {Record<string, number>} */
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

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
