// @ts-check
/** An empty world: how to make the first call, and whether another world got it instead. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { countText } from "./format.js";
import { icon } from "./icons.js";
import { keyOption, shellWord } from "./shell.js";
import { codeBlock } from "./widgets.js";

/** @typedef {import("./app.js").Context} Context */

const SHOWN = 3; // other worlds; the newest is the likeliest one

/** @type {{others: any[], timer: number}} */
const found = { others: [], timer: 0 };

/** @param {Context} ctx */
async function look(ctx) {
  try {
    const { data } = await ctx.api.get("/_sim/worlds");
    const own = ctx.model.world?.world;
    found.others = data.filter((/** @type {any} */ one) => one.id !== own && one.calls > 0);
  } catch {
    found.others = [];
  }
  found.timer = 0;
  ctx.refresh();
}

/** @param {Context} ctx */
export function firstCall(ctx) {
  if (!found.timer) found.timer = window.setTimeout(() => void look(ctx), 1_500);
  const { api, model } = ctx;
  const key = api.key ?? "YOUR_KEY";
  const calls = model.calls.length + model.callsDropped;
  const base = `${api.origin}/v2`;
  return html`<div class="welcome">
    <h2>${calls ? "No run yet" : "Waiting for the first call"}</h2>
    <p>
      ${
        calls
          ? html`${countText(calls, "call")} so far, and none of them made a connection or a run.`
          : html`<span class="pulse" aria-hidden="true"></span> Nothing has called
              <code>${base}</code> with this key. Point your program here:`
      }
    </p>
    ${otherWorlds(ctx)} ${codeBlock(`export DECK_BASE_URL=${base} DECK_API_KEY=${shellWord(key)}`)}
    <p class="muted">Or try it by hand:</p>
    ${codeBlock(`curl ${base}/agents ${keyOption(key)} \\\n  -H "Content-Type: application/json" -d '{"name": "First agent"}'`)}
  </div>`;
}

/** The mistake of a wrong key: another world gets the calls. @param {Context} ctx */
function otherWorlds(ctx) {
  if (found.others.length === 0 || ctx.model.calls.length > 0) return nothing;
  return html`<div class="notice tone-person" role="status">
    ${icon("warning")}
    <span>
      <strong>Does your program use another key?</strong>
      ${found.others
        .slice(-SHOWN)
        .reverse()
        .map(
          (one) =>
            html`<button
                type="button"
                class="link"
                @click=${() => ctx.set({ key: null, world: one.id })}
              >
                ${one.key}
              </button>
              has ${countText(one.calls, "call")}. `,
        )}
    </span>
  </div>`;
}
