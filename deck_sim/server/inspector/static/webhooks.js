// @ts-check
/** The tab with the webhooks: destinations, and the deliveries to them with their attempts. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { fetched } from "./api.js";
import { keyOption } from "./copies.js";
import { addressOf, planText, replayButton } from "./delivery.js";
import { body } from "./details.js";
import { countText, distanceText } from "./format.js";
import { eventOf } from "./records.js";
import { codeBlock, link, statusBadge, timeText } from "./widgets.js";

/** @typedef {import("./app.js").Context} Context */
/** @typedef {import("./model.js").Delivery} Delivery */
/** @typedef {import("./model.js").Destination} Destination */

const MOST_DESTINATIONS = 60;
const MOST_GROUPS = 100;
const MOST_IN_GROUP = 50;
const QUEUES = /^(aws|gcp|azure|rabbitmq|hookdeck)/;

/** @param {Context} ctx */
export function webhooksView(ctx) {
  const { model, ui } = ctx;
  if (!model.destinations.size) return noDestination(ctx);
  const destinations = [...model.destinations.values()];
  const isByEvent = ui.expanded.has("webhooks-by-event");
  const failedOnly = ui.expanded.has("webhooks-failed");
  const all = [...model.deliveries.values()].filter((one) => !failedOnly || hasFailed(one));
  return html`<div class="webhooks">
    <section aria-label="Destinations">
      <h2>Destinations</h2>
      <ul class="destinations">
        ${destinations.slice(-MOST_DESTINATIONS).map((one) => destinationCard(ctx, one))}
      </ul>
      ${
        destinations.length > MOST_DESTINATIONS
          ? html`<p class="muted">The latest ${MOST_DESTINATIONS} of ${destinations.length}.</p>`
          : nothing
      }
    </section>
    <section aria-label="Deliveries">
      <div class="webhooks-bar">
        <h2>Deliveries</h2>
        <div class="chips" role="group" aria-label="Grouping and filter">
          ${chip(ctx, "webhooks-by-event", "By event")} ${chip(ctx, "webhooks-failed", "Failed")}
        </div>
        <span class="muted" role="status">${summary(all)}</span>
      </div>
      <deck-row-keys rows=".delivery-name > .link">${groupList(ctx, all, isByEvent)}</deck-row-keys>
    </section>
  </div>`;
}

/** @param {Delivery} delivery */
function hasFailed({ attempts, status }) {
  return status === "failure" || attempts.some((one) => !one.ok);
}

/** @param {Delivery[]} deliveries */
function summary(deliveries) {
  const failed = deliveries.filter((one) => one.status === "failure").length;
  const pending = deliveries.filter((one) => one.status === "pending").length;
  const parts = [countText(deliveries.length, "delivery", "deliveries")];
  if (pending) parts.push(`${pending} pending`);
  if (failed) parts.push(`${failed} failed`);
  return parts.join(" · ");
}

/** A button that switches a way to show. @param {Context} ctx @param {string} name
 * @param {string} label */
function chip(ctx, name, label) {
  const { expanded } = ctx.ui;
  const isOn = expanded.has(name);
  const others = [...expanded].filter((one) => one !== name);
  const toggled = new Set(isOn ? others : [...others, name]);
  return html`<button
    type="button"
    class="chip"
    aria-pressed=${isOn}
    @click=${() => ctx.set({ expanded: toggled })}
  >
    ${label}
  </button>`;
}

/** @param {Context} ctx @param {Destination} destination */
function destinationCard(ctx, destination) {
  const { id, name, deleted, status } = destination;
  const answer = fetched(ctx, `/_sim/resources/${encodeURIComponent(id)}`, status);
  const shown = answer.data?.resource ?? {};
  const events = shown.events ?? [];
  return html`<li class="card destination">
    <div class="destination-head">
      <strong>${link(ctx, { type: "resource", id }, name)}</strong>
      ${statusBadge(deleted ? "deleted" : status, "event_destination")}
    </div>
    <p class="destination-address mono" title=${addressOf(shown)}>${addressOf(shown)}</p>
    <p class="muted destination-events" title=${events.join("\n")}>
      ${shown.type ?? ""}${
        events.length
          ? html` · ${events[0] === "*" ? "every event" : countText(events.length, "event type")}`
          : nothing
      }
    </p>
    ${
      status === "inactive" && !deleted
        ? html`<p class="destination-note">
            Every attempt of a delivery failed, so Deck stopped. Set its status to active to go on.
          </p>`
        : nothing
    }
    ${QUEUES.test(shown.type ?? "") ? messages(ctx, id) : nothing}
  </li>`;
}

/** What a queue holds. @param {Context} ctx @param {string} id */
function messages(ctx, id) {
  const path = `/_sim/destinations/${encodeURIComponent(id)}/messages`;
  const found = fetched(ctx, path, ctx.model.events.length).data?.data ?? [];
  return html`<details class="messages">
    <summary>${countText(found.length, "message")} in the queue</summary>
    <ol class="plain">
      ${found.slice(-MOST_IN_GROUP).map(
        (/** @type {any} */ message) =>
          html`<li>
            <details>
              <summary class="mono">${message.type}</summary>
              ${body(message)}
            </details>
          </li>`,
      )}
    </ol>
  </details>`;
}

