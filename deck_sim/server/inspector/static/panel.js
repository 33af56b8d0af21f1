// @ts-check
/** The frame of the details: beside the tab on a wide page, a sheet over it on a narrow one. */

import { html } from "./vendor/lit-html/lit-html.js";
import { icon } from "./icons.js";
import { readPreference, writePreference } from "./preferences.js";
import { variables } from "./widgets.js";

const NARROWEST = 320;

let width = Number(readPreference("details-width")) || 420;

/**
 * @param {import("./app.js").Context} ctx
 * @param {(ctx: import("./app.js").Context, ref: import("./model.js").Ref) => any} view
 */
export function detailsPanel(ctx, view) {
  const ref = /** @type {import("./model.js").Ref} */ (ctx.ui.selected);
  /** @param {number} to */
  const resize = (to) => {
    width = Math.round(Math.min(Math.max(to, NARROWEST), innerWidth * 0.7));
    writePreference("details-width", `${width}`);
    ctx.refresh();
  };
  /** @param {PointerEvent} event */
  const drag = (event) => {
    if (event.buttons === 1) resize(innerWidth - event.clientX);
  };
  /** @param {KeyboardEvent} event */
  const step = (event) => {
    if (event.key === "ArrowLeft") resize(width + 20);
    else if (event.key === "ArrowRight") resize(width - 20);
  };
  return html`<aside
    class="details"
    aria-label="Details"
    ${variables({ "--details-width": `${width}px` })}
  >
    <div
      class="resizer"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the details"
      aria-valuenow=${width}
      aria-valuemin=${NARROWEST}
      tabindex="0"
      @pointerdown=${(/** @type {any} */ event) => event.target.setPointerCapture(event.pointerId)}
      @pointermove=${drag}
      @keydown=${step}
    ></div>
    <button
      type="button"
      class="icon-button details-close"
      aria-label="Close the details"
      title="Close (Esc)"
      @click=${() => ctx.select(null)}
    >
      ${icon("close")}
    </button>
    <div class="details-content" tabindex="-1">${view(ctx, ref)}</div>
  </aside>`;
}
