// @ts-check
/** The page: which tabs and details there are, and the frame around them. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { detailsPanel } from "./panel.js";
import { header } from "./header.js";
import { helpDialog } from "./help.js";
import { Inspector } from "./inspector.js";
import { listenToKeys } from "./keyboard.js";
import { lazy, loadAll } from "./lazy.js";
import { readRecording, recordingTitle } from "./recording.js";
import { timelineTab } from "./story.js";
import { worldsPage } from "./worlds.js";

/**
 * @typedef {import("./inspector.js").Context} Context
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} title
 * @property {(ctx: Context) => number|null} count shown beside the title
 * @property {(ctx: Context) => any} view
 * @property {boolean} [needsServer]
 */

/** @type {Tab[]} */
export const TABS = [
  { id: "timeline", title: "Timeline", count: (ctx) => ctx.model.lanes.size, view: timelineTab },
  {
    id: "journal",
    title: "Calls",
    count: ({ model }) => model.calls.length + model.callsDropped,
    view: lazy(async () => (await import("./journal.js")).journalView),
  },
  {
    id: "webhooks",
    title: "Webhooks",
    count: (ctx) => ctx.model.deliveries.size,
    view: lazy(async () => (await import("./webhooks.js")).webhooksView),
  },
  {
    id: "scenarios",
    title: "Scenarios",
    count: () => null,
    view: lazy(async () => (await import("./scenarios.js")).scenariosView),
    needsServer: true,
  },
  {
    id: "controls",
    title: "Controls",
    count: () => null,
    view: lazy(async () => (await import("./controls.js")).controlsView),
    needsServer: true,
  },
];

/** @type {Record<import("./model.js").Ref["type"], (ctx: Context, ref: import("./model.js").Ref) => any>} */
const DETAILS = {
  resource: lazy(async () => (await import("./details/details.js")).resourceDetails),
  call: lazy(async () => (await import("./details/details.js")).callDetails),
  event: lazy(async () => (await import("./details/details.js")).eventDetails),
  delivery: lazy(async () => (await import("./details/details.js")).deliveryDetails),
  entry: lazy(async () => (await import("./details/details.js")).entryDetails),
  scenario: lazy(async () => (await import("./scenarios.js")).scenarioDetails),
};

/** @param {Inspector} inspector @param {Context} ctx */
function page(inspector, ctx) {
  if (!inspector.hasWorld) return html`${worldsPage(ctx)}${inspector.toasts.view()}`;
  if (ctx.connection.state === "refused") return header(ctx);
  return html`<a class="skip-link" href="#main" @click=${skip}>Skip to the content</a>
    ${header(ctx)} ${inspector.recording ? recordingTitle(inspector.recording) : nothing}
    ${tabRow(ctx)}
    <div class="body ${ctx.ui.selected ? "has-details" : ""}">
      <main id="main" class="main" tabindex="-1">${activeTab(ctx).view(ctx)}</main>
      ${ctx.ui.selected ? detailsPanel(ctx, DETAILS[ctx.ui.selected.type]) : nothing}
    </div>
    ${helpDialog(ctx)} ${inspector.toasts.view()}`;
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
      const count = tab.count(ctx);
      return html`<button
        type="button"
        class="tab"
        aria-current=${tab === active ? "page" : "false"}
        @click=${() => ctx.go(tab.id)}
      >
        ${tab.title}${
          count === null
            ? nothing
            : html`<span class="tab-count">${count.toLocaleString("en")}</span>`
        }
      </button>`;
    })}
  </nav>`;
}

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
const inspector = new Inspector(root, page, readRecording()).start();
listenToKeys(inspector, TABS);
loadAll();
