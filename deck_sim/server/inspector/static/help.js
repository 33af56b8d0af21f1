// @ts-check
/** The dialog that lists the keys and what the colours mean. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { ref } from "./vendor/lit-html/directives/ref.js";
import { KEYS } from "./keyboard.js";
import { closeButton, statusBadge } from "./widgets.js";

/** @type {[string, string][]} */
const COLOURS = [
  ["queued", "waits for its turn"],
  ["running", "works"],
  ["interaction_required", "waits for a person: an answer or an approval"],
  ["completed", "went well"],
  ["failed", "failed"],
  ["canceled", "is over without a result"],
];

/** @param {Element|undefined} element */
function show(element) {
  const dialog = /** @type {HTMLDialogElement|undefined} */ (element);
  // It is not in the document yet.
  queueMicrotask(() => dialog?.isConnected && !dialog.open && dialog.showModal());
}

/** @param {import("./app.js").Context} ctx */
export function helpDialog(ctx) {
  if (ctx.ui.menu !== "help") return nothing;
  return html`<dialog
    class="dialog"
    aria-labelledby="help-title"
    ${ref(show)}
    @close=${() => ctx.set({ menu: null })}
    @click=${(/** @type {Event} */ event) => event.target === event.currentTarget && ctx.set({ menu: null })}
  >
    <div class="dialog-content">
      <header class="dialog-head">
        <h2 id="help-title">Keys and colours</h2>
        ${closeButton("Close", () => ctx.set({ menu: null }))}
      </header>
      <div class="help-columns">
        ${KEYS.map(
          ([title, rows]) =>
            html`<section>
              <h3>${title}</h3>
              <dl class="keys">
                ${rows.map(
                  ([keys, text]) =>
                    html`<dt>${keys.split("  ").map((key) => html`<kbd>${key}</kbd>`)}</dt>
                      <dd>${text}</dd>`,
                )}
              </dl>
            </section>`,
        )}
        <section>
          <h3>Colours</h3>
          <dl class="keys">
            ${COLOURS.map(
              ([status, text]) =>
                html`<dt>${statusBadge(status)}</dt>
                  <dd>${text}</dd>`,
            )}
          </dl>
        </section>
      </div>
    </div>
  </dialog>`;
}
