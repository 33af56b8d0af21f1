// @ts-check
/** An event, and who got it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { countText } from "../format.js";
import { link, statusBadge, timeText } from "../widgets.js";
import { fetched } from "./fetched.js";
import { body, detailsHead, factList, missing, callout, resourceLink, section } from "./parts.js";
import { eventOf } from "./records.js";

/** @param {import("../app.js").Context} ctx @param {import("../model.js").Ref} ref */
export function eventDetails(ctx, ref) {
  const { model } = ctx;
  const answer = fetched(ctx, `/_sim/events/${encodeURIComponent(ref.id)}`);
  const event = eventOf(model, ref.id);
  if (!event) return callout("over", "There is no such event.");
  const deliveries = [...model.deliveries.values()].filter((one) => one.eventId === event.id);
  return html`${detailsHead({
    kind: "event",
    title: html`<span class="mono">${event.type}</span>`,
    id: event.id,
    facts: timeText(event.time, model.now()),
  })}
  ${section("About", factList([["resource", resourceLink(ctx, event.resource_id)]]))}
  ${section(
    "Deliveries",
    deliveries.length
      ? html`<ul class="plain">
          ${deliveries.map(
            (one) =>
              html`<li>
                ${link(ctx, { type: "delivery", id: one.id }, html`to ${model.destinations.get(one.destinationId)?.name ?? one.destinationId}`)}
                ${statusBadge(one.status, "event_delivery")}
                <span class="muted">${countText(one.attempts.length, "attempt")}</span>
              </li>`,
          )}
        </ul>`
      : html`<p class="muted">No destination is subscribed to ${event.type}.</p>`,
  )}
  ${answer.data ? section("Body", body(answer.data.event, event.id)) : nothing}
  ${answer.data || ctx.readOnly ? nothing : missing(answer)}`;
}
