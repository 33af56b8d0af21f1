// @ts-check
/** Pages to begin with: the worlds of the server to choose from, and a world without a run. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { keyOption, shellWord } from "../parts/copies.js";
import { clockText, countText, dayText, kindTitle } from "../parts/format.js";
import { PATIENCE } from "../polling.js";
import {
  LOGO,
  button,
  codeBlock,
  icon,
  list,
  readForm,
  textField,
  when,
} from "../parts/widgets.js";
import { firstRun } from "./scenarios.js";

/** @typedef {import("../app.js").Context} Context */

const PAUSE = 2_000; // ms between two requests
const MOST_OTHERS = 3; // worlds that are named; the newest is the likeliest one

/** @type {{worlds: any[]|null, needsKey: boolean, isGone: boolean, timer: number, pause: number}} */
const server = { worlds: null, needsKey: false, isGone: false, timer: 0, pause: 0 };

/** Ask for the worlds repeatedly while they are shown. @param {Context} ctx */
function lookSoon(ctx) {
  if (server.timer || server.needsKey) return;
  server.timer = window.setTimeout(async () => {
    const patience = setTimeout(() => {
      server.isGone = true;
      ctx.refresh();
    }, PATIENCE);
    try {
      server.worlds = (await ctx.api.get("/_sim/worlds")).data;
      server.isGone = false;
    } catch (/** @type {any} */ error) {
      server.needsKey = error.status === 401;
      server.isGone = error.status === 0;
    }
    clearTimeout(patience);
    Object.assign(server, { timer: 0, pause: PAUSE });
    ctx.refresh();
  }, server.pause);
}

/** @param {Context} ctx */
export function worldsPage(ctx) {
  lookSoon(ctx);
  return html`<main class="stack welcome">
    <header class="row">
      ${LOGO}
      <h1>deck-sim</h1>
    </header>
    ${when(server.isGone, html`<p class="notice tone-person">${icon("warning")} The server does not answer.</p>`)}
    ${server.needsKey ? nothing : worldList(ctx, server.worlds)} ${keyForm(ctx)}
  </main>`;
}

/** @param {Context} ctx @param {any[]|null} worlds */
function worldList(ctx, worlds) {
  if (worlds === null) return nothing;
  if (worlds.length === 0)
    return html`<p>No world yet. Each API key has its own; the first call with a key makes it:</p>
      ${codeBlock(`curl ${ctx.api.origin}/v2/agents ${keyOption("sk_sim_local")}`)}`;
  return html`<p class="muted">Each API key has its own world. Which one do you want to see?</p>
    ${list(
      worlds.map((world) => card(ctx, world)),
      "cards",
    )}`;
}

/** @param {Context} ctx @param {any} world */
function card(ctx, world) {
  const now = Date.parse(world.now);
  return button(
    html`<span class="card-title mono cut" title=${world.key}>${world.key}</span>
      <span class="muted">
        ${world.edition} · ${world.clock} ·
        <span title=${dayText(now)}>${clockText(now).slice(0, 8)}</span>
      </span>
      <span class="row">
        <span>${countText(world.calls, "call")}</span><span>${countText(world.runs, "run")}</span>
        ${countOf("person", world.open_prompts, "open prompt")}
        ${countOf("bad", world.failed_deliveries, "failed webhook")}
        ${countOf("bad", world.problems, "problem")}
      </span>`,
    () => ctx.set({ world: world.id }),
    { kind: "card" },
  );
}

/** @param {string} tone @param {number} count @param {string} noun */
function countOf(tone, count, noun) {
  return when(count, html`<span class="toned tone-${tone}">${countText(count, noun)}</span>`);
}

/** @param {Context} ctx */
function keyForm(ctx) {
  /** @param {SubmitEvent} event */
  const open = (event) => {
    const { key } = readForm(event);
    if (key) ctx.set({ key });
  };
  const label = server.needsKey
    ? "This server accepts some keys only. Your API key:"
    : "Or by its API key:";
  return html`<form class="stack" @submit=${open}>
    <label for="key">${label}</label>
    <span class="row">
      ${textField("key", { id: "key", example: "sk_sim_local" })}
      <button class="button button-primary">Open</button>
    </span>
    <small>It stays in the fragment of the address, which no server sees.</small>
  </form>`;
}

/** @param {Context} ctx */
export function firstCall(ctx) {
  lookSoon(ctx);
  const { api, model } = ctx;
  const key = api.key ?? "YOUR_KEY";
  const calls = model.calls.length + model.callsDropped;
  const base = `${api.origin}/v2`;
  const nouns = model.watchedKinds.map((kind) => kindTitle(kind).toLowerCase());
  return html`<div class="stack welcome">
    <h2>${calls ? "No run yet" : "Waiting for the first call"}</h2>
    <p>
      ${
        calls
          ? html`${countText(calls, "call")} so far, ${model.refused.status || "none refused"}, and
            none of them made a ${nouns.join(" or a ")}.`
          : html`<span class="dot tone-working" aria-hidden="true"></span> Nothing has called
              <code>${base}</code> with this key. Give your program this URL:`
      }
    </p>
    ${otherWorlds(ctx)} ${codeBlock(`export DECK_BASE_URL=${base} DECK_API_KEY=${shellWord(key)}`)}
    ${firstRun(ctx)}
  </div>`;
}

/** The mistake of a wrong key: another world gets the calls. @param {Context} ctx */
function otherWorlds(ctx) {
  const thisId = ctx.model.world?.world;
  const others = (server.worlds ?? []).filter(({ id, calls }) => calls && id !== thisId);
  if (!others.length || ctx.model.calls.length) return nothing;
  const links = others.slice(-MOST_OTHERS).map(({ id, key, calls }) => {
    const open = () => ctx.set({ key: null, world: id });
    return html`${button(key, open, { kind: "link" })} has ${countText(calls, "call")}. `;
  });
  return html`<div class="notice tone-person" role="status">
    ${icon("warning")}
    <span class="grow"><strong>Does your program use another key?</strong> ${links}</span>
  </div>`;
}
