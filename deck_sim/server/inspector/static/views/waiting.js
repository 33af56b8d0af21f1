// @ts-check
/** Why is it stuck? A sentence for everything unfinished, and the button that helps. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { answerForm, focusAnswer, release, resourceActions } from "../parts/actions.js";
import { countText, leftText, parseTime, words } from "../parts/format.js";
import { button, link, statusBadge, toggled, when, withCode } from "../parts/widgets.js";
import { advance, advanceToNext, dueText, untilDue } from "./clock.js";
import { withShortIds } from "../history.js";
import { remedyOf } from "./journal.js";

/**
 * @typedef {import("../app.js").Context} Context
 * @typedef {import("../model.js").Unfinished} Unfinished
 */

const SHOWN = 4;
const MOST_REASONS = 3;

/** People are the usual reason, so they come first. */
const ORDER = ["answer", "review", "release", "none", "wait", "advance"];

/** What is unfinished, without sessions that only wait for a run in the list. Rows keep their place
 * while somebody works on one. @param {Context} ctx @returns {Unfinished[]} */
function sorted({ model }) {
  const rank = (/** @type {Unfinished} */ { remedy }) => ORDER.indexOf(remedy.do);
  const { unfinished = [] } = model.next ?? {};
  const ids = [...model.lanes.keys(), ...model.deliveries.keys()];
  const places = new Map(ids.map((id, place) => [id, place]));
  const place = (/** @type {Unfinished} */ { id }) => places.get(id) ?? 0;
  const parents = new Set(unfinished.map(({ id }) => model.lane(id)?.parent));
  return unfinished
    .filter(({ id, remedy }) => remedy.do !== "none" || !parents.has(id))
    .sort((a, b) => rank(a) - rank(b) || place(a) - place(b));
}

/** @param {Context} ctx */
export function waitingStrip(ctx) {
  const { model, ui } = ctx;
  const all = sorted(ctx);
  const { unfinished = [], unfinished_total = 0, kept_back = [] } = model.next ?? {};
  const { pending } = model;
  const total = unfinished_total - (unfinished.length - all.length) - pending;
  const isAll = ui.expanded.has("waiting-all");
  const more = isAll ? "Show fewer" : `Show ${all.length - SHOWN} more`;
  return html`<section class="waiting" aria-label="What is unfinished">
    <div class="row waiting-head">
      ${when(
        total || !model.failures.length,
        html`<strong>${total ? total.toLocaleString("en") : "Nothing is"} unfinished</strong>`,
      )}
      ${failedLine(model)} ${nextLine(ctx)}
    </div>
    ${doneLine(model)} ${kept_back.map((call) => heldCallRow(ctx, call))}
    <ul class="waiting-rows">
      ${repeat(
        isAll ? all : all.slice(0, SHOWN),
        ({ id }) => id,
        (resource) => row(ctx, resource),
      )}
    </ul>
    ${when(
      all.length > SHOWN,
      html`<p class="row waiting-more">
        ${button(more, () => toggle(ctx, "waiting-all"), { kind: "link" })}
        ${when(
          isAll && unfinished_total > unfinished.length,
          html`<span class="muted"
            >The latest ${unfinished.length} of ${unfinished_total.toLocaleString("en")}. On the
            timeline, <em>Unfinished</em> shows more.</span
          >`,
        )}
      </p>`,
    )}
    <div class="offscreen" aria-live="polite">
      ${model.prompts ? countText(model.prompts, "open prompt") : ""}
    </div>
  </section>`;
}

/** What the program called last, and what it was sent. @param {import("../model.js").Model} model */
function doneLine({ calls, callsDropped, refused, deliveries, pending, failedDeliveries }) {
  const delivered = deliveries.size - pending - failedDeliveries;
  const parts = [
    calls.length ? countText(calls.length + callsDropped, "call") : "No call yet",
    refused.status,
    calls.length ? `last ${withShortIds(calls[calls.length - 1].what)}` : "",
  ];
  const counts = [
    delivered ? `${delivered.toLocaleString("en")} delivered` : "",
    pending ? `${pending.toLocaleString("en")} on the way` : "",
    failedDeliveries ? `${failedDeliveries.toLocaleString("en")} failed` : "",
  ];
  const webhooks = `${countText(deliveries.size, "webhook")}: ${counts.filter(Boolean).join(", ")}`;
  return html`<p class="row small muted waiting-done">
    <span>${parts.filter(Boolean).join(", ")}</span>
    ${when(deliveries.size, html`<span>${webhooks}</span>`)}
  </p>`;
}

/** How many failed, and why. @param {import("../model.js").Model} model */
function failedLine({ failures }) {
  if (!failures.length) return nothing;
  const total = failures.reduce((sum, [, count]) => sum + count, 0);
  const reasons = failures
    .slice(0, MOST_REASONS)
    .map(([why, count]) => (count > 1 ? `${count.toLocaleString("en")} × ${why}` : why));
  if (failures.length > reasons.length) reasons.push("…");
  return html`<span
    ><strong class="toned tone-bad">${total.toLocaleString("en")} failed:</strong>
    ${reasons.join(", ")}</span
  >`;
}

