import assert from "node:assert/strict";
import { test } from "node:test";
import { SCHEMAS, STATIC } from "./static.mjs";

const { Axis } = await import(`${STATIC}/timeline/axis.js`);
const { arrange, barsOf, everything, groupMarks, layOut } = await import(
  `${STATIC}/timeline/layout.js`
);
const { laneText } = await import(`${STATIC}/timeline/words.js`);
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
  ].map((entry, i) => ({ number: i + 1, ...entry }));
  const now = new Date(START + 24 * SECOND).toISOString();
  const world = { world: "w", epoch: "e", edition: "connections", clock: "frozen", speed: 1, now };
  const due = [{ id: "trun_2", at: "2025-01-15T09:35:12Z", what: "the interaction times out" }];
  const next = { now, due, waiting: [], unfinished: [] };
  const answers = { "/_sim/schemas": SCHEMAS };
  return Model.fromRecording({ world, data, events: [], next, answers });
}

/** The ids of the rows. */
function shownIds(change) {
  const { rows } = arrange(recorded().lanes, { ...everything(), ...change });
  return rows.map(({ lane, depth }) => `${" ".repeat(depth)}${lane.id}`);
}

function laidOut(state, width = 1280) {
  const model = recorded();
  const view = layOut(model, { ...everything(), ...state }, width);
  return { view, lane: model.lane("trun_2") };
}

test("a gap is folded if it is much longer than all shorter ones together", () => {
  const lengths = (moments, now = Infinity) =>
    new Axis(moments, now, 1000).folds.map(({ from, to }) => to - from);
  assert.deepEqual(lengths(TWO_STORIES), [30 * DAY]);
  assert.deepEqual(lengths([0, 30 * DAY, 60 * DAY]), []);
  assert.deepEqual(lengths([0, SECOND, 21 * SECOND]), []);
  assert.deepEqual(lengths([0, 30 * SECOND, 100 * SECOND]), []);
  assert.deepEqual(lengths([0, 30 * SECOND, 130 * SECOND]), [100 * SECOND]);
  const ahead = [0, 2, 10, 310, 340].map((second) => second * SECOND);
  assert.deepEqual(lengths(ahead, 10 * SECOND), [300 * SECOND, 30 * SECOND]);
});

test("a position leads back to its moment, in folds, too", () => {
  for (const width of [500, 50_000]) {
    const axis = new Axis(TWO_STORIES, Infinity, width);
    for (const time of [START - SECOND, START + 7 * SECOND, START + 9 * DAY, START + 31 * DAY])
      assert.ok(Math.abs(axis.time(axis.x(time)) - time) <= 1);
  }
});

test("the axis is as wide as it is told, however many folds it has", () => {
  const many = Array.from({ length: 400 }, (_, i) => [i * DAY, i * DAY + 10 * SECOND]).flat();
  for (const moments of [TWO_STORIES, many])
    assert.ok(Math.abs(new Axis(moments, Infinity, 1000).length - 1000) < 1);
});

test("ticks lie on round moments, leave folds out and tell a new day", () => {
  const texts = (moments, width) =>
    new Axis(moments, Infinity, width).ticks().map(({ text }) => text);
  const seconds = ["09:30:05", "09:30:10", "14 Feb", "09:30:15", "09:30:20"];
  assert.deepEqual(texts(TWO_STORIES, 900), ["09:30:00", ...seconds]);
  assert.deepEqual(texts([START, START + 600 * SECOND], 400), ["09:30", "09:35", "09:40"]);
  assert.deepEqual(texts([START, START + 2 * DAY], 300), ["16 Jan", "17 Jan"]);
});

test("runs lie beneath the login that they use, if that matches", () => {
  assert.deepEqual(shownIds({}), ["conn_1", " trun_1", " trun_2"]);
  assert.deepEqual(shownIds({ text: "MFA_then task_7" }), ["trun_2"]);
  assert.deepEqual(shownIds({ families: new Set(["person", "good"]) }), ["conn_1", " trun_2"]);
  assert.deepEqual(shownIds({ unfinished: true }), ["conn_1", " trun_2"]);
  assert.deepEqual(shownIds({ text: "unknown" }), []);
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

test("everything fits at first, and the zoom widens the plot", () => {
  assert.equal(laidOut().view.plot, 1000);
  assert.ok(laidOut({ zoom: 2 }).view.plot > 1500);
  assert.equal(laidOut({ zoom: 1e9 }).view.plot, 60_244);
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
  const text = "Run 2, trun_2, mfa_then_success, waits for a person (interaction required) for 12s";
  assert.equal(laneText(lane, view.due.get(lane.id), view.now), `${text}, then times out in 4m48s`);
  assert.equal(laneText(view.rows[1].lane, undefined, view.now), "Run 1, trun_1, failed 22s ago");
});
