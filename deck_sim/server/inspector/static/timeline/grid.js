// @ts-check
/** The lanes as a grid for screen readers, and the cursor that the keyboard moves through them. */

import { html } from "../vendor/lit-html/lit-html.js";
import { repeat } from "../vendor/lit-html/directives/repeat.js";
import { clockText } from "../format.js";
import { laneText } from "./words.js";

/** @typedef {import("./scene.js").Scene} Scene */

const AROUND = 3;

/**
 * Only the rows near the cursor and in view are in the document; `aria-rowcount` counts all.
 * @param {Scene} scene
 */
export function gridRows(scene) {
  const { point } = scene;
  const first = Math.max(0, Math.floor(scene.view.top / scene.rowHeight));
  const last = first + Math.ceil(scene.view.height / scene.rowHeight);
  /** @type {number[]} */
  const shown = [];
  scene.rows.forEach((_, i) => {
    if ((i >= first && i <= last) || Math.abs(i - scene.cursor) <= AROUND) shown.push(i);
  });
  return html`${repeat(
    shown,
    (i) => scene.rows[i].lane.id,
    (i) => {
      const { lane, depth, children } = scene.rows[i];
      const here = i === scene.cursor;
      return html`<div role="row" aria-rowindex=${i + 1} aria-selected=${scene.isSelected(lane)}>
        <div role="gridcell" id=${here ? "tl-lane" : `tl-lane-${i}`}>
          ${laneText(scene, lane)}${depth ? `, level ${depth + 1}` : ""}${
            children ? `, ${children} beneath it` : ""
          }
        </div>
        <div role="gridcell" id=${here ? "tl-moment" : `tl-moment-${i}`}>
          ${
            here && point
              ? `${point.index + 1} of ${point.count}: ${point.stop.label} at ${clockText(point.stop.at)}`
              : `${lane.spans.length} statuses, ${lane.marks.length} marks`
          }
        </div>
      </div>`;
    },
  )}`;
}
