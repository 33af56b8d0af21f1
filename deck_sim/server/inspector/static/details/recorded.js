// @ts-check
/** Makes a scenario of a run. */

import { controlPath } from "../actions.js";
import { openEditor } from "../scenarios/editor.js";

/**
 * Show YAML that plays a run again, to copy it or to save it into this world.
 * @param {import("../app.js").Context} ctx
 * @param {{id: string, kind: string, status: string}} run
 */
export async function openRecorded(ctx, run) {
  try {
    const { yaml } = await ctx.api.get(`${controlPath(run)}/scenario`);
    openEditor(ctx, {
      title: "A scenario from this run",
      hint: "It plays the run again. Change what you like; save it in this world, or copy it into a file of your scenarios folder.",
      text: yaml,
    });
  } catch (/** @type {any} */ error) {
    ctx.toast(error.message, false);
  }
}
