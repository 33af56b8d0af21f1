// @ts-check
import { emptyState } from "./widgets.js";

/** @param {import("./app.js").Context} ctx */
export function scenariosView(ctx) {
  return emptyState("Scenarios", "Not there yet.");
}

/** @param {import("./app.js").Context} ctx @param {import("./model.js").Ref} ref */
export function scenarioDetails(ctx, ref) {
  return ref.id;
}
