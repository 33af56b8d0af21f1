import assert from "node:assert/strict";
import { test } from "node:test";
import { SCHEMAS, STATIC } from "./static.mjs";

const { Model } = await import(`${STATIC}/model.js`);
const { causedBy, historyOf } = await import(`${STATIC}/history.js`);

const START = Date.parse("2025-01-15T09:30:00Z");
const at = (seconds) => new Date(START + seconds * 1000).toISOString();
const WORLD = { world: "w", key: "sk_…", epoch: "1", edition: "connections", now: at(0) };
const ENTRY = { kind: "task_run", id: "trun_1" };

/** Give a model of a frozen world these records, each with the next number. */
function add(story, records, { events = [], ...world } = {}) {
  let [entries, calls] = [story.entries.length, story.calls.length];
  const number = ({ kind }) => (kind === "call" ? ++calls : ++entries);
  const data = records.map((record) => ({ number: number(record), what: "", ...ENTRY, ...record }));
  const nextWorld = { ...WORLD, clock: "frozen", speed: 1, ...world };
  return story.take({ world: nextWorld, data, events, schemas: SCHEMAS });
}

/** A model of a frozen world with these entries. */
function model(...entries) {
  const story = new Model();
  add(story, entries);
  return story;
}

const created = (seconds, more) => ({
  at: at(seconds),
  what: "created as queued",
  status: "queued",
  ...more,
});
const moved = (seconds, status, more) => ({ at: at(seconds), status, ...more });
const types = (lane) => lane.marks.map((mark) => mark.type);

test("a lane has a span for each status, and ends with a final one", () => {
  const lane = model(created(0), moved(2, "running"), moved(5, "completed")).lane("trun_1");
  const spans = lane.spans.map(({ status, from, to }) => [status, from - START, to - START]);
  assert.deepEqual(spans, [
    ["queued", 0, 2000],
    ["running", 2000, 5000],
    ["completed", 5000, 5000],
  ]);
  assert.equal(lane.to, START + 5000);
});

test("a prompt and its answer are marks, and the prompt counts while it is open", () => {
  const story = [created(0), moved(1, "running"), moved(2, "interaction_required")];
  assert.equal(model(...story).prompts, 1);
  const answered = model(...story, moved(3, "running"));
  assert.equal(answered.prompts, 0);
  assert.deepEqual(types(answered.lane("trun_1")), ["created", "prompt", "answer"]);
  const failed = model(...story, moved(3, "failed"));
  assert.deepEqual(types(failed.lane("trun_1")), ["created", "prompt", "error"]);
  assert.equal(failed.prompts, 0);
});

test("the prompt of a deleted login does not count", () => {
  const login = { kind: "connection", id: "conn_1" };
  const story = [created(0, login), moved(1, "interaction_required", login)];
  const gone = { at: at(2), what: "deleted", ...login };
  assert.equal(model(...story, gone).prompts, 0);
  assert.equal(model(...story, gone).lane("conn_1").to, START + 2000);
});

test("a delivery has its attempts, and they are marks of its resource", () => {
  const delivery = { kind: "event_delivery", id: "edlv_1" };
  const about = {
    event_id: "evt_1",
    event_type: "task_run.queued",
    event_destination_id: "evtd_1",
    resource_id: "trun_1",
  };
  const story = model(
    created(0),
    { at: at(0), what: "created as pending", status: "pending", about, ...delivery },
    { at: at(0), what: "task_run.queued, attempt 1: connection refused", ...delivery },
    { at: at(5), what: "task_run.queued, attempt 2: 204", ...delivery },
    { at: at(5), what: "pending -> success", status: "success", ...delivery },
  );
  const { status, attempts } = story.deliveries.get("edlv_1");
  const told = attempts.map(({ label, ok }) => `${label} ${ok}`);
  assert.deepEqual([status, ...told], ["success", "connection refused false", "204 true"]);
  const marks = types(story.lane("trun_1"));
  assert.deepEqual(marks, ["created", "delivery", "attempt_failed", "attempt_ok"]);
});

const call = (seconds, after, what, more) => ({
  ...{ kind: "call", at: at(seconds), after, what, resource_ids: ["trun_1"] },
  ...more,
});

