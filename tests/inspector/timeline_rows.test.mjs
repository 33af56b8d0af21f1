import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { eachCluster, firstMarkAfter, spanAt, storyOf } = await import(
  `${STATIC}/timeline/marks.js`
);
const { hitAt } = await import(`${STATIC}/timeline/hits.js`);
const { laneText, stops } = await import(`${STATIC}/timeline/words.js`);
const { Model } = await import(`${STATIC}/model.js`);
const { Scene } = await import(`${STATIC}/timeline/scene.js`);

/** A login with two runs: one has failed, the other waits for a code since 12 seconds. */
function recorded() {
  const entry = (second, kind, id, what, status, about) => ({
    at: new Date(Date.UTC(2025, 0, 15, 9, 30, second)).toISOString(),
    ...{ kind, id, what, status, about },
  });
  const run = { connection_id: "conn_1", scenario: "mfa_then_success", task_id: "task_7" };
  const entries = [
    entry(0, "connection", "conn_1", "created as connected", "connected", {}),
    entry(0, "task_run", "trun_1", "created as queued", "queued", { connection_id: "conn_1" }),
    entry(2, "task_run", "trun_1", "queued -> failed", "failed"),
    entry(4, "task_run", "trun_2", "created as queued", "queued", run),
    entry(8, "task_run", "trun_2", "queued -> running", "running"),
    entry(12, "task_run", "trun_2", "running -> interaction_required", "interaction_required"),
    entry(24, "clock", "", "advanced 12s"),
  ].map((each, i) => ({ number: i + 1, ...each }));
  const now = entries[6].at;
  const world = { world: "w", epoch: "e", edition: "connections", mode: "frozen", speed: 1, now };
  const due = [{ id: "trun_2", at: "2025-01-15T09:35:12Z", what: "the interaction times out" }];
  const next = { now, due, waiting: [], unfinished: [] };
  return Model.fromRecording({ world, entries, calls: [], events: [], next });
}

/** The ids of the rows. */
function shown(change) {
  const scene = new Scene();
  Object.assign(scene.choice, change);
  scene.update({ model: recorded(), ui: { selected: null } });
  return scene.rows.map(({ lane, depth }) => `${" ".repeat(depth)}${lane.id}`);
}

test("runs lie beneath the login that they use", () => {
  assert.deepEqual(shown({}), ["conn_1", " trun_1", " trun_2"]);
  assert.deepEqual(shown({ newestFirst: true }), ["conn_1", " trun_2", " trun_1"]);
  assert.deepEqual(shown({ closed: new Set(["conn_1"]) }), ["conn_1"]);
});

test("a lane that does not match stays above one that does", () => {
  const two = ["conn_1", " trun_2"];
  assert.deepEqual(shown({ text: "MFA_then task_7" }), two);
  assert.deepEqual(shown({ families: new Set(["person"]) }), two);
  assert.deepEqual(shown({ unfinished: true }), two);
  assert.deepEqual(shown({ text: "conn_1", kinds: new Set(["connection"]) }), ["conn_1"]);
  assert.deepEqual(shown({ text: "unknown" }), []);
});

/** What the clusters of marks at these positions are: how many, and the foremost type. */
function clusters(marks) {
  const found = [];
  const place = (time) => time;
  const add = (_x, _first, count, { type }) => found.push(`${count} ${type}`);
  eachCluster(marks, 0, 1000, place, 10, add);
  return found;
}

test("marks that would overlap are one, which shows the most important", () => {
  const marks = [0, 4, 9, 60, 100].map((at) => ({ at, type: at === 4 ? "fault" : "call" }));
  assert.deepEqual(clusters(marks), ["3 fault", "1 call", "1 call"]);
});

test("a group shows its prompts, answers and failures in order, where there is room", () => {
  const types = ["call", "prompt", "event", "answer", "prompt", "answer", "error", "event"];
  const marks = types.map((type) => ({ at: 0, type, label: "" }));
  const shown = (room) => storyOf(marks, 0, marks.length, room).map((mark) => mark.type);
  assert.deepEqual(shown(100), ["prompt", "answer", "prompt", "answer", "error"]);
  assert.deepEqual(shown(30), []);
  assert.deepEqual(storyOf(marks.concat(marks), 0, 16, Infinity), []);
});

test("clusters leave each other room", () => {
  const marks = Array.from({ length: 200 }, (_, at) => ({ at, type: "call" }));
  const places = [];
  eachCluster(
    marks,
    0,
    1000,
    (time) => time,
    10,
    (x) => places.push(x),
  );
  for (let i = 1; i < places.length; i++) assert.ok(places[i] - places[i - 1] >= 24);
});

