// @ts-check
/** The tab with the timeline: what waits, above what happened. */

import { html } from "./vendor/lit-html/lit-html.js";
import "./timeline/timeline.js";
import { firstCall } from "./welcome.js";
import { waitingStrip } from "./waiting.js";

/** @param {import("./app.js").Context} ctx */
export function timelineTab(ctx) {
  const { model } = ctx;
  const isEmpty = model.ready && model.lanes.size === 0;
  if (isEmpty && !model.next?.kept_back) return firstCall(ctx);
  return html`<div class="story">
    ${waitingStrip(ctx)}
    <deck-timeline .ctx=${ctx}></deck-timeline>
  </div>`;
}
