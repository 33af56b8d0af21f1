// @ts-check
/** The tab that changes what happens next. */

import { html } from "./vendor/lit-html/lit-html.js";
import { faultsCard } from "./controls/faults.js";
import { holdsCard } from "./controls/holds.js";
import { selectionCard } from "./controls/selection.js";
import { settingsCard } from "./controls/settings.js";
import { worldCard } from "./controls/world.js";
import { emptyState } from "./widgets.js";

/** @param {import("./app.js").Context} ctx */
export function controlsView(ctx) {
  if (ctx.readOnly)
    return emptyState("A recording", "Nothing can be changed here; it shows what has happened.");
  return html`<div class="controls">
    <div class="controls-column">${selectionCard(ctx)}${worldCard(ctx)}</div>
    <div class="controls-column">${faultsCard(ctx)}${holdsCard(ctx)}</div>
    <div class="controls-column">${settingsCard(ctx)}</div>
  </div>`;
}
