// @ts-check
/** Draws the time axis: ticks, folds, moves of the clock, and the line at now. */

import { clockText, countText, dayText, durationText } from "../format.js";
import { eachTick, shortDay, tickStep, tickText } from "./ticks.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./pen.js").Pen} Pen */

const LABEL_ROOM = 76;

/** Lines behind the lanes. @param {Scene} scene @param {Pen} pen */
export function paintGrid(scene, pen) {
  const { palette, context } = pen;
  const { view } = scene;
  context.save();
  clipPlot(scene, context);
  const [from, to] = [view.time(0), view.time(view.width)];
  const width = view.axis.foldWidth(view.scale);
  for (const fold of view.axis.folds) {
    if (fold.to < from || fold.from > to) continue;
    context.fillStyle = palette.sunken;
    context.fillRect(scene.x(fold.from), scene.head, width, scene.height);
  }
  eachTick(view.axis, from, to, tickStep(view.scale), (time) => {
    pen.vertical(scene.x(time), scene.head, scene.height, palette.hairline);
  });
  context.setLineDash(DOTS);
  for (const move of scene.moments.moves) {
    if (move.at < from || move.at > to) continue;
    pen.vertical(scene.x(move.at), scene.head, scene.height, palette.border);
  }
  context.setLineDash(SOLID);
  context.restore();
}

/** The tears in folds and the line at now, over the bars and below their texts. @param {Scene} scene @param {Pen} pen */
export function paintTears(scene, pen) {
  const { palette } = pen;
  const { view } = scene;
  const width = view.axis.foldWidth(view.scale);
  for (const { from, to } of width < 14 ? [] : view.axis.folds) {
    const x = scene.x((from + to) / 2);
    if (x > scene.labels - width && x < scene.width + width) tear(scene, pen, x);
  }
  if (scene.pointer >= scene.labels) {
    pen.vertical(scene.pointer, scene.head, scene.height, palette.edge);
  }
  const colour = scene.past ? palette.border : palette.accent;
  pen.vertical(scene.x(scene.now), scene.head - 4, scene.height, colour);
}

/** Dims what came after the moment that is looked at. @param {Scene} scene @param {Pen} pen */
export function paintHorizon(scene, pen) {
  if (!scene.past) return;
  const { context, palette } = pen;
  context.fillStyle = palette.later;
  const x = scene.x(scene.horizon);
  context.fillRect(x, scene.head, scene.width, scene.height);
  context.lineWidth = 2;
  pen.vertical(x, scene.head - 4, scene.height, palette.families.person.line);
  context.lineWidth = 1;
}

/** @param {Scene} scene @param {Pen} pen */
export function paintHeader(scene, pen) {
  const { context, palette } = pen;
  const { view, labels, head, width } = scene;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, head);
  context.fillStyle = palette.border;
  context.fillRect(0, head - 1, width, 1);
  if (labels) context.fillRect(labels, 0, 1, scene.height);
  context.save();
  context.beginPath();
  context.rect(labels, 0, width - labels, head);
  context.clip();
  const [from, to] = [view.time(0), view.time(view.width)];
  pen.font(11);
  const date = dayText(Math.max(from, view.axis.start));
  const free = labels + 16 + pen.text(date, labels + 8, 11, palette.quiet);
  context.textAlign = "center";
  paintFolds(scene, pen, free);
  paintTicks(scene, pen, from, to);
  context.textAlign = "left";
  paintPins(scene, pen);
  context.restore();
  if (!labels) return;
  pen.font(11, false, 600);
  pen.text(countText(scene.rows.length, "lane"), 10, head / 2, palette.quiet);
}

