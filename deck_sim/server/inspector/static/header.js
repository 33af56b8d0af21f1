// @ts-check
/** The bar at the top: which world, what time it is there, and whether the page is live. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { advanceButtons, clockView } from "./clock.js";
import { LOGO, icon } from "./icons.js";
import { writePreference } from "./preferences.js";
import { withCode } from "./widgets.js";

/** @typedef {import("./app.js").Context} Context */

const THEMES = ["auto", "light", "dark"];

/** @param {Context} ctx */
export function header(ctx) {
  const { world } = ctx.model;
  return html`<header class="bar">
      <div class="bar-name">
        ${LOGO}
        <h1 class="bar-title">deck-sim</h1>
      </div>
      ${
        world
          ? html`<button
              type="button"
              class="world-chip"
              title="Choose another world"
              ?disabled=${ctx.readOnly}
              @click=${() => ctx.set({ key: null, world: null, selected: null, tab: "timeline" })}
            >
              <span class="mono">${world.key}</span
              ><span class="world-edition">${world.edition}</span>
            </button>`
          : nothing
      }
      ${clockView(ctx)} ${advanceButtons(ctx)}
      <span class="bar-space"></span>
      ${liveView(ctx)} ${themeButton(ctx)}
      <button
        type="button"
        class="icon-button"
        aria-label="Help: keys and colours"
        title="Help (?)"
        @click=${() => ctx.set({ menu: "help" })}
      >
        ${icon("help")}
      </button>
      ${ctx.busy ? html`<div class="busy"></div>` : nothing}
    </header>
    ${notice(ctx)}`;
}

/** @param {Context} ctx */
function liveView({ connection, readOnly }) {
  const text = readOnly ? "recording" : connection.state === "live" ? "live" : connection.state;
  return html`<span class="live live-${readOnly ? "recording" : connection.state}" role="status"
    ><span class="live-dot" aria-hidden="true"></span><span class="live-text">${text}</span></span
  >`;
}

/** What to do while there is no connection, or none is possible. @param {Context} ctx */
function notice(ctx) {
  const { state, text } = ctx.connection;
  if (state === "refused")
    return html`<div class="notice tone-bad" role="alert">
      ${icon("warning")}<span
        ><strong>The server refuses this key.</strong> ${withCode(text ?? "")}</span
      >
      <button type="button" class="button" @click=${() => ctx.set({ key: null, world: null })}>
        Choose a world
      </button>
    </div>`;
  if (state !== "reconnecting") return nothing;
  return html`<div class="notice tone-person" role="alert">
    ${icon("warning")}<span
      ><strong>The server is gone.</strong> Start it again on the same port; the page goes on by
      itself. What you see is as it was.</span
    >
    <button type="button" class="button" @click=${ctx.reconnect}>Try now</button>
  </div>`;
}

/** @param {Context} ctx */
function themeButton(ctx) {
  const theme = document.documentElement.dataset.themeChoice ?? "auto";
  const change = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    writePreference("theme", next === "auto" ? null : next);
    dispatchEvent(new Event("deck-theme-choice")); // see theme.js
    ctx.refresh();
  };
  const shown = { auto: "auto", light: "sun", dark: "moon" }[theme] ?? "auto";
  return html`<button
    type="button"
    class="icon-button"
    aria-label="Theme: ${theme}"
    title="Theme: ${theme}"
    @click=${change}
  >
    ${icon(shown)}
  </button>`;
}
