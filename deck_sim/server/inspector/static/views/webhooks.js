// @ts-check
/** The tab with the webhooks: destinations, and the deliveries to them with their attempts. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { fetched } from "../api.js";
import { resourceActions } from "../parts/actions.js";
import { keyOption } from "../parts/copies.js";
import { countText, distanceText } from "../parts/format.js";
import {
  button,
  codeBlock,
  emptyState,
  isSelected,
  link,
  list,
  statusBadge,
  timeText,
  toggled,
  when,
  withCode,
} from "../parts/widgets.js";
import { addressOf, planText, replayButton } from "./delivery.js";
import { body } from "./details.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Delivery} Delivery */
/** @typedef {import("../model.js").Destination} Destination */

const MOST_SHOWN = 100; // deliveries to a destination, and messages in a queue

/** @param {Context} ctx */
export function webhooksView(ctx) {
  const destinations = [...ctx.model.destinations.values()];
  if (!destinations.length) return noDestination(ctx);
  const deliveries = [...ctx.model.deliveries.values()];
  const failedOnly = ctx.ui.chips.has("failed");
  const all = failedOnly ? deliveries.filter(hasFailed) : deliveries;
  const toggle = () => ctx.set({ chips: toggled(ctx.ui.chips, "failed") });
  return html`<div class="stack webhooks">
    <section class="stack" aria-label="Destinations">
      <h2>Destinations</h2>
      ${list(
        destinations.map((destination) => destinationCard(ctx, destination)),
        "cards",
      )}
    </section>
    <section aria-label="Deliveries">
      <div class="row">
        <h2>Deliveries</h2>
        ${button("Failed", toggle, { kind: "chip", pressed: failedOnly })}
        <span class="muted" role="status">${summary(all)}</span>
      </div>
      ${destinations.map((destination) => deliveryGroup(ctx, destination, all))}
    </section>
  </div>`;
}

/** @param {Delivery} delivery */
function hasFailed({ attempts, family }) {
  return family === "bad" || attempts.some(({ ok }) => !ok);
}

/** @param {Delivery[]} deliveries */
function summary(deliveries) {
  const failed = deliveries.filter(({ family }) => family === "bad").length;
  const all = countText(deliveries.length, "delivery", "deliveries");
  return failed ? `${all} · ${failed} failed` : all;
}

/** @param {Context} ctx @param {Destination} destination */
function destinationCard(ctx, { id, name, deleted, status, family }) {
  const path = `/_sim/resources/${encodeURIComponent(id)}`;
  const resource = fetched(ctx, path, status).data?.resource ?? {};
  const { type = "", events = [] } = resource;
  const count = events[0] === "*" ? "every event" : countText(events.length, "event type");
  return html`<div class="card">
    <div class="row spread">
      <strong class="cut">${link(ctx, { type: "resource", id }, name)}</strong>
      ${deleted ? statusBadge("deleted") : statusBadge(status, family)}
    </div>
    <p class="cut mono" title=${addressOf(resource)}>${addressOf(resource)}</p>
    <p class="muted" title=${events.join("\n")}>${type} · ${count}</p>
    ${when(
      family === "bad" && !deleted,
      html`<p class="error">It gets no event until it is active again.</p>
        <p>${resourceActions(ctx, { id, kind: "event_destination", status })}</p>`,
    )}
    ${type && type !== ctx.model.edition.destination.type && !ctx.isPast ? messages(ctx, id) : nothing}
  </div>`;
}

/** The messages in a queue. @param {Context} ctx @param {string} id */
function messages(ctx, id) {
  const path = `/_sim/destinations/${encodeURIComponent(id)}/messages`;
  /** @type {any[]} */
  const queue = fetched(ctx, path, ctx.model.events.length).data?.data ?? [];
  return html`<details>
    <summary>${countText(queue.length, "message")} in the queue</summary>
    ${queue.slice(-MOST_SHOWN).map((message) => body(message))}
  </details>`;
}

/** @param {Context} ctx @param {Destination} destination @param {Delivery[]} all */
function deliveryGroup(ctx, { id, name }, all) {
  const deliveries = all.filter(({ destinationId }) => destinationId === id);
  if (!deliveries.length) return nothing;
  const latest = deliveries.slice(-MOST_SHOWN).reverse();
  return html`<section class="card deliveries" aria-label=${name}>
    <h3 class="row spread">
      ${link(ctx, { type: "resource", id }, name)}
      <small>${summary(deliveries)}</small>
    </h3>
    <ul>
      ${repeat(
        latest,
        ({ id }) => id,
        (delivery) => deliveryRow(ctx, delivery),
      )}
    </ul>
    ${when(
      deliveries.length > latest.length,
      html`<p class="muted">The latest ${MOST_SHOWN} of ${deliveries.length}.</p>`,
    )}
  </section>`;
}

/** @param {Context} ctx @param {Delivery} delivery */
function deliveryRow(ctx, delivery) {
  const { id, attempts, eventType, resourceId, from, status, family } = delivery;
  const lane = ctx.model.lane(resourceId);
  return html`<li class="delivery ${isSelected(ctx, "delivery", id) ? "is-active" : ""}">
    <span class="at-time">${timeText(from)}</span>
    <span class="at-path row delivery-name">
      ${link(ctx, { type: "delivery", id }, html`<span class="mono">${eventType}</span>`)}
      ${lane ? link(ctx, { type: "resource", id: lane.id }, lane.title) : nothing}
    </span>
    <span class="at-attempts row">
      ${attempts.map(
        ({ ok, label, at }) =>
          html`<span
            class="attempt tone-${ok ? "good" : "bad"}"
            title=${`${label}, ${distanceText(at, from)}`}
            >${/^\d+/.exec(label)?.[0] ?? "failed"}</span
          >`,
      )}
    </span>
    <span class="at-plan muted">${withCode(planText(ctx, delivery))}</span>
    <span class="at-status">${statusBadge(status, family)}</span>
    ${replayButton(ctx, delivery, "button-small")}
  </li>`;
}

/** How to register a destination, in the words of the edition. @param {Context} ctx */
function noDestination({ api, model, readOnly }) {
  const receiver = `def test_webhooks(deck, deck_webhooks):
    deck.start_run()
    deck_webhooks.wait_for("${model.exampleEvent}")`;
  const command = `curl ${api.origin}/v2/event-destinations \\
  ${keyOption(api.key)} \\
  -H 'Content-Type: application/json' \\
  --data-raw '${JSON.stringify(model.edition.destination)}'`;
  return emptyState(
    "No event destination",
    html`Events are signed and delivered only after a destination is registered.
    ${when(
      !readOnly,
      html`In a test, the fixture <code>deck_webhooks</code> is one: ${codeBlock(receiver)} For a
        running application, register its address: ${codeBlock(command)}`,
    )}`,
  );
}
