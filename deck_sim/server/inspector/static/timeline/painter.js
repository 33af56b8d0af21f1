// @ts-check
/** Draws the rows that are visible: their labels, bars and marks. */

import { shortId, words } from "../format.js";
import { ICONS, familyOf } from "../statuses.js";
import { BAR, paintBarTexts, paintBars } from "./bars.js";
import { paintHorizon, paintTears } from "./header.js";
import { GLYPH, eachCluster, firstMarkAfter, isRefused, storyOf } from "./marks.js";
import { nextText } from "./words.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** @typedef {import("./pen.js").Pen} Pen */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./scene.js").Lane} Lane */

const DIM = 0.5;
/** Marks closer than this are drawn as one. */
export const APART = 13;

/** Where things lie within a row. @param {Scene} scene */
export function rowParts(scene) {
  return scene.narrow ? { bar: 18, marks: 45, label: 9 } : { bar: 4, marks: 30, label: 13 };
}

/** @param {Scene} scene @param {Pen} pen */
export function paintLanes(scene, pen) {
  const { context } = pen;
  const { view, rows, labels, head, width, height } = scene;
  const parts = rowParts(scene);
  const first = Math.max(0, Math.floor(view.top / scene.rowHeight));
  const bottom = Math.floor((view.top + view.height) / scene.rowHeight);
  const last = Math.min(rows.length - 1, bottom);
  clip(context, 0, head, width, height - head);
  for (let i = first; i <= last; i++) paintGround(scene, pen, i);
  clip(context, labels, head, width - labels, height - head);
  for (let i = first; i <= last; i++) {
    context.globalAlpha = rows[i].context ? DIM : 1;
    paintBars(scene, pen, rows[i].lane, scene.y(i) + parts.bar);
  }
  context.globalAlpha = 1;
  paintTears(scene, pen);
  paintHorizon(scene, pen);
  for (let i = first; i <= last; i++) {
    context.globalAlpha = rows[i].context ? DIM : 1;
    paintBarTexts(scene, pen, rows[i].lane, scene.y(i) + parts.bar + BAR / 2);
    paintMarks(scene, pen, rows[i].lane, scene.y(i) + parts.marks);
  }
  context.globalAlpha = 1;
  context.restore();
  for (let i = first; i <= last; i++) paintLabel(scene, pen, rows[i], scene.y(i));
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {number} x @param {number} y @param {number} width @param {number} height */
function clip(context, x, y, width, height) {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
}

/** @param {Scene} scene @param {Pen} pen @param {number} index */
function paintGround(scene, pen, index) {
  const { context, palette } = pen;
  const y = scene.y(index);
  const { lane } = scene.rows[index];
  const isSelected = scene.isSelected(lane);
  context.fillStyle = isSelected ? palette.chosen : palette.hover;
  if (isSelected || index === scene.hover) context.fillRect(0, y, scene.width, scene.rowHeight);
  context.fillStyle = palette.hairline;
  context.fillRect(0, y + scene.rowHeight - 1, scene.width, 1);
  if (index !== scene.cursor || !scene.focused) return;
  context.strokeStyle = palette.accent;
  context.lineWidth = 2;
  pen.box(1, y + 1, scene.width - 2, scene.rowHeight - 3, 4);
  context.stroke();
  context.lineWidth = 1;
}

/** @param {Scene} scene @param {Pen} pen @param {Lane} lane @param {number} y */
function paintMarks(scene, pen, lane, y) {
  const { context, palette } = pen;
  const { view, selected } = scene;
  const { marks } = lane;
  const [from, to] = [view.time(-40), view.time(view.width + 40)];
  const begin = firstMarkAfter(marks, from);
  /** @param {number} time */
  const place = (time) => scene.x(time);
  const alpha = context.globalAlpha;
  let end = -Infinity; // of the marks that are drawn
  eachCluster(marks, begin, to, place, APART, (middle, first, count, foremost, room) => {
    context.globalAlpha = marks[first].at > scene.horizon ? alpha * 0.35 : alpha;
    pen.font(10, false, 600);
    const text = String(count);
    const story = count === 1 ? [foremost] : storyOf(marks, first, count, room);
    if (!story.length) story.push(foremost);
    const extra = (story.length - 1) * GLYPH;
    const width = (count === 1 ? 14 : pen.measure(text) + 20) + extra;
    const x = middle + extra / 2;
    end = x + width / 2;
    if (selected && holds(marks, first, count, selected)) {
      context.fillStyle = palette.accent;
      pen.box(x - width / 2 - 2, y - 9, width + 4, 18, 9);
      context.fill();
      context.fillStyle = palette.surface;
      pen.box(x - width / 2, y - 7, width, 14, 7);
      context.fill();
    }
    if (count === 1) return pen.mark(foremost.type, x, y, isRefused(foremost));
    pen.box(x - width / 2, y - 7, width, 14, 7);
    context.fillStyle = palette.surface;
    context.fill();
    context.strokeStyle = palette.border;
    context.stroke();
    for (let i = 0; i < story.length; i++) {
      pen.mark(story[i].type, x - width / 2 + 8 + i * GLYPH, y, isRefused(story[i]));
    }
    pen.text(text, x + width / 2 - 5 - pen.measure(text), y + 0.5, palette.text);
  });
  context.globalAlpha = alpha;
  const attempts = scene.past ? undefined : scene.attempts.get(lane.id);
  for (const at of attempts ?? []) {
    const x = scene.x(at);
    if (x - GLYPH / 2 < end) continue; // marks that are too close are drawn as one
    pen.mark("delivery", x, y);
    end = x + GLYPH / 2 - 1;
  }
}

/** @param {import("./marks.js").Mark[]} marks @param {number} first @param {number} count @param {import("../model.js").Ref} ref */
function holds(marks, first, count, { type, id }) {
  for (let i = first; i < first + count; i++) {
    if (marks[i].ref.id === id && marks[i].ref.type === type) return true;
  }
  return false;
}

/** @param {Scene} scene @param {Pen} pen @param {Row} row @param {number} y */
function paintLabel(scene, pen, row, y) {
  const { context, palette } = pen;
  const { lane } = row;
  const status = scene.status(lane);
  const left = 10 + Math.min(row.depth, 4) * 14;
  const room = (scene.narrow ? scene.width : scene.labels) - left - 10;
  const { label } = rowParts(scene);
  context.globalAlpha = row.context || status === null ? DIM : 1;
  if (row.children) paintChevron(pen, left, y + label, scene.choice.closed.has(lane.id));
  const begin = left + 14;
  const badge = paintBadge(pen, status, left + room, y + label, room - 90);
  pen.font(12, false, 600);
  const x = begin + pen.text(lane.title, begin, y + label, palette.text, room - 14 - badge) + 8;
  pen.font(11);
  const { scenario } = lane.about;
  if (scene.narrow) {
    const next = status && scene.next(lane);
    const text = next ? nextText(scene, next) : (scenario ?? "");
    pen.text(text, x, y + label, palette.quiet, left + room - badge - 8 - x);
  } else {
    const told = status === null ? "not yet created" : scenario;
    const hidden = scene.choice.closed.has(lane.id) ? `${row.children} hidden` : null;
    const width = pen.text(
      [hidden, told].filter(Boolean).join(" · "),
      begin,
      y + 28,
      palette.quiet,
      room - 14,
    );
    pen.font(10.5, true);
    const free = left + room - begin - width - 10;
    const id = shortId(lane.id);
    if (pen.measure(id) <= free) pen.text(id, begin + width + (width && 8), y + 28, palette.quiet);
  }
  context.globalAlpha = 1;
}

/** @param {Pen} pen @param {number} x @param {number} y @param {boolean} closed */
function paintChevron(pen, x, y, closed) {
  const { context, palette } = pen;
  context.strokeStyle = palette.quiet;
  context.lineWidth = 1.5;
  context.beginPath();
  const points = closed ? [2, -4, 6, 0, 2, 4] : [0, -2, 4, 2, 8, -2];
  for (let i = 0; i < 6; i += 2) context.lineTo(x + points[i], y + points[i + 1]);
  context.stroke();
  context.lineWidth = 1;
}

/** @param {Pen} pen @param {string | null} status @param {number} right @param {number} y @param {number} room @returns {number} its width */
function paintBadge(pen, status, right, y, room) {
  if (!status) return 0;
  const { context, palette } = pen;
  const family = familyOf(status);
  const ink = palette.families[family];
  pen.font(10.5, false, 500);
  const text = pen.cut(words(status), Math.max(0, room - 24));
  const width = pen.measure(text) + (text ? 22 : 16);
  pen.box(right - width, y - 8, width, 16, 8);
  context.fillStyle = ink.tint;
  context.fill();
  pen.text(ICONS[family], right - width + 6, y + 0.5, ink.text);
  pen.text(text, right - width + 18, y + 0.5, ink.text);
  return width;
}
