// @ts-check
import { emptyState } from "./widgets.js";

/** @param {import("./app.js").Context} ctx */
export function journalView(ctx) {
  return emptyState("Journal", "Not there yet.");
}
