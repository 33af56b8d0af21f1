// @ts-check
/** Views whose modules are loaded after the first one is drawn, or when they are needed. */

import { html } from "./vendor/lit-html/lit-html.js";

/** @type {(() => void)[]} */
const waiting = [];

/**
 * A view that draws with the function that `load` gives.
 * @template {any[]} Args
 * @param {() => Promise<(ctx: import("./app.js").Context, ...args: Args) => any>} load
 * @returns {(ctx: import("./app.js").Context, ...args: Args) => any}
 */
export function lazy(load) {
  /** @type {((ctx: import("./app.js").Context, ...args: Args) => any)|null} */
  let view = null;
  /** @type {Promise<void>|null} */
  let loading = null;
  const start = () => {
    loading ??= load().then((loaded) => void (view = loaded));
    return loading;
  };
  waiting.push(() => void start().catch(() => (loading = null)));
  return (ctx, ...args) => {
    if (view) return view(ctx, ...args);
    start().then(ctx.refresh, () => (loading = null));
    return html`<p class="loading muted">Loading…</p>`;
  };
}

/** Load all of them, once the page has time. */
export function loadAll() {
  setTimeout(() => {
    for (const start of waiting) start();
  }, 500);
}
