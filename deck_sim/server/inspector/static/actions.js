// @ts-check
/** What can be done to a resource from outside its script. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { words } from "./format.js";
import { commandsIn } from "./statuses.js";

/**
 * @typedef {import("./app.js").Context} Context
 * @typedef {{id: string, kind: string, status: string}} Target
 * @typedef {{label: string, command: string, done: string, tone?: "primary"|"danger"}} Action
 */

/** @type {Record<string, Action>} */
const ACTIONS = {
  approve: { label: "Approve", command: "approve", done: "approved", tone: "primary" },
  reject: { label: "Reject", command: "reject", done: "rejected" },
  cancel: { label: "Cancel run", command: "cancel", done: "canceled", tone: "danger" },
  drop: { label: "Drop", command: "drop", done: "dropped", tone: "danger" },
  invalidate: { label: "Invalidate", command: "invalidate", done: "invalid", tone: "danger" },
};

/** @param {Context} ctx @param {Target} target @returns {Action[]} */
function actionsOn(ctx, { kind, status }) {
  return commandsIn(ctx.model.world?.edition ?? "", kind, status).map((name) => ACTIONS[name]);
}

/** The path of a resource in the control API. @param {Target} target */
export function controlPath({ kind, id }) {
  return `/_sim/${kind.replaceAll("_", "-")}s/${encodeURIComponent(id)}`;
}

/** @param {Context} ctx @param {Target} target @param {Action} action */
function perform(ctx, target, action) {
  const title = ctx.model.lane(target.id)?.title ?? words(target.kind);
  return ctx.act(
    `${title} ${action.done}`,
    ctx.api.post(`${controlPath(target)}/${action.command}`),
  );
}

/**
 * A button for each action that the status of a resource allows.
 * @param {Context} ctx
 * @param {Target} target
 * @param {string[]} [commands] only these
 */
export function resourceActions(ctx, target, commands) {
  if (ctx.readOnly) return nothing;
  return actionsOn(ctx, target)
    .filter(({ command }) => !commands || commands.includes(command))
    .map(
      (action) =>
        html`<button
          type="button"
          class="button ${action.tone ? `button-${action.tone}` : ""}"
          @click=${() => perform(ctx, target, action)}
        >
          ${action.label}
        </button>`,
    );
}

/** @param {Context} ctx @param {string} hold */
export function release(ctx, hold) {
  return ctx.act("Released", ctx.api.del(`/_sim/holds/${encodeURIComponent(hold)}`));
}
