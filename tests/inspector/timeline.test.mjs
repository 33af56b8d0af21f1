import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { Axis, foldLimit, tickText } = await import(`${STATIC}/timeline/axis.js`);
const { arrange, barsOf, everything, groupMarks, layOut } = await import(
  `${STATIC}/timeline/layout.js`
);
const { laneText, marksText } = await import(`${STATIC}/timeline/words.js`);
const { Model } = await import(`${STATIC}/model.js`);

const SECOND = 1000;
const DAY = 86_400 * SECOND;
const START = Date.parse("2025-01-15T09:30:00Z");

/** A story of ten seconds, thirty days of nothing, and a story of ten seconds. */
const TWO_STORIES = [0, 2, 10, 10 + 30 * 86_400, 12 + 30 * 86_400, 20 + 30 * 86_400].map(
  (seconds) => START + seconds * SECOND,
);

/** A login with two runs: one has failed, the other waits for a code since 12 seconds. */
function recorded() {
  const entry = (second, id, status, about) => ({
    at: new Date(START + second * SECOND).toISOString(),
    kind: id.startsWith("conn") ? "connection" : "task_run",
    ...{ id, what: "", status, about },
  });
  const run = { connection_id: "conn_1", scenario: "mfa_then_success", task_id: "task_7" };
  const data = [
    entry(0, "conn_1", "connected", {}),
    entry(0, "trun_1", "queued", { connection_id: "conn_1" }),
    entry(2, "trun_1", "failed"),
    entry(4, "trun_2", "queued", run),
    entry(8, "trun_2", "running"),
    entry(12, "trun_2", "interaction_required"),
  ].map((one, i) => ({ number: i + 1, ...one }));
  const now = new Date(START + 24 * SECOND).toISOString();
  const world = { world: "w", epoch: "e", edition: "connections", mode: "frozen", speed: 1, now };
  const due = [{ id: "trun_2", at: "2025-01-15T09:35:12Z", what: "the interaction times out" }];
  const next = { now, due, waiting: [], unfinished: [] };
  return Model.fromRecording({ world, data, events: [], next });
}

/** The ids of the rows. */
function shown(change) {
  const { rows } = arrange(recorded().lanes, { ...everything(), ...change });
  return rows.map(({ lane, depth }) => `${" ".repeat(depth)}${lane.id}`);
}

function laidOut(state, width = 1280) {
  const model = recorded();
  const view = layOut(model, { choice: everything(), fold: true, scale: null, ...state }, width);
  return { view, lane: model.lane("trun_2") };
}

test("a gap is folded if it is much longer than all shorter ones together", () => {
  assert.equal(foldLimit(TWO_STORIES), 30 * DAY);
  assert.deepEqual(new Axis(TWO_STORIES).folds, [{ from: TWO_STORIES[2], to: TWO_STORIES[3] }]);
  assert.deepEqual(new Axis(TWO_STORIES, false).folds, []);
  assert.equal(foldLimit([0, 30 * DAY, 60 * DAY]), Infinity);
  assert.equal(foldLimit([0, SECOND, 21 * SECOND]), Infinity);
  assert.equal(foldLimit([0, 30 * SECOND, 100 * SECOND]), Infinity);
  assert.equal(foldLimit([0, 30 * SECOND, 130 * SECOND]), 100 * SECOND);
});

test("what is due long after now is folded", () => {
  const [now, due] = [START + 10 * SECOND, START + 310 * SECOND];
  const { folds } = new Axis([START, START + 2 * SECOND, now, due], true, now);
  assert.deepEqual(folds, [{ from: now, to: due }]);
});

test("a position leads back to its moment, in folds, too", () => {
  const axis = new Axis(TWO_STORIES);
  for (axis.scale of [0.001, 0.05, 2]) {
    for (const time of [START - SECOND, START + 7 * SECOND, START + 9 * DAY, START + 31 * DAY]) {
      assert.ok(Math.abs(axis.time(axis.x(time)) - time) <= 1 / axis.scale);
    }
  }
});

test("the whole axis fits the width, however many folds it has", () => {
  const many = Array.from({ length: 400 }, (_, i) => [i * DAY, i * DAY + 10 * SECOND]).flat();
  for (const axis of [new Axis(TWO_STORIES), new Axis(many)]) {
    axis.scale = axis.fit(1000);
    assert.ok(Math.abs(axis.length - 1000) < 1);
  }
});

