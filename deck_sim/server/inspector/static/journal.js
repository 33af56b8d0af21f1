// @ts-check
/** The tab with the calls of the Deck API: filter, lint findings, and the list. */

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { countText } from "./format.js";
import { findingsByCall, lintOf, lintSection } from "./journal/lint.js";
import { KEYS, hasTerm, parseQuery, toggleTerm } from "./journal/query.js";
import "./journal/rows.js";
import { keyOption } from "./shell.js";
import { emptyState } from "./widgets.js";

/** @typedef {import("./app.js").Context} Context */
/** @typedef {import("./model.js").Call} Call */

/** Terms of the filter that have a button. @type {[string, string][]} */
const CHIPS = [
  ["is:error", "Errors"],
  ["is:create", "Creates"],
  ["is:read", "Reads"],
  ["is:lint", "Lint"],
];
const EXAMPLE = "Filter: text, method:post, status:4xx, path:/task-runs, fault:any …";

/** What the calls were filtered by, and those that matched. @type {{by: any[], calls: Call[]}} */
let latest = { by: [], calls: [] };

/** @param {Context} ctx */
export function journalView(ctx) {
  const { model, ui } = ctx;
  if (!model.calls.length) return noCalls(ctx);
  const findings = lintOf(ctx);
  const query = parseQuery(ui.filter);
  const calls = filterCalls(ctx, query, findings);
  return html`<div class="journal">
    <div class="journal-bar">
      <input
        type="search"
        class="journal-filter"
        placeholder=${EXAMPLE}
        title=${`Keys: ${Object.keys(KEYS).join(", ")}. A minus in front means: not.`}
        aria-label="Filter of the calls"
        spellcheck="false"
        autocomplete="off"
        .value=${ui.filter}
        @input=${(/** @type {any} */ event) => ctx.set({ filter: event.target.value })}
      />
      <div class="chips" role="group" aria-label="Quick filters">
        ${CHIPS.map(
          ([term, label]) =>
            html`<button
              type="button"
              class="chip"
              aria-pressed=${hasTerm(ui.filter, term)}
              @click=${() => ctx.set({ filter: toggleTerm(ui.filter, term) })}
            >
              ${label}
            </button>`,
        )}
      </div>
      <span class="journal-count" role="status">${countOf(model.calls.length, calls.length)}</span>
    </div>
    ${query.hints.map((hint) => html`<p class="journal-hint" role="status">${hint}</p>`)}
    ${
      model.callsDropped
        ? html`<p class="journal-hint">
            ${countText(model.callsDropped, "older call")} dropped; the journal keeps the last
            10,000.
          </p>`
        : nothing
    }
    ${lintSection(ctx, findings)}
    ${
      calls.length
        ? html`<deck-calls .data=${{ ctx, calls, findings }}></deck-calls>`
        : emptyState(
            "No call matches",
            html`<button type="button" class="button" @click=${() => ctx.set({ filter: "" })}>
              Clear the filter
            </button>`,
          )
    }
  </div>`;
}

/** @param {number} all @param {number} found */
function countOf(all, found) {
  const text = countText(all, "call");
  return found === all ? text : `${found.toLocaleString("en")} of ${text}`;
}

/**
 * The calls that match, filtered again only if the filter or the calls changed.
 * @param {Context} ctx
 * @param {ReturnType<typeof parseQuery>} query
 * @param {import("./journal/lint.js").Finding[]} findings
 */
function filterCalls({ model, ui }, query, findings) {
  if (!ui.filter.trim()) return model.calls;
  const by = [ui.filter, findings, model, model.world?.epoch, model.calls.at(-1)?.number];
  if (by.some((one, index) => one !== latest.by[index])) {
    const flagged = new Set(findingsByCall(findings).keys());
    latest = { by, calls: model.calls.filter((call) => query.matches(call, { flagged })) };
  }
  return latest.calls;
}

/** @param {Context} ctx */
function noCalls({ api, model, readOnly }) {
  if (readOnly || !model.ready) return emptyState("No calls", "This world got no call.");
  return emptyState(
    "No call yet",
    "Every call of the Deck API with the key of this world appears here while it happens.",
    `curl ${api.origin}/v2/agents ${keyOption(api.key)}`,
  );
}
