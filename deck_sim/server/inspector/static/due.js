// @ts-check
/** What happens next, in words. */

import { words } from "./format.js";

/**
 * @param {import("./model.js").Model} model
 * @param {import("./model.js").DueItem} due
 * @returns {string} like `Run 3: running → completed`
 */
export function dueText(model, due) {
  const lane = model.lane(due.id);
  if (lane) {
    const what = due.to ? `${words(lane.status)} → ${words(due.to)}` : due.what;
    return `${lane.title}: ${what}`;
  }
  const delivery = model.deliveries.get(due.id);
  return delivery ? `${delivery.eventType}: attempt ${delivery.attempts.length + 1}` : due.what;
}
