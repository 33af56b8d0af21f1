// @ts-check
/** A script as a small picture: a bar for each step, and its branches as forks below. */

import { nothing, svg } from "../vendor/lit-html/lit-html.js";
import { words } from "../format.js";
import { ICONS } from "../statuses.js";
import { coverageKey, isStuck, layOut, stepFamily, trackText } from "./layout.js";

/**
 * @typedef {import("./layout.js").Step} Step
 * @typedef {import("./layout.js").Bar} Bar
 * @typedef {import("./layout.js").Fork} Fork
 */

const ROW = 18;
const HEIGHT = 13;

/**
 * @param {Step[]} steps
 * @param {Record<string, number>|null} counts how often each step was played, if any was
 */
export function trackView(steps, counts) {
  const { bars, forks, ends } = layOut(steps);
  const width = Math.max(...ends.filter((end) => end !== undefined)) + 1;
  const height = ends.length * ROW;
  return svg`<svg
    class="track"
    viewBox="0 0 ${width} ${height}"
    width=${width}
    height=${height}
    role="img"
    aria-label=${trackText(steps)}
  >
    ${forks.map(forkView)}${bars.map((bar) => barView(bar, counts))}
  </svg>`;
}

/** @param {Fork} fork */
function forkView({ x, row, toX, toRow }) {
  const from = row * ROW + HEIGHT;
  const to = toRow * ROW + HEIGHT / 2;
  return svg`<path class="fork" d="M${x} ${from}V${to - 4}Q${x} ${to} ${x + 4} ${to}H${toX}" />`;
}

/** @param {Bar} bar @param {Record<string, number>|null} counts */
function barView({ x, row, width, step }, counts) {
  const family = stepFamily(step);
  const top = row * ROW;
  const isThin = family === "waiting";
  const isMissed = counts !== null && !counts[coverageKey(step)];
  const label = `${words(step.word)}${step.detail ? `: ${step.detail}` : ""}${isMissed ? " (not played)" : ""}`;
  const middle = top + HEIGHT / 2;
  if (family === "effect")
    return svg`<circle class="step-bar tone-effect ${isMissed ? "is-missed" : ""}" cx=${x + 4} cy=${middle} r="3"><title>${label}</title></circle>`;
  const hasIcon = family !== "waiting" && family !== "working";
  return svg`<g class="tone-${family} ${isMissed ? "is-missed" : ""}">
    <rect
      class="step-bar ${isStuck(step) ? "is-stuck" : ""}"
      x=${x}
      y=${isThin ? top + 4 : top}
      width=${width}
      height=${isThin ? HEIGHT - 8 : HEIGHT}
      rx="3"
    />
    ${hasIcon ? svg`<text class="step-icon" x=${x + width / 2} y=${middle + 3.2}>${ICONS[family]}</text>` : nothing}
    <title>${label}</title>
  </g>`;
}
