// @ts-check
/** A delivery of an event to one destination, with its attempts. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { countText, distanceText, parseTime } from "../format.js";
import { icon } from "../icons.js";
import { link, statusBadge, timeText } from "../widgets.js";
import { fetched } from "./fetched.js";
import {
  body,
  detailsHead,
  factList,
  headerList,
  missing,
  callout,
  resourceLink,
  section,
} from "./parts.js";

/** @typedef {import("../app.js").Context} Context */
/** @typedef {import("../model.js").Delivery} Delivery */

const MOST_ATTEMPTS = 4; // the first, and three retries

/** @param {Context} ctx @param {import("../model.js").Ref} ref */
export function deliveryDetails(ctx, ref) {
  const { model } = ctx;
  const delivery = model.deliveries.get(ref.id);
  const path = `/_sim/deliveries/${encodeURIComponent(ref.id)}`;
  const answer = fetched(ctx, path, delivery ? deliveryVersion(delivery) : "");
  if (!delivery) return callout("over", "There is no such delivery.");
  const { data } = answer;
  const destination = data?.destination;
  return html`${detailsHead({
      kind: "event delivery",
      title: html`<span class="mono">${delivery.eventType}</span>`,
      id: delivery.id,
      facts: html`${statusBadge(delivery.status, "event_delivery")}
      ${timeText(delivery.from, model.now())}`,
    })}
    ${plan(ctx, delivery)}
    <div class="details-actions">${replayButton(ctx, delivery)}</div>
    ${section("Attempts", data ? attemptList(delivery, data.log) : briefAttempts(delivery), {
      aside: countText(delivery.attempts.length, "attempt"),
    })}
    ${section(
      "Links",
      factList([
        ["event", link(ctx, { type: "event", id: delivery.eventId }, delivery.eventId)],
        delivery.resourceId ? ["about", resourceLink(ctx, delivery.resourceId)] : null,
        ["destination", destinationLink(ctx, delivery.destinationId)],
        ["address", html`<span class="mono">${addressOf(destination)}</span>`],
      ]),
    )}
    ${data ? section("Body as sent", body(data.event, `${delivery.id}-event`)) : nothing}
    ${data || ctx.readOnly ? nothing : missing(answer)}`;
}

/** Where a destination is: its URL, queue or bus, in the fields of either edition.
 * @param {any} shown */
export function addressOf(shown) {
  const given = shown?.config ?? shown?.[shown.type] ?? {};
  return given.url ?? Object.values(given).find((one) => typeof one === "string") ?? "";
}

/** @param {Context} ctx @param {string} id */
function destinationLink(ctx, id) {
  const name = ctx.model.destinations.get(id)?.name ?? id;
  return link(ctx, { type: "resource", id }, name);
}

/** @param {Delivery} delivery */
function deliveryVersion({ attempts, status }) {
  return `${attempts.length} ${status}`;
}

/**
 * A delivery can be replayed once it is over.
 * @param {Context} ctx
 * @param {Delivery} delivery
 * @param {string} [size]
 */
export function replayButton(ctx, { id, eventType, status }, size = "") {
  if (ctx.readOnly) return nothing;
  const replay = () => {
    const path = `/_sim/deliveries/${encodeURIComponent(id)}/replay`;
    return ctx.act(`${eventType} was sent again`, ctx.api.post(path));
  };
  const isPending = status === "pending";
  return html`<button
    type="button"
    class="button ${size}"
    ?disabled=${isPending}
    title=${isPending ? "It can be replayed once it is over" : "Sends the same event again, with the same id"}
    aria-label=${`Replay ${eventType}`}
    @click=${replay}
  >
    Replay
  </button>`;
}

/** What comes next, in a sentence. @param {Context} ctx @param {Delivery} delivery */
export function planText({ model }, { attempts, next, status }) {
  if (next === null) return status === "pending" ? "Waits for its first attempt" : null;
  const number = attempts.length + 1;
  const isReplayed = number > MOST_ATTEMPTS || attempts.some((one) => one.ok);
  const what = isReplayed ? "Next attempt" : `Attempt ${number} of ${MOST_ATTEMPTS}`;
  return `${what} ${distanceText(next, model.now())}`;
}

/** @param {Context} ctx @param {Delivery} delivery */
function plan(ctx, delivery) {
  const text = planText(ctx, delivery);
  if (delivery.status === "failure")
    return callout("bad", "No attempt succeeded, so it is not tried any more.");
  return text ? callout("waiting", html`<p class="why">${text}.</p>`) : nothing;
}

/** @param {Delivery} delivery */
function briefAttempts({ attempts, from }) {
  return html`<ol class="plain">
    ${attempts.map(
      ({ at, label, ok }) =>
        html`<li>${outcome(ok, label)} <span class="muted">${distanceText(at, from)}</span></li>`,
    )}
  </ol>`;
}

/** @param {boolean} ok @param {any} text */
function outcome(ok, text) {
  return html`<span class="outcome tone-${ok ? "good" : "bad"}"
    >${icon(ok ? "check" : "close")}${text}</span
  >`;
}

/** @param {Delivery} delivery @param {any[]} log */
function attemptList(delivery, log) {
  if (!log.length) return html`<p class="muted">none yet</p>`;
  return html`<ol class="attempts">
    ${log.map((attempt) => attemptRow(delivery, attempt))}
  </ol>`;
}

/** @param {Delivery} delivery @param {any} attempt */
function attemptRow({ from }, attempt) {
  const { signature } = attempt;
  const at = parseTime(attempt.at);
  return html`<li>
    <details>
      <summary>
        <span class="attempt-number">${attempt.attempt}</span>
        ${outcome(attempt.ok, attempt.status ?? (attempt.error ?? "no answer").split(":")[0])}
        <span class="muted mono"
          >${at === from ? "at once" : distanceText(at, from).replace(/^in /, "+")}</span
        >
        ${
          attempt.latency_ms == null
            ? nothing
            : html`<span class="muted mono">${attempt.latency_ms} ms</span>`
        }
        ${attempt.fault ? html`<span class="tag">fault: ${attempt.fault}</span>` : nothing}
        ${signature && !signature.ok ? html`<span class="tag tag-toned tone-bad">bad signature</span>` : nothing}
      </summary>
      ${attempt.error ? html`<p>${attempt.error}</p>` : nothing}
      ${
        signature
          ? html`<p>
              ${outcome(signature.ok, signature.ok ? "The signature is valid" : "The signature is not valid")}
              <span class="muted">${signature.why}</span>
            </p>`
          : nothing
      }
      <h4>Request headers</h4>
      ${headerList(attempt.request_headers)}
      <h4>Response headers</h4>
      ${headerList(attempt.response_headers)}
    </details>
  </li>`;
}
