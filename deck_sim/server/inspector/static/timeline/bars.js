// @ts-check
/** Draws the bars of a lane and what is due ahead of now: first all shapes, then all texts. */

import { words } from "../format.js";
import { ICONS, familyOf, isFinal } from "../statuses.js";
import { spanAt } from "./marks.js";
import { nextText, roughText } from "./words.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./scene.js").Lane} Lane */
/** @typedef {import("./pen.js").Pen} Pen */

export const BAR = 18;
const DASHES = [4, 3];
/** @type {number[]} */
const SOLID = [];

/** @param {Scene} scene @param {Pen} pen @param {Lane} lane @param {number} y the top of the bars */
export function paintBars(scene, pen, lane, y) {
  const { horizon } = scene;
  eachSpan(scene, lane, (status, from, to, isEnd) => {
    const left = scene.x(from);
    if (isEnd) return paintEnd(pen, status, left, y, from > horizon);
    const seen = scene.x(Math.min(to, horizon));
    if (from <= horizon) paintBar(scene, pen, status, left, seen, y);
    if (to > horizon) paintAhead(scene, pen, status, Math.max(left, seen), scene.x(to), y);
  });
  const next = scene.next(lane);
  if (next) paintAhead(scene, pen, lane.status, scene.x(scene.now), scene.x(next.at), y);
}

/** @param {Scene} scene @param {Pen} pen @param {Lane} lane @param {number} y the middle of the bars */
export function paintBarTexts(scene, pen, lane, y) {
  const { horizon, labels, width } = scene;
  const { palette } = pen;
  const away = scene.away(lane);
  if (away) {
    pen.font(11);
    const text = away < 0 ? `‹ ${roughText(away)} earlier` : `${roughText(away)} later ›`;
    const x = away < 0 ? labels + 8 : width - 8 - pen.measure(text);
    pen.text(text, x, y, palette.quiet);
    return;
  }
  let free = labels; // the x from which nothing is written
  eachSpan(scene, lane, (status, from, to, isEnd) => {
    const left = scene.x(from);
    pen.font(11, false, 500);
    if (isEnd) {
      const isLater = from > horizon;
      const ink = palette.families[familyOf(status)];
      pen.centred(ICONS[familyOf(status)], left + BAR / 2, y, isLater ? ink.line : palette.surface);
      pen.font(11);
      free = left + BAR + 5;
      const { globalAlpha } = pen.context;
      if (isLater) pen.context.globalAlpha = globalAlpha / 2;
      free += pen.text(words(status), free, y, palette.quiet, width - free);
      pen.context.globalAlpha = globalAlpha;
    } else {
      const right = scene.x(Math.min(to, horizon));
      free = Math.max(right, scene.x(to));
      if (from <= horizon) paintBarText(scene, pen, status, left, right, y);
    }
  });
  const next = scene.next(lane);
  if (!next || scene.narrow || scene.status(lane) === null) return; // narrow: beside the title
  const text = nextText(scene, next);
  pen.font(11, false, 500);
  const begin = Math.max(scene.x(horizon), labels) + 7;
  const end = scene.x(next.at);
  const isInside = pen.measure(text) + 10 <= Math.min(end, width) - begin;
  const left = isInside ? begin : Math.max(free, end, begin - 14) + 7;
  pen.text(text, left, y, palette.text, width - left);
}

/**
 * @param {Scene} scene
 * @param {Lane} lane
 * @param {(status: string, from: number, to: number, isEnd: boolean) => void} visit
 */
function eachSpan({ view, now }, lane, visit) {
  const { spans, kind } = lane;
  const [from, to] = [view.time(-160), view.time(view.width + 40)];
  for (let i = Math.max(0, spanAt(spans, from)); i < spans.length && spans[i].from <= to; i++) {
    const { status, from, to } = spans[i];
    visit(status, from, to ?? now, isFinal(kind, status));
  }
}

/** @param {Scene} scene @param {Pen} pen @param {string} status @param {number} left @param {number} right @param {number} y */
function paintBar(scene, pen, status, left, right, y) {
  const { context, palette } = pen;
  const ink = palette.families[familyOf(status)];
  const width = outline(scene, pen, left, right, y);
  context.fillStyle = ink.tint;
  context.fill();
  if (ink.pattern && width > 6) {
    context.fillStyle = ink.pattern;
    context.fill();
  }
  context.strokeStyle = ink.line;
  context.stroke();
}

/** @param {Scene} scene @param {Pen} pen @param {string} status @param {number} left @param {number} right @param {number} y */
function paintBarText(scene, pen, status, left, right, y) {
  const family = familyOf(status);
  const start = Math.max(left, scene.labels) + 6;
  const room = Math.min(right, scene.width) - start - 4;
  if (room < 12) return;
  const text = `${ICONS[family]} ${words(status)}`;
  const shown = pen.measure(text) <= room ? text : ICONS[family];
  pen.onGround(shown, start, y, pen.palette.families[family]);
}

/** What came, or will come, after the moment that is looked at. @param {Scene} scene @param {Pen} pen @param {string} status @param {number} left @param {number} right @param {number} y */
function paintAhead(scene, pen, status, left, right, y) {
  if (right - left < 2) return;
  const { context, palette } = pen;
  outline(scene, pen, left, right, y);
  context.fillStyle = palette.ahead;
  context.fill();
  context.setLineDash(DASHES);
  context.strokeStyle = palette.families[familyOf(status)].line;
  context.stroke();
  context.setLineDash(SOLID);
}

/** A path around a bar, no longer than what is visible of it. @param {Scene} scene @param {Pen} pen @param {number} left @param {number} right @param {number} y @returns {number} its width */
function outline(scene, pen, left, right, y) {
  const begin = Math.max(left, scene.labels - 8);
  const width = Math.max(2, Math.min(right, scene.width + 8) - begin);
  pen.box(begin + 0.5, y + 0.5, Math.max(1.5, width - 1), BAR - 1, Math.min(4, width / 2));
  return width;
}

/** A final status, with which the lane ends. @param {Pen} pen @param {string} status @param {number} x @param {number} y @param {boolean} isLater */
function paintEnd(pen, status, x, y, isLater) {
  const { context, palette } = pen;
  const { line } = palette.families[familyOf(status)];
  pen.box(x + 0.5, y + 0.5, BAR - 1, BAR - 1, 4);
  context.fillStyle = isLater ? palette.surface : line;
  context.fill();
  context.setLineDash(isLater ? DASHES : SOLID);
  context.strokeStyle = line;
  context.stroke();
  context.setLineDash(SOLID);
}
