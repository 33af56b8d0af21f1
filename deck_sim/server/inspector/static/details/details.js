// @ts-check
/** What a click opens, by the type of what was selected. */

import { entryOf } from "./records.js";
import { callout } from "./parts.js";
import { resourceDetails } from "./resource.js";
import { deliveryDetails } from "./delivery.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Ref} Ref */

export { callDetails } from "./call.js";
export { eventDetails } from "./event.js";
export { deliveryDetails, resourceDetails };

/** An entry of the timeline is shown in the history of its resource. @param {Context} ctx
 * @param {Ref} ref */
export function entryDetails(ctx, ref) {
  const entry = entryOf(ctx.model, ref.id);
  if (!entry) return callout("over", "There is no such entry.");
  if (entry.kind === "event_delivery")
    return deliveryDetails(ctx, { type: "delivery", id: entry.id });
  const id = entry.kind === "storage" ? (entry.about?.task_run_id ?? entry.id) : entry.id;
  if (!id) return callout("over", entry.what); // about the clock or a queue
  return resourceDetails(ctx, { type: "resource", id }, entry);
}
