// @ts-check
import { emptyState } from "./widgets.js";

/** @param {import("./app.js").Context} ctx */
export function webhooksView(ctx) {
  return emptyState("Webhooks", "Not there yet.");
}
