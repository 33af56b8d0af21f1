// @ts-check
/** An event, who got it, and a delivery of it to one destination with its attempts. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { fetched } from "../api.js";
import { resourceActions } from "../parts/actions.js";
import { countText, distanceText, leftText, parseTime } from "../parts/format.js";
import {
  button,
  icon,
  link,
  list,
  statusBadge,
  timeText,
  when,
  withCode,
} from "../parts/widgets.js";
import { absent, body, callout, detailsHead, factList, missing } from "./details.js";
import { resourceLink, section } from "./details.js";
import { troubleButtons } from "./faults.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Delivery} Delivery */

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function deliveryDetails(ctx, { id }) {
  const { model } = ctx;
  const delivery = model.deliveries.get(id);
  const { status, family } = delivery ?? {};
  const latest = ctx.present.deliveries.get(id);
  const path = `/_sim/deliveries/${encodeURIComponent(id)}`;
  const answer = fetched(ctx, path, `${latest?.attempts.length} ${latest?.status}`);
  if (!delivery) return absent(ctx, "There is no such delivery.");
  const { data } = answer;
  /** @type {any[]} */
  const log = (data?.log ?? []).filter((/** @type {any} */ { at }) => parseTime(at) <= model.now());
  const lastFailed = log.filter(({ attempt, ok }) => attempt && !ok).at(-1);
  const { destinationId } = delivery;
  const { name, status: state } = model.destinations.get(destinationId) ?? {};
  const destination = { id: destinationId, kind: "event_destination", status: state ?? "" };
  return html`${detailsHead({
      kind: "event delivery",
      title: html`<span class="mono">${delivery.eventType}</span>`,
      id,
      facts: html`${statusBadge(status, family)} ${timeText(delivery.from, model.now())}`,
    })}
    ${plan(ctx, delivery)}
    <div class="row details-actions">
      ${replayButton(ctx, delivery)} ${resourceActions(ctx, destination)}
    </div>
    ${troubleButtons(ctx, { event: delivery.eventType })}
    ${section(
      "Attempts",
      list(
        log.map((attempt) => attemptRow(delivery.from, attempt, attempt === lastFailed)),
        "plain attempts",
      ),
    )}
    ${section(
      "Links",
      factList([
        ["event", link(ctx, { type: "event", id: delivery.eventId }, delivery.eventId)],
        delivery.resourceId ? ["about", resourceLink(ctx, delivery.resourceId)] : null,
        ["destination", link(ctx, { type: "resource", id: destinationId }, name ?? destinationId)],
        ["address", html`<span class="mono">${addressOf(data?.destination)}</span>`],
      ]),
    )}
    ${data ? section("Body as sent", body(data.event)) : missing(answer)}`;
}

/** The address of a destination: its URL, queue or bus, in the only object that it has.
 * @param {any} destination */
export function addressOf(destination) {
  const isObject = (/** @type {any} */ value) => value?.constructor === Object;
  const place = Object.values(destination ?? {}).find(isObject) ?? {};
  return place.url ?? Object.values(place).find((value) => typeof value === "string") ?? "";
}

/** A delivery can be replayed when it is over.
 * @param {Context} ctx @param {Delivery} delivery @param {string} [size] */
export function replayButton(ctx, { id, eventType, family, destinationId }, size = "") {
  if (ctx.readOnly) return nothing;
  const replay = () => {
    const path = `/_sim/deliveries/${encodeURIComponent(id)}/replay`;
    return ctx.act(`${eventType} was sent again`, ctx.api.post(path));
  };
  const isSilent = ctx.model.destinations.get(destinationId)?.family === "bad";
  const isEarly = family === "waiting" || isSilent;
  const hurdle = isSilent ? "its destination is active" : "it is over";
  return button("Replay", replay, {
    kind: `button ${size}`,
    label: `Replay ${eventType}`,
    disabled: isEarly || ctx.isOffline,
    title: isEarly ? `It can be replayed when ${hurdle}` : "The same event with the same id",
  });
}

