// @ts-check
/** The world at another moment: the bar that says which, and the steps to the moments beside it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { clockText, distanceText } from "../parts/format.js";
import { button, icon } from "../parts/widgets.js";

/** @typedef {import("../app.js").Context} Context */

/** Show the moment before or after at which something happened.
 * @param {Context} ctx @param {1|-1} by */
export function stepMoment(ctx, by) {
  const { present, model } = ctx;
  const moments = present.records.map(({ time = 0 }) => time).filter((time) => time > 0);
  const isBeyond = (/** @type {number} */ time) => (time - model.now()) * by > 0;
  const beyond = moments.filter(isBeyond);
  if (beyond.length) showMoment(ctx, by > 0 ? Math.min(...beyond) : Math.max(...beyond));
}

/** @param {Context} ctx @param {number} time */
export function showMoment(ctx, time) {
  ctx.set({ at: time < ctx.present.now() ? Math.round(time) : null });
}

/** @param {Context} ctx */
export function pastBar(ctx) {
  const { isPast, model, present } = ctx;
  if (!isPast) return nothing;
  const [now, then] = [present.now(), model.now()];
  const step = (/** @type {string} */ label, /** @type {1|-1} */ by, /** @type {string} */ key) =>
    button(label, () => stepMoment(ctx, by), { kind: "button button-small", title: key });
  return html`<div class="row notice past-bar tone-working">
    ${icon("past")}<span class="grow" role="status"
      ><strong>The world as it was at <span class="mono">${clockText(then)}</span></strong
      >, ${distanceText(then, now)}</span
    >
    ${step("Earlier", -1, "The last change before (,)")} ${step("Later", 1, "The next change (.)")}
    ${button("Back to now", () => ctx.set({ at: null }), {
      kind: "button button-small button-primary",
      title: "Esc",
    })}
  </div>`;
}
