// @ts-check
/** The steps of a script as a list, with branches as lists in it. */

import { html, nothing } from "../vendor/lit-html/lit-html.js";
import { durationText, words } from "../format.js";
import { coverageKey, isStuck, stepFamily, stepIcon } from "./layout.js";

/** @typedef {import("./layout.js").Step} Step */
/**
 * @typedef {object} Marking
 * @property {Record<string, number>|null} counts how often each step was played
 * @property {string} marked the path of a step, joined by dots
 * @property {(path: string) => void} mark
 */

/** @param {Step[]} steps @param {Marking} marking @returns {any} */
export function stepList(steps, marking) {
  return html`<ol class="steps">
    ${steps.map((step) => stepItem(step, marking))}
  </ol>`;
}

/** @param {Step} step @param {Marking} marking */
function stepItem(step, marking) {
  const path = step.path.join(".");
  const count = marking.counts?.[coverageKey(step)] ?? 0;
  const branches = Object.entries(step.branches).filter(([, inner]) => inner.length);
  return html`<li class="step tone-${stepFamily(step)}">
    <button
      type="button"
      class="step-line"
      aria-pressed=${marking.marked === path}
      @click=${() => marking.mark(path)}
    >
      <span class="step-dot" aria-hidden="true">${stepIcon(step)}</span>
      <span class="step-word">${words(step.word)}</span>
      <span class="step-time mono">${timeOf(step)}</span>
      ${
        marking.counts
          ? html`<span class="step-count ${count ? "" : "is-missed"}"
              >${count ? `×${count}` : "not played"}</span
            >`
          : nothing
      }
      ${detailLines(step).map(detailLine)}
    </button>
    ${branches.map(
      ([name, inner]) =>
        html`<div class="branch">
          <span class="branch-name">${words(name)}</span>${stepList(inner, marking)}
        </div>`,
    )}
  </li>`;
}

/** @param {Step} step */
function timeOf(step) {
  if (isStuck(step)) return "stuck";
  if (step.seconds === null) return "";
  const [written] = step.detail.split(";");
  return written.includes("..") ? written : durationText(step.seconds * 1000);
}

/** A line for each key; a duration stands beside the word. @param {Step} step */
function detailLines(step) {
  const lines = step.detail.split(/; (?=[a-z_]+: )/);
  return timeOf(step) ? lines.slice(1) : lines.filter(Boolean);
}

/** @param {string} line */
function detailLine(line) {
  const [, key, rest] = /^([a-z_]+: )(.*)$/s.exec(line) ?? ["", "", line];
  return html`<span class="step-detail"><span class="step-key">${key}</span>${rest}</span>`;
}
