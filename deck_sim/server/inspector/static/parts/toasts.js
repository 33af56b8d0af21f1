// @ts-check
/** What an action did, over the page for a moment, or why it was refused, below the page. */

import { html } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { closeButton, icon, withCode } from "./widgets.js";

const SHOWN_FOR = 4_000; // ms; an error stays until it is closed

/** @typedef {{id: number, ok: boolean, text: string}} Toast */

export class Toasts {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    /** @type {Toast[]} */
    this.toasts = [];
    this.count = 0;
  }

  /** @param {string} text @param {boolean} [ok] */
  add(text, ok = true) {
    const toast = { id: ++this.count, ok, text };
    // A success takes the place of the one before; errors stay below each other.
    this.toasts = [...this.toasts.filter(({ ok }) => !ok).slice(-2), toast];
    if (ok) setTimeout(() => this.close(toast.id), SHOWN_FOR);
    this.changed();
  }

  /** @param {number} id */
  close(id) {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
    this.changed();
  }

  view() {
    return html`<div class="toasts" role="status" aria-live="polite">
      ${repeat(
        this.toasts,
        ({ id }) => id,
        ({ id, ok, text }) =>
          html`<div class="toast tone-${ok ? "good" : "bad"}">
            ${icon(ok ? "check" : "warning")}<span class="grow">${withCode(text)}</span>
            ${closeButton("Close", () => this.close(id))}
          </div>`,
      )}
    </div>`;
  }
}
