// @ts-check
/** The top of the page: the world, its time, the connection, and the subject of a report. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { readFragment } from "./fragment.js";
import { showHelp } from "./keyboard.js";
import { LOGO, button, codeBlock, icon, when, withCode } from "./parts/widgets.js";
import { advanceButtons, clockView } from "./views/clock.js";
import { pastBar } from "./views/past.js";

/** @typedef {import("./app.js").Context} Context */

/** @type {Record<string, string>} */
const LIVE_TONES = { live: "good", silent: "bad", refused: "bad" };
const THEMES = ["auto", "light", "dark"];

/** @param {Context} ctx */
export function header(ctx) {
  const { world } = ctx.model;
  return html`<header class="row strip bar">
      <div class="row">
        ${LOGO}
        <h1 class="bar-title">deck-sim</h1>
      </div>
      ${when(
        world,
        button(
          html`<span class="mono cut">${world?.key}</span
            ><small class="button-note">${world?.edition}</small>`,
          () => ctx.set(readFragment("")),
          {
            kind: "button world-chip",
            title: `${world?.key}: choose another world`,
            disabled: ctx.readOnly,
          },
        ),
      )}
      ${clockView(ctx)} ${advanceButtons(ctx)}
      <span class="grow"></span>
      ${liveView(ctx)} ${themeButton(ctx)}
      ${button(icon("help"), showHelp, {
        kind: "icon-button",
        label: "Help: keys",
        title: "Help (?)",
      })}
    </header>
    ${notice(ctx)} ${pastBar(ctx)}`;
}

/** @param {Context} ctx */
function liveView({ connection: { state } }) {
  const text = state === "silent" ? "not answering" : state;
  return html`<span class="row live live-${state} tone-${LIVE_TONES[state] ?? "over"}" role="status"
    ><span class="dot" aria-hidden="true"></span><small class="live-text">${text}</small></span
  >`;
}

/** Messages if nothing new comes: the tone, what happened, and what to do.
 * @type {Record<string, [string, string, string]>} */
const NOTICES = {
  refused: ["bad", "The server refuses this key.", ""],
  silent: [
    "person",
    "The server has not answered since",
    "Start it again on the same port, or let it go on if it is stopped. Until then this page shows the last known state.",
  ],
  deleted: ["person", "This world was deleted.", "The next call with its key makes a new one."],
};

/** @param {Context} ctx */
function notice(ctx) {
  const { state, text, since } = ctx.connection;
  if (!(state in NOTICES)) return nothing;
  const [tone, what, then] = NOTICES[state];
  const time = state === "silent" ? ` ${new Date(since).toLocaleTimeString("en-GB")}.` : "";
  return html`<div class="notice tone-${tone}" role="alert">
    ${icon("warning")}<span class="grow"
      ><strong>${what}${time}</strong> ${withCode(text ?? then)}</span
    >
    ${when(
      state !== "silent",
      button("Choose a world", () => ctx.set(readFragment(""))),
    )}
  </div>`;
}

/** @param {Context} ctx */
function themeButton(ctx) {
  const theme = document.documentElement.dataset.theme ?? "auto";
  const change = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    dispatchEvent(new CustomEvent("deck-theme", { detail: next })); // see look/theme.js
    ctx.refresh();
  };
  const label = `Theme: ${theme}`;
  return button(icon(theme), change, { kind: "icon-button", label, title: label });
}

/** The subject of a report: the name of a test or scenario, and its text.
 * @param {import("./api.js").Recording} recording */
export function recordingTitle({ title, text }) {
  if (!title && !text) return nothing;
  const lines = text.trim().split("\n");
  // The first line of the error: pytest begins it with an `E`.
  const error = lines.find((line) => /^E\s/.test(line))?.replace(/^E\s+/, "");
  const line = html`<strong class="recording-name">${title}</strong>
    <span class="muted">${error ?? lines[0]}</span>`;
  if (lines.length < 2) return html`<p class="strip recording">${line}</p>`;
  return html`<details class="strip recording">
    <summary>${line}</summary>
    ${codeBlock(text)}
  </details>`;
}