/** The next attempt, or why there is none, in a sentence. @param {Context} ctx @param {Delivery} delivery */
export function planText({ model }, { attempts, next, family, unsent }) {
  const failed = attempts.filter(({ ok }) => !ok);
  if (family === "bad")
    return unsent
      ? `Not attempted: ${unsent}`
      : `No attempt is left: ${failed.length} failed, the last with ${failed.at(-1)?.label}`;
  if (next === null) return family === "waiting" ? "Waits for its first attempt" : "";
  const number = attempts.length + 1;
  const most = model.edition.attempts;
  const isReplayed = number > most || attempts.some(({ ok }) => ok);
  const what = isReplayed ? "Next attempt" : `Attempt ${number} of ${most}`;
  return `${what} ${leftText(next, model.now())}`;
}

/** @param {Context} ctx @param {Delivery} delivery */
function plan(ctx, delivery) {
  const text = planText(ctx, delivery);
  const tone = delivery.family === "bad" ? "bad" : "waiting";
  return text ? callout(tone, html`<p class="why">${withCode(text)}.</p>`) : nothing;
}

/** @param {boolean} ok @param {any} text */
function outcome(ok, text) {
  return html`<span class="outcome tone-${ok ? "good" : "bad"}"
    >${icon(ok ? "check" : "close")}${text}</span
  >`;
}

/** @param {number} from @param {any} attempt @param {boolean} isOpen */
function attemptRow(from, attempt, isOpen) {
  const { signature, fault, error, latency_ms: latency } = attempt;
  const isForged = signature && !signature.ok;
  const at = parseTime(attempt.at);
  return html`<details ?open=${isOpen}>
    <summary class="row">
      <span class="count">${attempt.attempt}</span>
      ${outcome(attempt.ok, attempt.status ?? (error ?? "no answer").split(":")[0])}
      <span class="muted mono"
        >${at === from ? "at once" : distanceText(at, from).replace(/^in /, "+")}</span
      >
      ${when(latency != null, html`<span class="muted mono">${latency} ms</span>`)}
      ${when(fault, html`<span class="tag">fault: ${fault}</span>`)}
      ${when(isForged, html`<span class="tag tag-toned tone-bad">bad signature</span>`)}
    </summary>
    ${when(error, html`<p>${error}</p>`)}
    ${when(
      attempt.response_body,
      html`<h4>Response body</h4>
        ${body(attempt.response_body)}`,
    )}
    ${when(
      signature,
      html`<p class="row">
        ${outcome(!isForged, `The signature is ${isForged ? "not valid" : "valid"}`)}
        <span class="muted">${signature?.why}</span>
      </p>`,
    )}
    <h4>Request headers</h4>
    ${body(attempt.request_headers)}
    <h4>Response headers</h4>
    ${body(attempt.response_headers)}
  </details>`;
}

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function eventDetails(ctx, ref) {
  const { model } = ctx;
  const answer = fetched(ctx, `/_sim/events/${encodeURIComponent(ref.id)}`);
  const event = model.events.find(({ id }) => id === ref.id);
  if (!event) return absent(ctx, "There is no such event.");
  const deliveries = [...model.deliveries.values()].filter(({ eventId }) => eventId === event.id);
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
      ? list(
          deliveries.map(({ id, status, family, attempts, destinationId }) => {
            const name = `to ${model.destinations.get(destinationId)?.name ?? destinationId}`;
            return html`${link(ctx, { type: "delivery", id }, name)} ${statusBadge(status, family)}
            ${countText(attempts.length, "attempt")}`;
          }),
        )
      : html`<p class="muted">No destination is subscribed to ${event.type}.</p>`,
  )}
  ${answer.data ? section("Body", body(answer.data.event)) : missing(answer)}`;
}
