// @ts-check
/** The dialog that makes a scenario of a run. */

import { html, nothing, render } from "../vendor/lit-html/lit-html.js";
import { controlPath } from "../actions.js";
import { copyButton } from "../widgets.js";

/**
 * Show YAML that plays a run again, to copy it or to save it into this world.
 * @param {import("../app.js").Context} ctx
 * @param {{id: string, kind: string, status: string}} run
 */
export async function openRecorded(ctx, run) {
  /** @type {{name: string, yaml: string}} */
  let recorded;
  try {
    recorded = await ctx.api.get(`${controlPath(run)}/scenario`);
  } catch (/** @type {any} */ error) {
    return ctx.toast(error.message, false);
  }
  const dialog = document.createElement("dialog");
  dialog.className = "recorded";
  dialog.setAttribute("aria-labelledby", "recorded-title");
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  let text = recorded.yaml;
  /** @param {string|null} problem */
  const draw = (problem) => render(view(problem), dialog);
  const nameOf = () => /^name:\s*["']?([a-z0-9_]+)/m.exec(text)?.[1] ?? recorded.name;
  const save = async () => {
    try {
      await ctx.api.put(`/_sim/scenarios/${encodeURIComponent(nameOf())}`, text);
    } catch (/** @type {any} */ error) {
      return draw(error.message);
    }
    ctx.toast(`The scenario ${nameOf()} is saved in this world`);
    dialog.close();
    ctx.select({ type: "scenario", id: nameOf() });
  };
  const edit = (/** @type {any} */ event) => (text = event.target.value);
  const view = (/** @type {string|null} */ problem) => html`
    <h2 id="recorded-title">A scenario from this run</h2>
    <p class="muted">
      It plays the run again. Change what you like; save it in this world, or copy it into a file of
      your scenarios folder.
    </p>
    <textarea
      class="mono"
      spellcheck="false"
      rows="20"
      aria-label="YAML of the scenario"
      .value=${text}
      @input=${edit}
    ></textarea>
    ${problem ? html`<p class="callout callout-bad" role="alert">${problem}</p>` : nothing}
    <div class="recorded-end">
      <button type="button" class="button" @click=${() => dialog.close()}>Close</button>
      ${copyButton(() => text, "Copy")}
      <button type="button" class="button button-primary" @click=${save}>Save in this world</button>
    </div>
  `;
  draw(null);
  dialog.showModal();
}
