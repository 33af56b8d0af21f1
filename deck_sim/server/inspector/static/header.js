// @ts-check
/** The top of the page: which world, what time it is there, whether it is live, what a report is about. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { advanceButtons, clockView } from "./clock.js";
import { showHelp } from "./keyboard.js";
import { LOGO, icon, withCode } from "./widgets.js";

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
        @click=${showHelp}
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
    dispatchEvent(new CustomEvent("deck-theme-choice", { detail: next })); // see theme.js
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

/** What the page is about: the name of a test or scenario, and the text that goes with it.
 * @param {import("./api.js").Recording} recording */
export function recordingTitle({ title, text }) {
  if (!title && !text) return nothing;
  const [first, isLong] = summarize(text);
  const line = html`<span class="recording-name">${title}</span>
    <span class="recording-line">${first}</span>`;
  if (!isLong) return html`<p class="recording">${line}</p>`;
  return html`<details class="recording">
    <summary>${line}</summary>
    <pre class="recording-text" tabindex="0">${text}</pre>
  </details>`;
}

/** The line that says most, and whether there is more. pytest begins errors with an `E`.
 * @param {string} text @returns {[string, boolean]} */
function summarize(text) {
  const lines = text.trim().split("\n");
  const error = lines.find((line) => /^E\s/.test(line))?.replace(/^E\s+/, "");
  return [error ?? lines[0], lines.length > 1];
}
