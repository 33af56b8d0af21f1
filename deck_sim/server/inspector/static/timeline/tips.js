// @ts-check
/** The cards that appear beside the pointer. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { clockText, distanceText, durationText } from "../format.js";
import { isFinal } from "../statuses.js";
import { statusBadge, timeText } from "../widgets.js";
import { nextText } from "./words.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").Lane} Lane */

const SHOWN_MARKS = 8;

/** @param {Scene} scene @param {import("../model.js").Model} model @param {import("./hits.js").Hit} hit */
export function tip(scene, model, hit) {
  if (hit.what === "fold") {
    const { from, to } = hit.fold;
    const what = from < scene.now ? "happened" : "is due";
    return html`<b>${durationText(to - from)} in which nothing ${what}</b>
      <p>${clockText(from)} to ${clockText(to)}. Click to unfold.</p>`;
  }
  if (hit.what === "move") {
    return html`<b>Clock: ${hit.move.text}</b>${moment(scene, hit.move.at)}`;
  }
  if (hit.what === "marks") return marksTip(scene, hit.marks);
  if (hit.what === "span") return spanTip(scene, hit.lane, hit.span);
  return laneTip(scene, model, hit.lane);
}

/** @param {Scene} scene @param {number} time */
function moment(scene, time) {
  return html`<p>${timeText(time, scene.horizon)}</p>`;
}

/** @param {Scene} scene @param {import("./marks.js").Mark[]} marks */
function marksTip(scene, marks) {
  const more = marks.length - SHOWN_MARKS;
  if (marks.length === 1) {
    const [{ type, label, at }] = marks;
    return html`<b>${MARKS[type]}</b> <span class="mono">${label}</span>${moment(scene, at)}`;
  }
  return html`<ul>
      ${marks.slice(0, SHOWN_MARKS).map(
        ({ type, label, at }) =>
          html`<li>
            <span class="mono muted">${clockText(at)}</span> <b>${MARKS[type]}</b>
            <span class="mono">${label}</span>
          </li>`,
      )}
    </ul>
    ${more > 0 ? html`<p>and ${more} more: click to zoom in</p>` : nothing}`;
}

/** @param {Scene} scene @param {Lane} lane @param {import("./marks.js").Span} span */
function spanTip(scene, lane, span) {
  const end = span.to ?? scene.now;
  const final = isFinal(lane.kind, span.status);
  return html`<p>${statusBadge(span.status)} ${final ? nothing : durationText(end - span.from)}</p>
    ${reasons(span.entry.changes ?? {})}
    <p>
      <span class="mono">${clockText(span.from)}</span>${
        final
          ? nothing
          : html` to <span class="mono">${span.to === null ? "now" : clockText(span.to)}</span>`
      }
    </p>
    ${title(lane)}`;
}

/** @param {Scene} scene @param {import("../model.js").Model} model @param {Lane} lane */
function laneTip(scene, model, lane) {
  const state = { ...lane.fields, status: lane.status };
  const next = scene.next(lane);
  const why = scene.past ? undefined : model.unfinishedById.get(lane.id)?.why;
  return html`${title(lane)}
    <p>
      ${
        state
          ? html`${statusBadge(state.status)} created ${distanceText(lane.from, scene.horizon)}`
          : "not yet created"
      }
    </p>
    ${state ? reasons(state) : nothing} ${why ? html`<p>${why}</p>` : nothing}
    ${next && state ? html`<p>${nextText(scene, next)}</p>` : nothing}`;
}

/** @param {Lane} lane */
function title(lane) {
  const { scenario } = lane.about;
  return html`<p>
    <b>${lane.title}</b>
    <span class="mono">${lane.id}</span>${scenario ? html` ${scenario}` : nothing}
  </p>`;
}

/** The prompt and the errors. @param {Record<string, any>} state */
function reasons({ interaction, errors }) {
  const [error] = errors ?? [];
  return html`${interaction?.message ? html`<p>“${interaction.message}”</p>` : nothing}
  ${
    error
      ? html`<p><span class="mono">${error.type}/${error.code}</span> ${error.message}</p>`
      : nothing
  }`;
}

/** @type {Record<string, string>} */
const MARKS = {
  created: "Created",
  prompt: "Asked",
  answer: "Went on",
  call: "Call",
  event: "Event",
  delivery: "Delivery",
  attempt_ok: "Delivered",
  attempt_failed: "Attempt failed",
  screenshot: "Screenshot",
  file: "File",
  fault: "Fault",
  note: "Note",
  error: "Error",
};

/** What tells two hits apart. @param {import("./hits.js").Hit | null} hit */
export function identity(hit) {
  if (!hit) return "";
  if (hit.what === "fold") return `fold ${hit.fold.from}`;
  if (hit.what === "move") return `move ${hit.move.number}`;
  const marks = hit.what === "marks" ? hit.marks.map((mark) => mark.ref.id) : [];
  return [hit.what, hit.lane.id, hit.what === "span" ? hit.span.from : "", ...marks].join(" ");
}

/** Below a point, or above it where there is no room. @param {HTMLElement} card @param {{x: number, y: number}} at @param {Scene} scene */
export function placeTip(card, { x, y }, scene) {
  const { offsetWidth, offsetHeight } = card;
  const isAbove = y + offsetHeight > scene.height && y > scene.height / 2;
  card.style.left = `${Math.max(4, Math.min(x, scene.width - offsetWidth - 4))}px`;
  card.style.top = `${isAbove ? y - offsetHeight - 28 : y}px`;
}
