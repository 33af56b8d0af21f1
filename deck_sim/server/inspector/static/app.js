// @ts-check
/** The page: its tabs and details, and the frame around them. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { readRecording } from "./api.js";
import { header, recordingTitle } from "./header.js";
import { Inspector } from "./inspector.js";
import { listenToKeys } from "./keyboard.js";
import { button, statusBadge, when } from "./parts/widgets.js";
import "./timeline/timeline.js";
import { callDetails } from "./views/call.js";
import { controlsView } from "./views/controls.js";
import { deliveryDetails, eventDetails } from "./views/delivery.js";
import { detailsPanel } from "./views/details.js";
import { findingsStrip, journalView } from "./views/journal.js";
import { entryDetails, resourceDetails } from "./views/resource.js";
import { scenarioDetails, scenariosView } from "./views/scenarios.js";
import { waitingStrip } from "./views/waiting.js";
import { webhooksView } from "./views/webhooks.js";
import { firstCall, worldsPage } from "./views/worlds.js";

/**
 * @typedef {import("./inspector.js").Context} Context
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} title
 * @property {(ctx: Context) => any} view
 * @property {(model: import("./model.js").Model) => number} [count] shown beside the title
 * @property {(model: import("./model.js").Model) => number} [failed] shown in red
 * @property {boolean} [needsServer]
 */

/** @type {Tab[]} */
const TABS = [
  { id: "timeline", title: "Timeline", view: timelineView, count: (model) => model.lanes.size },
  { id: "journal", title: "Calls", view: journalView, count: callCount },
  {
    id: "webhooks",
    title: "Webhooks",
    view: webhooksView,
    count: (model) => model.deliveries.size,
    failed: (model) => model.failedDeliveries,
  },
  { id: "scenarios", title: "Scenarios", view: scenariosView, needsServer: true },
  { id: "controls", title: "Controls", view: controlsView, needsServer: true },
];

/** @type {Record<import("./model.js").Ref["type"], (ctx: Context, ref: import("./model.js").Ref) => any>} */
const DETAILS = {
  resource: resourceDetails,
  call: callDetails,
  event: eventDetails,
  delivery: deliveryDetails,
  entry: entryDetails,
  scenario: scenarioDetails,
};

/** @param {import("./model.js").Model} model */
function callCount({ calls, callsDropped }) {
  return calls.length + callsDropped;
}

/** What is wrong and what waits, above the timeline. @param {Context} ctx */
function timelineView(ctx) {
  const { model } = ctx;
  const isEmpty = model.ready && model.lanes.size === 0;
  const findings = model.calls.length ? findingsStrip(ctx, true) : nothing;
  if (isEmpty && !model.next?.kept_back && !ctx.readOnly) return html`${findings}${firstCall(ctx)}`;
  return html`<div class="fill">
    ${ctx.readOnly ? findingsStrip(ctx) : findings} ${waitingStrip(ctx)}
    <deck-timeline .ctx=${ctx}></deck-timeline>
  </div>`;
}

/** @param {Inspector} inspector @param {Context} ctx */
function page(inspector, ctx) {
  if (!inspector.hasWorld) return html`${worldsPage(ctx)}${inspector.toasts.view()}`;
  if (ctx.connection.state === "refused") return header(ctx);
  return html`<a class="skip-link button button-primary" href="#main" @click=${skip}
      >Skip to the content</a
    >
    ${header(ctx)} ${inspector.recording ? recordingTitle(inspector.recording) : nothing}
    ${tabRow(ctx)}
    <div class="body">
      <main id="main" class="main" tabindex="-1">${activeTab(ctx).view(ctx)}</main>
      ${ctx.ui.selected ? detailsPanel(ctx, DETAILS[ctx.ui.selected.type]) : nothing}
    </div>
    ${inspector.toasts.view()}`;
}

/** A link to `#main` would replace the fragment that names the world. @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

/** @param {Context} ctx */
function activeTab(ctx) {
  return tabs(ctx).find((tab) => tab.id === ctx.ui.tab) ?? TABS[0];
}

/** A recording has no tab that needs a server. @param {Context} ctx */
function tabs(ctx) {
  return ctx.readOnly ? TABS.filter((tab) => !tab.needsServer) : TABS;
}

/** @param {Context} ctx */
function tabRow(ctx) {
  const active = activeTab(ctx);
  return html`<nav class="tabs" aria-label="Views">
    ${tabs(ctx).map((tab) => {
      const count = tab.count?.(ctx.model).toLocaleString("en");
      const failed = tab.failed?.(ctx.model);
      const counts = html`${when(count, html`<span class="count">${count}</span>`)}
      ${when(failed, statusBadge(`${failed} failed`, "bad"))}`;
      return button(html`${tab.title}${counts}`, () => ctx.go(tab.id), {
        kind: "tab",
        current: tab === active && "page",
      });
    })}
  </nav>`;
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const inspector = new Inspector(root, page, readRecording()).start();
listenToKeys(
  inspector,
  TABS.map((tab) => tab.id),
);