/** @param {Context} ctx @param {Delivery[]} deliveries @param {boolean} isByEvent */
function groupList(ctx, deliveries, isByEvent) {
  if (!deliveries.length)
    return html`<p class="muted webhooks-none">
      ${ctx.ui.expanded.has("webhooks-failed") ? "No attempt failed." : "No event was delivered yet."}
    </p>`;
  /** @type {Map<string, Delivery[]>} */
  const groups = new Map();
  for (const one of deliveries) {
    const key = isByEvent ? one.eventId : one.destinationId;
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  const latest = [...groups].slice(-MOST_GROUPS).reverse();
  return html`${repeat(
    latest,
    ([key]) => key,
    ([key, group]) => deliveryGroup(ctx, key, group, isByEvent),
  )}
  ${
    groups.size > latest.length
      ? html`<p class="muted">The latest ${MOST_GROUPS} of ${groups.size} events.</p>`
      : nothing
  }`;
}

/** @param {Context} ctx @param {string} key @param {Delivery[]} group @param {boolean} isByEvent */
function deliveryGroup(ctx, key, group, isByEvent) {
  const { model } = ctx;
  const event = eventOf(model, key);
  const destination = model.destinations.get(key);
  const name = destination?.name ?? key;
  const latest = group.slice(-MOST_IN_GROUP).reverse();
  return html`<section class="deliveries" aria-label=${isByEvent ? group[0].eventType : name}>
    <h3>
      ${
        isByEvent
          ? html`${link(ctx, { type: "event", id: key }, group[0].eventType)}
            ${event ? timeText(event.time, model.now()) : nothing}`
          : link(ctx, { type: "resource", id: key }, name)
      }
      <span class="muted">${isByEvent ? nothing : summary(group)}</span>
    </h3>
    <ul>
      ${repeat(
        latest,
        (one) => one.id,
        (one) => deliveryRow(ctx, one, isByEvent),
      )}
    </ul>
    ${
      group.length > latest.length
        ? html`<p class="muted">The latest ${MOST_IN_GROUP} of ${group.length}.</p>`
        : nothing
    }
  </section>`;
}

/** @param {Context} ctx @param {Delivery} delivery @param {boolean} isByEvent */
function deliveryRow(ctx, delivery, isByEvent) {
  const { model, ui } = ctx;
  const { id, attempts, eventType, resourceId, destinationId, from } = delivery;
  const lane = model.lane(resourceId);
  const isSelected = ui.selected?.type === "delivery" && ui.selected.id === id;
  const to = model.destinations.get(destinationId);
  const name = isByEvent
    ? (to?.name ?? destinationId)
    : html`<span class="mono">${eventType}</span>`;
  return html`<li class="delivery ${isSelected ? "is-active" : ""}">
    <span class="delivery-time">${timeText(from)}</span>
    <span class="delivery-name">
      ${link(ctx, { type: "delivery", id }, name)}
      ${
        lane && !isByEvent
          ? html`<span class="muted"
              >${link(ctx, { type: "resource", id: lane.id }, lane.title)}</span
            >`
          : nothing
      }
    </span>
    <span class="delivery-attempts">
      ${attempts.map(
        (one) =>
          html`<span
            class="attempt tone-${one.ok ? "good" : "bad"}"
            title=${`${one.label}, ${distanceText(one.at, from)}`}
            >${/^\d+/.exec(one.label)?.[0] ?? "failed"}</span
          >`,
      )}
    </span>
    <span class="delivery-plan muted">${planText(ctx, delivery) ?? nothing}</span>
    <span class="delivery-status">${statusBadge(delivery.status, "event_delivery")}</span>
    ${replayButton(ctx, delivery, "button-small")}
  </li>`;
}

/** How to register a destination, in the words of the edition. @param {Context} ctx */
function noDestination({ api, model, readOnly }) {
  const url = "http://127.0.0.1:8000/webhooks/deck";
  const place = model.world?.edition === "credentials" ? { webhook: { url } } : { config: { url } };
  const sent = { name: "local", type: "webhook", ...place, events: ["*"] };
  const call = [
    `curl ${api.origin}/v2/event-destinations \\`,
    `  ${keyOption(api.key)} \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  --data-raw '${JSON.stringify(sent)}'`,
  ].join("\n");
  return html`<div class="empty">
    <h2>No event destination</h2>
    <p>Events are delivered, signed and tried again only where a destination is registered.</p>
    ${
      readOnly
        ? nothing
        : html`<p>
              In a test, the fixture <code>deck_webhooks</code> is a receiver that is registered:
            </p>
            ${codeBlock(`def test_webhooks(deck, deck_webhooks):
    deck.start_run()
    deck_webhooks.wait_for("task_run.completed")`)}
            <p>For an application that runs, register its address:</p>
            ${codeBlock(call)}`
    }
  </div>`;
}
