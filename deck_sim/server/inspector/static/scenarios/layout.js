// @ts-check
/** Where the bars and forks of a small picture of a script are, and what they mean. */

import { words } from "../format.js";
import { ICONS, familyOf } from "../statuses.js";

/**
 * @typedef {object} Step as `/_sim/scenarios` shows it
 * @property {(string|number)[]} path
 * @property {string} word
 * @property {string|null} status
 * @property {string} detail
 * @property {number|null} seconds
 * @property {Record<string, Step[]>} branches
 *
 * @typedef {{x: number, row: number, width: number, step: Step}} Bar
 * @typedef {{x: number, row: number, toX: number, toRow: number}} Fork
 * @typedef {{bars: Bar[], forks: Fork[], ends: number[]}} Track `ends` has the right end of each row
 */

const GAP = 2;
const LONGEST = 120;
const SHORT = 18;

/** The family of a step: that of its status, or `effect`. @param {Step} step */
export function stepFamily({ word, status }) {
  if (word === "refused") return "bad";
  return status === null ? "effect" : familyOf(status);
}

/** @param {Step} step */
export function stepIcon(step) {
  const family = stepFamily(step);
  return family === "effect" ? "•" : ICONS[family];
}

/** @param {Step} step */
export function isStuck(step) {
  return /^stuck\b/.test(step.detail);
}

/** The key of a step in `/_sim/coverage`, like `task_run[2].on_rejected[0]`. @param {Step} step */
export function coverageKey({ path }) {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .slice(1);
}

/** Long waits would hide all others, so a bar grows with the logarithm. @param {Step} step */
function widthOf(step) {
  const family = stepFamily(step);
  if (family === "effect") return 8;
  if (isStuck(step)) return 72;
  if (step.seconds !== null) return Math.min(SHORT + 10 * Math.log2(1 + step.seconds), LONGEST);
  return family === "person" ? 40 : SHORT;
}

/** @param {Step[]} steps @returns {Track} */
export function layOut(steps) {
  /** @type {Track} */
  const track = { bars: [], forks: [], ends: [] };
  place(steps, 0, 0, track);
  return track;
}

/** @param {Step[]} steps @param {number} x @param {number} row @param {Track} track */
function place(steps, x, row, track) {
  for (const step of steps) {
    const width = widthOf(step);
    track.bars.push({ x, row, width, step });
    track.ends[row] = x + width;
    let forkX = x + 10;
    for (const branch of Object.values(step.branches)) {
      if (!branch.length) continue;
      let toRow = row + 1;
      while ((track.ends[toRow] ?? -Infinity) > forkX - 2) toRow += 1;
      track.forks.push({ x: forkX, row, toX: forkX + 10, toRow });
      place(branch, forkX + 10, toRow, track);
      forkX += 9;
    }
    x += width + GAP;
  }
}

/** @param {Step[]} steps */
export function trackText(steps) {
  const forks = layOut(steps).forks.length;
  const told = steps.map((step) => `${words(step.word)} ${shortDetail(step)}`.trim()).join(", ");
  return forks ? `${told}; ${forks} ${forks === 1 ? "branch" : "branches"}` : told;
}

/** @param {Step} step */
function shortDetail(step) {
  return step.seconds !== null || isStuck(step) ? step.detail.split(";")[0] : "";
}
