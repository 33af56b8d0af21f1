// @ts-check
import { emptyState } from "./widgets.js";

/** @param {import("./app.js").Context} ctx */
export function controlsView(ctx) {
  return emptyState("Controls", "Not there yet.");
}
