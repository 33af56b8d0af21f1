import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { Axis, foldLimit } = await import(`${STATIC}/timeline/axis.js`);
const { eachTick, tickStep, tickText } = await import(`${STATIC}/timeline/ticks.js`);
const { Viewport } = await import(`${STATIC}/timeline/viewport.js`);

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const START = Date.parse("2025-01-15T09:30:00Z");

/** A story of ten seconds, thirty days of nothing, and a story of ten seconds. */
const TWO_STORIES = [0, 2, 10, 10 + 30 * 86_400, 12 + 30 * 86_400, 20 + 30 * 86_400].map(
  (seconds) => START + seconds * SECOND,
);

test("a gap is folded if it is much longer than all shorter ones together", () => {
  assert.equal(foldLimit(TWO_STORIES), 30 * DAY);
  assert.deepEqual(new Axis(TWO_STORIES).folds, [{ from: TWO_STORIES[2], to: TWO_STORIES[3] }]);
});

test("gaps that are alike, or short, are not folded", () => {
  assert.equal(foldLimit([0, 30 * DAY, 60 * DAY]), Infinity);
  assert.equal(foldLimit([0, SECOND, 21 * SECOND]), Infinity);
  assert.deepEqual(new Axis(TWO_STORIES, false).folds, []);
});

test("what is due long after now is folded", () => {
  const due = START + 310 * SECOND;
  const moments = [START, START + 2 * SECOND, START + 10 * SECOND, due];
  const { folds } = new Axis(moments, true, START + 10 * SECOND);
  assert.deepEqual(folds, [{ from: START + 10 * SECOND, to: due }]);
});

test("a position leads back to its moment, in folds, too", () => {
  const axis = new Axis(TWO_STORIES);
  for (const scale of [0.001, 0.05, 2]) {
    for (const time of [START - SECOND, START + 7 * SECOND, START + 9 * DAY, START + 31 * DAY]) {
      assert.ok(Math.abs(axis.time(axis.position(time, scale), scale) - time) <= 1 / scale);
    }
  }
});

test("a fold is as wide at every zoom, unless there are many", () => {
  const axis = new Axis(TWO_STORIES);
  const [{ from, to }] = axis.folds;
  for (const scale of [0.05, 1]) {
    assert.equal(axis.position(to, scale) - axis.position(from, scale), 64);
  }
  const many = Array.from({ length: 400 }, (_, i) => [i * DAY, i * DAY + 10 * SECOND]).flat();
  const crowded = new Axis(many);
  assert.equal(crowded.folds.length, 399);
  assert.ok(Math.abs(crowded.length(crowded.fit(1000)) - 1000) < 1);
});

test("the whole axis fits the width", () => {
  const axis = new Axis(TWO_STORIES);
  assert.ok(Math.abs(axis.length(axis.fit(800)) - 800) < 1e-6);
});

test("ticks lie on round moments and leave folds out", () => {
  const axis = new Axis(TWO_STORIES);
  const step = tickStep(0.05);
  const ticks = [];
  eachTick(axis, START, TWO_STORIES[5], step, (time) => ticks.push(tickText(time, step)));
  assert.equal(step, 2 * SECOND);
  const times = ["09:30:00", "09:30:02", "09:30:04", "09:30:06", "09:30:08", "09:30:10"];
  assert.deepEqual(ticks.slice(0, 6), times);
  assert.deepEqual(ticks.slice(6), [
    "09:30:10",
    "09:30:12",
    "09:30:14",
    "09:30:16",
    "09:30:18",
    "09:30:20",
  ]);
});

test("ticks are labelled as finely as they lie", () => {
  assert.equal(tickText(START + 250, 10), "09:30:00.250");
  assert.equal(tickText(START, 60 * SECOND), "09:30");
  assert.equal(tickText(START, DAY), "15 Jan");
  assert.equal(tickStep(1e-12), 364 * DAY);
});

/** @returns {any} a view of 500 by 200 pixels that shows all of the two stories */
function viewOfTwoStories() {
  const view = new Viewport();
  view.resize(500, 200, 1000);
  view.setAxis(new Axis(TWO_STORIES));
  return view;
}

test("zooming keeps the moment under the pointer where it is", () => {
  const view = viewOfTwoStories();
  const time = view.time(300);
  view.zoom(3, 300);
  assert.ok(Math.abs(view.time(300) - time) < 1);
  assert.equal(view.fitted, false);
  view.zoom(0.1, 300);
  assert.equal(view.fitted, true);
});

test("more time shrinks a fitted view and leaves another where it is", () => {
  const view = viewOfTwoStories();
  const later = new Axis([...TWO_STORIES, TWO_STORIES[5] + 60 * SECOND]);
  view.zoom(4, 0);
  const edge = view.time(0);
  view.setAxis(later);
  assert.ok(Math.abs(view.time(0) - edge) < 1);
  view.fit();
  assert.ok(view.x(later.end) <= 500);
});

test("panning ends the following of now, and ends at the last row and moment", () => {
  const view = viewOfTwoStories();
  view.zoom(4, 250);
  view.pan(1e9, 1e9);
  assert.equal(view.following, false);
  assert.equal(view.top, 800);
  assert.ok(Math.abs(view.x(TWO_STORIES[5]) - (500 - view.after)) < 1);
});
