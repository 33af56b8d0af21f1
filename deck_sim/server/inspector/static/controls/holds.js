// @ts-check
/** Holds: points at which runs and answers stop until they are released. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { countText } from "../format.js";
import { dataList, formOf, optionList, readForm } from "../forms.js";
import { idText, link, statusBadge } from "../widgets.js";
import { change, controlCard, current, field, schemasOf } from "./shared.js";

/** @typedef {import("../app.js").Context} Context */

const chosen = { of: "event" };

/** @param {Context} ctx */
export function holdsCard(ctx) {
  /** @type {any[]} */
  const holds = current(ctx, "/_sim/holds").data?.data ?? [];
  return controlCard(
    "Holds",
    "A run stops just before an event, or a call is answered later, until you release it.",
    html`${
      holds.length
        ? html`<ul class="holds">
            ${holds.map((hold) => holdRow(ctx, hold))}
          </ul>`
        : html`<p class="muted">Nothing is held.</p>`
    }
    ${newHold(ctx)}`,
  );
}

/** @param {Context} ctx @param {any} hold */
function holdRow(ctx, { id, event, of: owner, call, held, answers, met }) {
  const release = () =>
    void change(ctx, "Released", ctx.api.del(`/_sim/holds/${encodeURIComponent(id)}`));
  const waiting = held.length + answers;
  return html`<li class="hold">
    <span class="hold-what">
      ${event ? html`before <code>${event}</code>` : html`the answer to <code>${call}</code>`}
      ${owner ? html`of ${idText(owner)}` : nothing}
      <small>${met ? `met ${countText(met, "time")}` : "not met yet"}</small>
    </span>
    <button
      type="button"
      class="button ${waiting ? "button-primary" : ""}"
      aria-label="Release the hold ${event ?? call}"
      @click=${release}
    >
      ${waiting ? `Release ${waiting}` : "Remove"}
    </button>
    ${
      waiting
        ? html`<ul class="held">
            ${held.map(
              (/** @type {any} */ one) =>
                html`<li>
                  ${link(ctx, { type: "resource", id: one.id }, ctx.model.lane(one.id)?.title ?? one.id)}
                  ${statusBadge(one.status)}
                </li>`,
            )}
            ${answers ? html`<li>${countText(answers, "answer")} kept back</li>` : nothing}
          </ul>`
        : nothing
    }
  </li>`;
}

/** @param {Context} ctx */
function newHold(ctx) {
  const schemas = schemasOf(ctx);
  if (!schemas) return nothing;
  const isEvent = chosen.of === "event";
  /** @param {SubmitEvent} event */
  const hold = (event) => {
    const { what, id } = readForm(event);
    const body = { [chosen.of]: what, ...(id && { id: id.trim() }) };
    void change(ctx, `Holds ${what}`, ctx.api.post("/_sim/holds", body), formOf(event));
  };
  const choose = (/** @type {any} */ event) => {
    chosen.of = event.target.value;
    ctx.refresh();
  };
  return html`<form class="control-form" @submit=${hold}>
    ${dataList("hold-calls", schemas.calls)}
    ${field(
      "hold",
      html`<select @change=${choose}>
        <option value="event" ?selected=${isEvent}>runs and logins, before an event</option>
        <option value="call" ?selected=${!isEvent}>the answer to a call</option>
      </select>`,
    )}
    ${
      isEvent
        ? html`${field(
            "event",
            html`<select name="what" class="mono">
              ${optionList(schemas.held_events, "task_run.completed")}
            </select>`,
          )}
          ${field(
            "of",
            html`<input name="id" class="mono" placeholder="any" autocomplete="off" />`,
            "The id of one run or login.",
          )}`
        : field(
            "call",
            html`<input
              name="what"
              class="mono"
              list="hold-calls"
              placeholder="POST /v2/tasks/*/run"
              autocomplete="off"
              required
            />`,
          )
    }
    <div class="control-end"><button class="button">Hold</button></div>
  </form>`;
}