/** Labels of ticks; where there is no room for all, those of flags and of the ends of folds stay. @param {Scene} scene @param {Pen} pen @param {number} from @param {number} to */
function paintTicks(scene, pen, from, to) {
  const { view } = scene;
  const step = tickStep(view.scale);
  /** @type {number[]} */
  const taken = scene.past ? [scene.x(scene.horizon), scene.x(scene.now)] : [scene.x(scene.now)];
  pen.font(11, true);
  /** @param {number} time @param {string} text */
  const label = (time, text) => {
    const x = Math.max(scene.x(time), scene.labels + pen.measure(text) / 2 + 4);
    if (taken.some((other) => Math.abs(x - other) < LABEL_ROOM)) return;
    taken.push(x);
    pen.text(text, x, 28, pen.palette.quiet);
  };
  for (const fold of view.axis.folds) {
    if (fold.to < from || fold.to > to) continue;
    const isDay = dayText(fold.from) !== dayText(fold.to);
    label(fold.to, isDay ? shortDay(fold.to) : clockText(fold.to).slice(0, 8));
  }
  eachTick(view.axis, from, to, step, (time) => label(time, tickText(time, step)));
}

/** How long each fold is. @param {Scene} scene @param {Pen} pen @param {number} free */
function paintFolds(scene, pen, free) {
  const { view } = scene;
  const width = view.axis.foldWidth(view.scale);
  pen.font(10.5, false, 500);
  for (const { from, to } of view.axis.folds) {
    const x = scene.x((from + to) / 2);
    if (x > scene.width + width) continue;
    const text = durationText(to - from);
    const room = pen.measure(text);
    if (room > width + 12 || x - room / 2 < free) continue;
    pen.text(text, x, 11, pen.palette.text);
    free = x + room / 2 + 6;
  }
}

/** The flags of now and of the moment that is looked at. @param {Scene} scene @param {Pen} pen */
function paintPins(scene, pen) {
  const { palette } = pen;
  const now = `now ${clockText(scene.now).slice(0, 8)}`;
  if (scene.past) {
    if (scene.x(scene.now) - scene.x(scene.horizon) > 80) {
      flag(scene, pen, scene.now, "now", palette.sunken, palette.quiet);
    }
    const text = clockText(scene.horizon);
    flag(scene, pen, scene.horizon, text, palette.families.person.text, palette.surface);
  } else flag(scene, pen, scene.now, now, palette.accent, palette.onAccent);
  if (scene.pointer >= scene.labels) {
    const time = Math.round(scene.view.time(scene.pointer - scene.labels));
    const text = clockText(time).slice(0, scene.view.scale > 0.02 ? 12 : 8);
    flag(scene, pen, time, text, palette.text, palette.surface);
  }
}

/** @param {Scene} scene @param {Pen} pen @param {number} time @param {string} text @param {string} ground @param {string} colour */
function flag(scene, pen, time, text, ground, colour) {
  const x = scene.x(time);
  pen.font(10.5, true, 600);
  const width = pen.measure(text) + 12;
  if (x < scene.labels - width || x > scene.width + width) return;
  const left = Math.max(scene.labels + 2, Math.min(x - width / 2, scene.width - width - 2));
  pen.box(left, 19, width, 16, 4);
  pen.context.fillStyle = ground;
  pen.context.fill();
  pen.text(text, left + 6, 27.5, colour);
}

/** @param {Scene} scene @param {Pen} pen @param {number} x */
function tear(scene, pen, x) {
  const { context, palette } = pen;
  context.beginPath();
  for (let y = scene.head, bend = 0; y <= scene.height + 6; y += 6, bend = 4 - bend) {
    if (y === scene.head) context.moveTo(x - 2, y);
    else context.lineTo(x - 2 + bend, y);
  }
  context.lineWidth = 7;
  context.strokeStyle = palette.sunken;
  context.stroke();
  context.lineWidth = 1;
  context.strokeStyle = palette.edge;
  context.stroke();
}

/** @param {Scene} scene @param {CanvasRenderingContext2D} context */
function clipPlot(scene, context) {
  context.beginPath();
  context.rect(scene.labels, 0, scene.width - scene.labels, scene.height);
  context.clip();
}

const DOTS = [1, 3];
/** @type {number[]} */
const SOLID = [];
