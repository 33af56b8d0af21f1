// @ts-check
/** The page without a world: the worlds of the server to choose from, or a field for the key. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { readForm } from "./forms.js";
import { clockText, countText, dayText } from "./format.js";
import { LOGO, icon } from "./icons.js";
import { keyOption } from "./shell.js";
import { codeBlock } from "./widgets.js";

/** @typedef {import("./app.js").Context} Context */

const PAUSE = 2_000; // ms between two looks

/** @type {{worlds: any[]|null, needsKey: boolean, gone: boolean, timer: number, pause: number}} */
const found = { worlds: null, needsKey: false, gone: false, timer: 0, pause: 0 };

/** @param {Context} ctx */
async function look(ctx) {
  try {
    found.worlds = (await ctx.api.get("/_sim/worlds")).data;
    found.needsKey = found.gone = false;
  } catch (/** @type {any} */ error) {
    found.needsKey = error.status === 401;
    found.gone = error.status === 0;
  }
  found.timer = 0;
  found.pause = PAUSE;
  ctx.refresh();
}

/** @param {Context} ctx */
export function worldsPage(ctx) {
  if (!found.timer && !found.needsKey)
    found.timer = window.setTimeout(() => void look(ctx), found.pause);
  return html`<main class="welcome">
    <header class="welcome-head">
      ${LOGO}
      <h1>deck-sim</h1>
    </header>
    ${found.gone ? html`<p class="notice tone-person">${icon("warning")} The server does not answer.</p>` : nothing}
    ${found.needsKey ? nothing : worldList(ctx, found.worlds)} ${keyForm(ctx)}
  </main>`;
}

/** @param {Context} ctx @param {any[]|null} worlds */
function worldList(ctx, worlds) {
  if (worlds === null) return nothing;
  if (worlds.length === 0)
    return html`<p>No world yet. Each API key has its own; the first call with a key makes it:</p>
      ${codeBlock(`curl ${ctx.api.origin}/v2/agents ${keyOption("sk_sim_local")}`)}`;
  return html`<p class="muted">Each API key has its own world. Which one do you want to see?</p>
    <ul class="cards">
      ${worlds.map((world) => html`<li>${card(ctx, world)}</li>`)}
    </ul>`;
}

/** @param {Context} ctx @param {any} world */
function card(ctx, world) {
  const now = Date.parse(world.now);
  return html`<button type="button" class="card" @click=${() => ctx.set({ world: world.id })}>
    <span class="card-title mono">${world.key}</span>
    <span class="card-row muted">
      ${world.edition} · ${world.clock} ·
      <span title=${dayText(now)}>${clockText(now).slice(0, 8)}</span>
    </span>
    <span class="card-counts">
      ${counted(world.calls, "call")} ${counted(world.runs, "run")}
      ${world.open_prompts ? counted(world.open_prompts, "open prompt", "toned tone-person") : nothing}
      ${world.problems ? counted(world.problems, "problem", "toned tone-bad") : nothing}
    </span>
  </button>`;
}

/** @param {number} count @param {string} noun @param {string} [tone] */
function counted(count, noun, tone = "") {
  const [number, ...rest] = countText(count, noun).split(" ");
  return html`<span class=${tone}><b>${number}</b> ${rest.join(" ")}</span>`;
}

/** @param {Context} ctx */
function keyForm(ctx) {
  /** @param {SubmitEvent} event */
  const open = (event) => {
    const { key } = readForm(event);
    if (key) ctx.set({ key });
  };
  return html`<form class="key-form" @submit=${open}>
    <label for="key"
      >${found.needsKey ? "This server accepts some keys only. Your API key:" : "Or by its API key:"}</label
    >
    <span class="key-row">
      <input
        id="key"
        name="key"
        class="mono"
        autocomplete="off"
        spellcheck="false"
        placeholder="sk_sim_local"
      />
      <button class="button button-primary">Open</button>
    </span>
    <small class="muted">It stays in the fragment of the address, which no server sees.</small>
  </form>`;
}
