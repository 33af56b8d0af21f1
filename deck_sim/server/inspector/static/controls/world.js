// @ts-check
/** The world as a whole: its timeline as a text or file, snapshots, reset. */

import { html, render } from "../vendor/lit-html/lit-html.js";
import { countText } from "../format.js";
import { optionList, readForm } from "../forms.js";
import { addDialog, copyButton } from "../widgets.js";
import { change, controlCard, field } from "./shared.js";

/** @typedef {import("../app.js").Context} Context */

/** The id of the snapshot that was taken last. */
let snapshot = "";

/** @param {string} name @param {string} text @param {string} type */
function download(name, text, type) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1_000);
}

/** @param {Context} ctx @param {string} end */
function fileName(ctx, end) {
  return `deck-sim-${new Date(ctx.model.now()).toISOString().slice(0, 19).replaceAll(":", "")}${end}`;
}

/** @param {Context} ctx @returns {Promise<any[]>} */
async function readTimeline(ctx) {
  return (await ctx.api.get("/_sim/timeline")).data;
}

/** @param {Context} ctx */
async function timelineText(ctx) {
  const rows = (await readTimeline(ctx)).map(({ at, kind, id, what }) => [at, kind, id, what]);
  const widths = [0, 1, 2].map((column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column].length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** @param {Context} ctx */
async function timelineJson(ctx) {
  return JSON.stringify(await readTimeline(ctx), null, 2);
}

/** @param {Context} ctx */
export function worldCard(ctx) {
  const save = async (/** @type {() => Promise<string>} */ read, /** @type {string} */ end) => {
    const text = await ctx.act(`Saved ${end.slice(1)}`, read());
    if (text)
      download(fileName(ctx, end), text, end.endsWith("json") ? "application/json" : "text/plain");
  };
  return controlCard(
    "World",
    "Take it with you, put it back, or begin again.",
    html`<h3>Timeline</h3>
      <div class="control-buttons">
        ${copyButton(() => timelineText(ctx), "Copy text")}
        ${copyButton(() => timelineJson(ctx), "Copy JSON")}
        <button
          type="button"
          class="button button-small"
          @click=${() => save(() => timelineText(ctx), ".txt")}
        >
          Download text
        </button>
        <button
          type="button"
          class="button button-small"
          @click=${() => save(() => timelineJson(ctx), ".timeline.json")}
        >
          Download JSON
        </button>
      </div>
      <h3>Snapshot</h3>
      <p class="muted">A copy of this world, which the server keeps while it runs.</p>
      <div class="control-buttons">
        <button type="button" class="button" @click=${() => takeSnapshot(ctx)}>Take</button>
        <button
          type="button"
          class="button"
          ?disabled=${!snapshot}
          @click=${() =>
            change(
              ctx,
              "The snapshot is restored",
              ctx.api.post(`/_sim/snapshots/${snapshot}/restore`, {}),
            )}
        >
          Restore
        </button>
      </div>
      <h3>Reset</h3>
      <p class="muted">
        Removes every resource, call, event and scenario of this world. Ids start again.
      </p>
      <div class="control-buttons">
        <button type="button" class="button button-danger" @click=${() => askReset(ctx)}>
          Reset the world…
        </button>
      </div>`,
  );
}

/** @param {Context} ctx */
async function takeSnapshot(ctx) {
  const take = async () => {
    snapshot = (await ctx.api.post("/_sim/snapshots", {})).id;
  };
  await change(ctx, "A snapshot is taken", take());
}

/** Ask before everything is removed. @param {Context} ctx */
function askReset(ctx) {
  const dialog = addDialog("dialog dialog-small", "reset-title");
  render(resetForm(ctx, dialog), dialog);
  dialog.showModal();
}

/** @param {Context} ctx @param {HTMLDialogElement} dialog */
function resetForm(ctx, dialog) {
  const { model } = ctx;
  const calls = model.calls.length + model.callsDropped;
  /** @param {SubmitEvent} event */
  const reset = async (event) => {
    const { edition } = readForm(event);
    const done = await change(ctx, "The world is empty", ctx.api.post("/_sim/reset", { edition }));
    dialog.close();
    if (done) ctx.set({ selected: null });
  };
  return html`<form class="dialog-content control-form" @submit=${reset}>
    <h2 id="reset-title">Reset the world?</h2>
    <p>
      ${countText(model.lanes.size, "run or login", "runs and logins")} and
      ${countText(calls, "call")} are removed. A snapshot keeps them.
    </p>
    ${field(
      "edition",
      html`<select name="edition">
        ${optionList(["connections", "credentials"], model.world?.edition)}
      </select>`,
    )}
    <div class="control-end">
      <button type="button" class="button" @click=${() => dialog.close()}>Keep it</button>
      <button class="button button-danger">Reset</button>
    </div>
  </form>`;
}
