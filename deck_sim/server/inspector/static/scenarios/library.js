// @ts-check
/** The scenarios of a world, which of their steps were played, and which are shown. */

import { fetched } from "../details/fetched.js";

/** @typedef {import("../app.js").Context} Context */
/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} summary
 * @property {string[]} tags
 * @property {string[]} editions
 * @property {boolean} ships
 * @property {string[]} scripts
 * @property {string[]} entries of a playlist or mix
 * @property {Record<string, import("./layout.js").Step[]>} steps by kind of resource
 * @property {any} [scenario] the file as JSON
 * @property {string} [text]
 * @property {Record<string, number>} [lines]
 *
 * @typedef {object} Coverage of one scenario that was played
 * @property {string} scenario
 * @property {Record<string, number>} steps
 * @property {number} played
 * @property {number} of
 */

const AWAY = 2_000; // ms; whoever comes back to the tab sees the list as it is then

/** What is shown. It outlives a change of tab. */
export const shown = {
  search: "",
  /** @type {string|null} */
  tag: null,
  isOwn: false,
  isPlayable: true,
};

let version = 0;
let drawnAt = 0;

/** Ask for the scenarios again: one was added or removed. */
export function forgetScenarios() {
  version += 1;
}

/** @param {Context} ctx */
export function readLibrary(ctx) {
  if (performance.now() - drawnAt > AWAY) version += 1;
  drawnAt = performance.now();
  const answer = fetched(ctx, "/_sim/scenarios?include=steps", version);
  return { answer, scenarios: /** @type {Scenario[]} */ (answer.data?.data ?? []) };
}

/** @param {Context} ctx @returns {Map<string, Coverage>} */
export function readCoverage(ctx) {
  const { data } = fetched(ctx, "/_sim/coverage", ctx.model.entries.length);
  return new Map((data?.data ?? []).map((/** @type {Coverage} */ row) => [row.scenario, row]));
}

/** @param {Context} ctx @param {string} name */
export function readScenario(ctx, name) {
  return fetched(ctx, `/_sim/scenarios/${encodeURIComponent(name)}`, version);
}

/** @param {Scenario} scenario @param {string} edition */
export function isPlayable({ editions }, edition) {
  return editions.includes(edition);
}

/** @param {Scenario[]} scenarios @param {string} edition */
export function findShown(scenarios, edition) {
  const wanted = shown.search.toLowerCase().split(/\s+/).filter(Boolean);
  return scenarios.filter((one) => {
    if (shown.isOwn && one.ships) return false;
    if (shown.isPlayable && !isPlayable(one, edition)) return false;
    if (shown.tag && !one.tags.includes(shown.tag)) return false;
    const text = `${one.name} ${one.summary} ${one.tags.join(" ")}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** The tags, the most frequent first. @param {Scenario[]} scenarios @returns {[string, number][]} */
export function countTags(scenarios) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const tag of scenarios.flatMap((one) => one.tags))
    counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}

/** The scripts to show: those that are in the file. @param {Scenario} scenario */
export function writtenScripts({ scripts, steps }) {
  const kinds = Object.keys(steps);
  const written = kinds.filter((kind) => scripts.includes(kind));
  return written.length ? written : kinds.filter((kind) => kind === "task_run");
}