test("a history has calls where they happened, and a call the entries that it caused", () => {
  const story = model(
    call(0, 0, "POST run", { resource_id: "trun_1", resource_ids: ["task_1"] }),
    created(0),
    moved(2, "running"),
    call(2, 2, "GET run", { resource_ids: ["trun_1", "conn_9"] }),
    call(2, 2, "GET run"),
    call(2, 2, "POST run", { errors: ["request/input_invalid"], resource_ids: [] }),
    moved(2, "pending"),
    moved(4, "completed"),
  );
  const items = historyOf(story.lane("trun_1")).map(({ label }) => label);
  const polls = ["GET run", "GET run"];
  assert.deepEqual(items, ["POST run", "queued", "running", ...polls, "pending", "completed"]);
  const caused = story.calls.map((record) => causedBy(story, record).map(({ what }) => what));
  assert.deepEqual(caused, [["created as queued"], [], [], []]);
});

test("an event stands behind the entry that emitted it", () => {
  const story = new Model();
  const event = { number: 1, after: 2, at: at(2), id: "evt_1", type: "x", resource_id: "trun_1" };
  const rows = [created(0), moved(2, "interaction_required"), moved(2, "failed")];
  add(story, rows, { events: [event] });
  assert.deepEqual(types(story.lane("trun_1")), ["created", "prompt", "event", "error"]);
});

test("an answer without news is none", () => {
  const story = model(created(0));
  assert.equal(add(story, []), false);
  assert.equal(add(story, [], { changes: 1 }), true);
});

test("a new epoch forgets everything, and one that has only moved its clock nothing", () => {
  const story = model(created(0));
  add(story, [], { now: at(60) });
  assert.deepEqual([story.lanes.size, story.now()], [1, START + 60_000]);
  add(story, [], { epoch: "2" });
  assert.deepEqual([story.lanes.size, story.entries.length, story.now()], [0, 0, START]);
  add(story, [created(0)], { epoch: "2" });
  assert.equal(story.lane("trun_1").title, "Run 1");
});

test("a past moment has what had happened by then, and says what came next", () => {
  const prompt = moved(3, "interaction_required", { changes: { interaction: {} } });
  const rows = [created(0), moved(1, "running"), prompt, moved(8, "running")];
  const story = model(call(0, 0, "POST run"), ...rows, call(9, 4, "GET run"));
  const past = story.at(START + 3000);
  assert.deepEqual([past.calls.length, past.entries.length, past.prompts], [1, 3, 1]);
  assert.equal(past.lane("trun_1").status, "interaction_required");
  const [why, due] = [past.unfinishedById.get("trun_1").why, past.firstDue];
  assert.deepEqual([why, due.to, due.time - START], ["moves to `running` in 5s", "running", 8000]);
  assert.equal(story.at(START + 9000).unfinishedById.get("trun_1").why, "has not moved since");
  assert.equal(story.lane("trun_1").spans.length, 4);
});

test("what is due next is known by its resource", () => {
  const story = model(created(0));
  const due = [{ at: at(2), in: "2s", id: "trun_1", what: "the script goes on", to: "running" }];
  story.takeNext({ now: at(0), due, waiting: [], unfinished: [], unfinished_total: 0 });
  assert.equal(story.dueById.get("trun_1").time, START + 2000);
  assert.equal(story.firstDue.to, "running");
});

test("a real clock goes on at its speed, but not in a recording or without a server", () => {
  let wall = 0;
  const story = new Model(() => wall);
  const real = { ...WORLD, clock: "real", speed: 60 };
  story.take({ world: real, data: [], events: [], schemas: SCHEMAS });
  wall = 1000;
  assert.equal(story.now(), START); // the same in all of a drawing
  story.tick();
  assert.equal(story.now(), START + 60_000);
  story.setRunning(false);
  wall = 5000;
  story.tick();
  assert.equal(story.now(), START + 60_000);
  const recording = { world: real, data: [], events: [], answers: { "/_sim/schemas": SCHEMAS } };
  assert.equal(Model.fromRecording(recording).isRunning, false);
});

test("entries of a lane whose beginning was dropped count from its next status", () => {
  const gone = { at: at(1), what: "deleted", id: "conn_1", kind: "connection" };
  const story = model({ kind: "dropped", calls: 7 }, gone, moved(2, "completed"));
  assert.deepEqual([...story.lanes.keys()], ["trun_1"]);
  assert.equal(story.callsDropped, 7);
});