/** An answer that a hold keeps from clients, which wait for it.
 * @param {Context} ctx @param {{call: string, answers: number, hold: string}} heldCall */
function heldCallRow(ctx, { call, answers, hold }) {
  return html`<div class="waiting-row waiting-line waiting-kept">
    <span class="badge tone-person">‖ held back</span>
    <span class="waiting-name cut mono">${call}</span>
    <span class="waiting-why"
      >${countText(answers, "client waits", "clients wait")} for the answer.</span
    >
    <span class="row waiting-help">
      ${when(
        !ctx.readOnly,
        button("Release", () => release(ctx, hold), { disabled: ctx.isOffline }),
      )}
    </span>
  </div>`;
}

/** @param {Context} ctx @param {string} name */
function toggle(ctx, name) {
  ctx.set({ expanded: toggled(ctx.ui.expanded, name) });
}

/** What a clock that stands still waits for. @param {Context} ctx */
function nextLine(ctx) {
  const { model } = ctx;
  const due = model.firstDue;
  if (!due) return nothing;
  const mode = model.world?.clock;
  const state = mode === "frozen" ? "The clock is frozen; next" : "Next";
  return html`<span class="waiting-next"
    >${state}: <span class="waiting-due">${dueText(model, due)}</span>
    <strong>${leftText(due.time, model.now())}</strong></span
  >`;
}

/** @param {Context} ctx @param {Unfinished} resource */
function row(ctx, resource) {
  const { model } = ctx;
  const lane = model.lane(resource.id);
  const isOpen = ctx.ui.expanded.has(`answer-${resource.id}`);
  const interaction = lane?.fields.interaction;
  const message =
    resource.remedy.do === "answer" ? html`<strong>${interaction?.message}</strong>` : nothing;
  const rightAnswer = model.next?.waiting.find(({ id }) => id === resource.id)?.answer ?? null;
  const delivery = model.deliveries.get(resource.id);
  const name = lane?.title ?? delivery?.eventType ?? resource.id;
  // A report has no buttons.
  const remedy = ctx.readOnly && !ctx.isPast ? remedyOf(ctx, resource.id) : "";
  return html`<li class="waiting-row">
    <div class="waiting-line">
      ${statusBadge(resource.status, model.statusRow(resource.kind, resource.status).family)}
      <span class="waiting-name cut" title=${resource.id}
        >${link(ctx, { type: delivery ? "delivery" : "resource", id: resource.id }, name)}</span
      >
      <span class="waiting-why"
        >${message} ${withCode(model.whyText(resource))}
        ${when(remedy, html`<strong>What helps:</strong> ${withCode(remedy)}.`)}</span
      >
      <span class="row waiting-help">${remedyButton(ctx, resource, isOpen)}</span>
    </div>
    ${
      isOpen && resource.remedy.do === "answer" && interaction
        ? answerForm(ctx, resource, interaction, rightAnswer)
        : nothing
    }
  </li>`;
}

/** The button that helps. @param {Context} ctx @param {Unfinished} resource @param {boolean} isOpen */
export function remedyButton(ctx, resource, isOpen) {
  if (ctx.readOnly) return nothing;
  const { id, next, remedy } = resource;
  const { do: kind, hold } = remedy;
  const primary = `button ${isOpen ? "" : "button-primary"}`;
  if (kind === "answer")
    return button("Answer", () => openAnswer(ctx, id), { kind: primary, expanded: isOpen });
  if (kind === "review") return resourceActions(ctx, resource, true);
  if (kind === "release" && hold)
    return button("Release", () => release(ctx, hold), { kind: primary, disabled: ctx.isOffline });
  if (kind !== "advance") return nothing;
  const left = next ? leftText(parseTime(next.at), ctx.model.now()) : "now";
  const move = () => (next ? advance(ctx, untilDue(ctx, next)) : advanceToNext(ctx));
  return button(`Advance ${left.replace(/^in |^now$/, "")}`, move, {
    disabled: ctx.isBusy || ctx.isOffline,
  });
}

/** @param {Context} ctx @param {string} id */
function openAnswer(ctx, id) {
  toggle(ctx, `answer-${id}`);
  // The form is there after the next drawing.
  requestAnimationFrame(() => requestAnimationFrame(() => focusAnswer(id)));
}

/** Close the first form that is open. @param {Context} ctx @returns {boolean} whether one was */
export function closeAnswer(ctx) {
  const form = /** @type {HTMLElement|null} */ (document.querySelector(".waiting .answer"));
  if (!form) return false;
  toggle(ctx, `answer-${form.dataset.of}`);
  /** @type {HTMLElement|null|undefined} */ (
    form.closest(".waiting-row")?.querySelector("[aria-expanded]")
  )?.focus();
  return true;
}

/** @param {Context} ctx */
export function openFirstPrompt(ctx) {
  if (ctx.readOnly) return;
  const first = sorted(ctx).find(({ remedy }) => remedy.do === "answer");
  if (!first) return ctx.toast("No prompt is open");
  ctx.go("timeline");
  if (!ctx.ui.expanded.has(`answer-${first.id}`)) openAnswer(ctx, first.id);
}
