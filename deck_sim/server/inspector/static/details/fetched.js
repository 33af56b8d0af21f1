// @ts-check
/** Answers of the control API, asked for when a view needs them, and again when they may differ. */

/** @typedef {import("../app.js").Context} Context */
/**
 * @typedef {object} Fetched
 * @property {any} data the latest answer, or null
 * @property {any} error why there is none
 * @property {string} stamp
 * @property {boolean} isResting whether it is being asked for, or was a moment ago
 */

const MOST = 300; // more than one view asks for, or they would drive out one another
const SHORTEST_REST = 150; // ms
const LONGEST_REST = 3_000; // ms: what was slow once is not old for long
const REST = 10; // times as long as the answer took: a large world is not asked all the time
/** @type {WeakMap<object, Map<string, Fetched>>} */
const byApi = new WeakMap();

/**
 * The answer to `GET path`; a view is drawn again when it comes.
 * @param {Context} ctx
 * @param {string} path
 * @param {string|number} [version] what the answer depends on; another version is asked for
 * @returns {Fetched}
 */
export function fetched(ctx, path, version = "") {
  const { api, model } = ctx;
  const answers = byApi.get(api) ?? new Map();
  byApi.set(api, answers);
  const known = answers.get(path) ?? { data: null, error: null, stamp: "", isResting: false };
  answers.delete(path); // the oldest are first
  answers.set(path, known);
  if (answers.size > MOST) answers.delete(answers.keys().next().value);
  const stamp = `${model.world?.epoch}/${version}`;
  if (known.stamp !== stamp && !known.isResting) void ask(ctx, path, known, stamp);
  return known;
}

/** @param {Context} ctx @param {string} path @param {Fetched} known @param {string} stamp */
async function ask(ctx, path, known, stamp) {
  if (known.stamp.split("/")[0] !== stamp.split("/")[0]) known.data = null; // another world
  Object.assign(known, { stamp, isResting: true });
  const began = performance.now();
  try {
    Object.assign(known, { data: await ctx.api.get(path), error: null });
  } catch (error) {
    Object.assign(known, { data: null, error });
  }
  ctx.refresh();
  const rest = Math.max(SHORTEST_REST, REST * (performance.now() - began));
  setTimeout(
    () => {
      known.isResting = false;
      ctx.refresh();
    },
    Math.min(rest, LONGEST_REST),
  );
}