test("ticks lie on round moments and leave folds out", () => {
  const axis = new Axis(TWO_STORIES);
  axis.scale = 0.05;
  const ticks = axis.ticks(axis.end).map(({ text }) => text.slice(-2));
  const seconds = ["00", "02", "04", "06", "08", "10"];
  assert.deepEqual(ticks, [...seconds, "10", "12", "14", "16", "18", "20"]);
  assert.equal(tickText(START + 250, 10), "09:30:00.250");
  assert.equal(tickText(START, 60 * SECOND), "09:30");
  assert.equal(tickText(START, DAY), "15 Jan");
});

test("runs lie beneath the login that they use", () => {
  assert.deepEqual(shown({}), ["conn_1", " trun_1", " trun_2"]);
  assert.deepEqual(shown({ newestFirst: true }), ["conn_1", " trun_2", " trun_1"]);
});

test("a lane that does not match stays above one that does", () => {
  const two = ["conn_1", " trun_2"];
  assert.deepEqual(shown({ text: "MFA_then task_7" }), two);
  assert.deepEqual(shown({ families: new Set(["person"]) }), two);
  assert.deepEqual(shown({ unfinished: true }), two);
  assert.deepEqual(shown({ text: "unknown" }), []);
});

test("of many lanes the newest are rows, and the others are counted", () => {
  const [run] = recorded().lanes.values();
  const lanes = new Map(Array.from({ length: 600 }, (_, i) => [`${i}`, { ...run, id: `${i}` }]));
  const { rows, hidden } = arrange(lanes, everything());
  assert.deepEqual([rows.length, rows[0].lane.id, hidden], [500, "100", 100]);
});

test("bars follow each other, and what is due is ahead of now", () => {
  const { view, lane } = laidOut();
  const bars = barsOf(view, lane);
  assert.deepEqual(
    bars.map(({ type, status }) => `${type} ${status}`),
    ["bar queued", "bar running", "bar interaction_required", "ahead interaction_required"],
  );
  for (const [i, { left }] of bars.slice(1).entries())
    assert.ok(Math.abs(bars[i].left + bars[i].width - left) < 1e-6);
  assert.equal(barsOf(view, view.rows[1].lane).at(-1).type, "end");
});

test("everything fits at first, and a chosen scale goes no farther out", () => {
  const { view } = laidOut();
  assert.deepEqual([view.isFit, view.plot], [true, 1000]);
  assert.equal(laidOut({ scale: 1e-9 }).view.isFit, true);
  const closer = laidOut({ scale: view.axis.scale * 2 }).view;
  assert.ok(!closer.isFit && closer.plot > 1000);
  assert.equal(laidOut({}, 390).view.labels, 0);
});

test("marks that would overlap are one, which shows the most important", () => {
  const { view, lane } = laidOut();
  const types = ["call", "event", "fault", "call"];
  const marks = types.map((type, i) => ({ at: START + i, type, label: "", ref: { id: `${i}` } }));
  const far = { at: START + 20 * SECOND, type: "event", label: "", ref: { id: "9" } };
  const groups = groupMarks(view, { ...lane, marks: [...marks, far] });
  assert.deepEqual(
    groups.map((group) => group.marks.map(({ type }) => type)),
    [["fault", "event", "call", "call"], ["event"]],
  );
});

test("a lane says in words what it waits for", () => {
  const { view, lane } = laidOut();
  const text =
    "Run 2, trun_2, mfa_then_success, waits for a person (interaction required) since 12s";
  assert.equal(laneText(lane, view.due.get(lane.id), view), `${text}, then times out in 4m 48s`);
  assert.equal(laneText(view.rows[1].lane, undefined, view), "Run 1, trun_1, failed 22s ago");
});

test("many marks are named one by one, up to a number", () => {
  const marks = Array.from({ length: 10 }, () => ({ at: START, type: "call", label: "GET" }));
  const lines = marksText(marks).split("\n");
  assert.deepEqual([lines[0], lines.at(-1)], ["09:30:00 Call: GET", "and 2 more"]);
});