test("spans and marks are found by their time", () => {
  const spans = [{ from: 0 }, { from: 10 }, { from: 20 }];
  assert.deepEqual(
    [-1, 0, 15, 99].map((time) => spanAt(spans, time)),
    [-1, 0, 1, 2],
  );
  assert.equal(firstMarkAfter([{ at: 0 }, { at: 5 }, { at: 5 }, { at: 9 }], 5), 3);
});

/** A scene of 1000 by 400 pixels. */
function sceneOf(ui = {}) {
  const scene = new Scene();
  scene.resize(1000, 400);
  const model = recorded();
  scene.update({ model, ui: { selected: null, ...ui } });
  return { scene, model, run: model.lane("trun_2") };
}

test("a point of the canvas leads to what is drawn there", () => {
  const { scene, run } = sceneOf();
  const at = (x, y) => hitAt(scene, x, y)?.what;
  const bars = scene.y(2) + 10;
  assert.equal(at(100, bars), "lane");
  assert.equal(at(12, scene.y(0) + 12), "children");
  assert.equal(hitAt(scene, scene.x(run.spans[1].from) + 20, bars).span.status, "running");
  assert.equal(at(scene.x(scene.now) + 20, bars), "next");
  assert.equal(at(scene.x(scene.now) + 30, 20), "fold");
  assert.equal(at(scene.x(scene.now), 20), "move");
  assert.equal(at(scene.x(run.spans[2].from), scene.y(2) + 30), "marks");
  assert.equal(at(500, scene.y(3) + 10), undefined);
});

test("a lane is read out with what it waits for, and since when", () => {
  const { scene, run } = sceneOf();
  assert.equal(
    laneText(scene, run),
    "task run trun_2, mfa_then_success, waits for a person (interaction required) since 12s," +
      " next: times out in 4m 48s",
  );
});

test("what comes next is the status that it leads to, or the limit that ends a wait", () => {
  const { scene, run, model } = sceneOf();
  const next = (what, to) => {
    model.apply("next", { ...model.next, due: [{ ...model.next.due[0], what, to }] });
    scene.update({ model, ui: { selected: null } });
    return laneText(scene, run).split("next: ")[1];
  };
  assert.equal(next("the script goes on", "running"), "running in 4m 48s");
  assert.equal(next("the interaction times out", "failed"), "times out in 4m 48s");
  assert.equal(next("it ends because no run uses it", "completed"), "ends in 4m 48s");
  const [due] = model.next.due;
  const unfinished = [{ id: "trun_2", why: "", remedy: { do: "answer" }, next: due }];
  model.apply("next", { ...model.next, due: [], unfinished });
  scene.update({ model, ui: { selected: null } });
  assert.match(laneText(scene, run), /next: ends in 4m 48s$/);
});

test("stepping stops at each moment in which something happened", () => {
  const { scene } = sceneOf();
  const second = (time) => new Date(time).getUTCSeconds();
  assert.equal(second(scene.moments.next(scene.now, -1)), 12);
  assert.equal(second(scene.moments.next(scene.moments.times[1], 1)), 4);
  assert.equal(scene.moments.next(scene.now, 1), undefined);
});

test("a lane's moments name each change of status once", () => {
  const { run } = sceneOf();
  const labels = stops(run).map((stop) => stop.label);
  assert.deepEqual(labels, ["queued", "running", "interaction required"]);
});

/** A scene with two hundred runs of ten seconds, one every minute. */
function longScene(ui = {}) {
  const entries = Array.from({ length: 400 }, (_, i) => {
    const minute = i >> 1;
    const status = i % 2 ? "completed" : "queued";
    const what = i % 2 ? "queued -> completed" : "created as queued";
    const at = new Date(Date.UTC(2025, 0, 15, 0, minute, i % 2 ? 10 : 0)).toISOString();
    return { number: i + 1, at, kind: "task_run", id: `trun_${minute}`, what, status };
  });
  const { at: now } = entries[399];
  const world = { world: "w", epoch: "e", edition: "connections", mode: "frozen", speed: 1, now };
  const model = Model.fromRecording({ world, entries, calls: [], events: [] });
  const scene = new Scene();
  scene.resize(1000, 400);
  const update = (at) => scene.update({ model, ui: { selected: null, ...ui } });
  update(null);
  return { scene, update };
}

test("many lanes open at the latest, at a zoom at which each can be seen", () => {
  const { scene } = longScene();
  const { lane } = scene.rows[199];
  assert.ok(scene.x(lane.to) - scene.x(lane.from) > 50);
  assert.ok(scene.x(scene.now) < 1000);
  assert.ok(scene.y(199) < 400);
});

test("a selected lane comes into view", () => {
  const ui = { selected: { type: "resource", id: "trun_3" } };
  const { scene } = longScene(ui);
  assert.ok(scene.y(3) >= scene.head);
});
