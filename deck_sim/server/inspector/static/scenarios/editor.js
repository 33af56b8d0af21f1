// @ts-check
/** The dialog in which a scenario is written, and saved into the world. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { addDialog, copyButton } from "../widgets.js";
import { forgetScenarios } from "./library.js";

export const NEW_SCENARIO = `version: 1
name: my_scenario
summary: The source asks for a code, and the right one lets the run finish.
tags: [own]

task_run:
  - queued: 2s
  - running: 8s
  - interaction_required:
      type: mfa
      accept: {code: "123456"}
  - running: 3s
  - completed
`;

/**
 * @param {import("../app.js").Context} ctx
 * @param {{title: string, hint: string, text: string}} scenario
 */
export function openEditor(ctx, { title, hint, text }) {
  const dialog = addDialog("editor", "editor-title");
  const save = async () => {
    const name = /^name:\s*["']?([a-z0-9_]+)/m.exec(text)?.[1] ?? "unnamed";
    try {
      await ctx.api.put(`/_sim/scenarios/${name}`, text);
    } catch (/** @type {any} */ error) {
      return draw(error.message);
    }
    forgetScenarios();
    ctx.toast(`The scenario ${name} is saved in this world`);
    dialog.close();
    ctx.select({ type: "scenario", id: name });
  };
  const edit = (/** @type {any} */ event) => (text = event.target.value);
  const view = (/** @type {string} */ problem) => html`
    <h2 id="editor-title">${title}</h2>
    <p class="muted">${hint}</p>
    <textarea
      class="mono"
      spellcheck="false"
      rows="20"
      aria-label="YAML of the scenario"
      .value=${text}
      @input=${edit}
    ></textarea>
    ${problem ? html`<p class="callout tone-bad" role="alert">${problem}</p>` : nothing}
    <div class="editor-end">
      <button type="button" class="button" @click=${() => dialog.close()}>Close</button>
      ${copyButton(() => text, "Copy")}
      <button type="button" class="button button-primary" @click=${save}>Save in this world</button>
    </div>
  `;
  const draw = (/** @type {string} */ problem) => render(view(problem), dialog);
  draw("");
  dialog.showModal();
}
