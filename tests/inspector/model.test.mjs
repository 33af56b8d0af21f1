import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { Model } = await import(`${STATIC}/model.js`);

const START = Date.parse("2025-01-15T09:30:00Z");
const at = (seconds) => new Date(START + seconds * 1000).toISOString();
const WORLD = { world: "w", key: "sk_…", epoch: "1", edition: "connections", now: at(0) };
const ENTRY = { kind: "task_run", id: "trun_1" };

/** A model of a frozen world with these entries; each gets its number. */
function model(...entries) {
  const made = new Model();
  made.apply("world", { ...WORLD, mode: "frozen", speed: 1, step: null });
  entries.forEach((entry, number) => made.apply("entry", { number, what: "", ...ENTRY, ...entry }));
  return made;
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

test("a lane that is not over has no end", () => {
  const lane = model(created(0), moved(2, "running")).lane("trun_1");
  assert.deepEqual([lane.to, lane.spans[1].to], [null, null]);
});

test("a prompt and its answer are marks, and the prompt counts while it is open", () => {
  const story = [created(0), moved(1, "running"), moved(2, "interaction_required")];
  assert.equal(model(...story).prompts, 1);
  const answered = model(...story, moved(3, "running"));
  assert.equal(answered.prompts, 0);
  assert.deepEqual(types(answered.lane("trun_1")), ["created", "prompt", "answer"]);
});

test("a prompt that nobody answered has an error and no answer", () => {
  const story = [created(0), moved(2, "interaction_required"), moved(3, "failed")];
  assert.deepEqual(types(model(...story).lane("trun_1")), ["created", "prompt", "error"]);
});

test("the prompt of a deleted login does not count", () => {
  const login = { kind: "connection", id: "conn_1" };
  const story = [created(0, login), moved(1, "interaction_required", login)];
  const gone = { at: at(2), what: "deleted", ...login };
  assert.equal(model(...story, gone).prompts, 0);
  assert.equal(model(...story, gone).lane("conn_1").to, START + 2000);
});

test("a run belongs to its login", () => {
  const run = created(0, { about: { connection_id: "conn_1", session_id: "sess_1" } });
  assert.equal(model(run).lane("trun_1").parent, "conn_1");
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
  assert.equal(status, "success");
  assert.deepEqual(
    attempts.map(({ label, ok }) => [label, ok]),
    [
      ["connection refused", false],
      ["204", true],
    ],
  );
  const shown = types(story.lane("trun_1"));
  assert.deepEqual(shown, ["created", "delivery", "attempt_failed", "attempt_ok"]);
});

test("a call is a mark of each lane that it names or that its answer shows", () => {
  const story = model(created(0));
  const call = { number: 0, at: at(1), id: "req_1", what: "GET /v2/task-runs/trun_1 -> 200" };
  story.apply("call", { ...call, resource_id: "trun_1", resource_ids: ["trun_1", "conn_9"] });
  assert.deepEqual(types(story.lane("trun_1")), ["created", "call"]);
});

test("the call that creates a run is a mark of it", () => {
  const story = model();
  const call = { number: 0, at: at(0), id: "req_1", what: "POST /v2/tasks/task_1/run -> 201" };
  story.apply("call", { ...call, resource_id: "trun_1", resource_ids: ["task_1"] });
  story.apply("entry", { number: 0, ...ENTRY, ...created(0) });
  assert.deepEqual(types(story.lane("trun_1")), ["call", "created"]);
});

test("a recording has its marks in the order of their time", () => {
  const entries = [created(0), moved(2, "running"), moved(4, "completed")];
  const calls = [{ number: 1, at: at(3), after: 2, id: "req_1", what: "", resource_id: "trun_1" }];
  const events = [{ number: 1, at: at(2), id: "evt_1", type: "task_run.running" }];
  const story = Model.fromRecording({
    world: WORLD,
    entries: entries.map((entry, index) => ({ number: index + 1, what: "", ...ENTRY, ...entry })),
    calls: calls.map((call) => ({ ...call, resource_ids: [] })),
    events: events.map((event) => ({ ...event, resource_id: "trun_1" })),
  });
  const lane = story.lane("trun_1");
  assert.deepEqual(types(lane), ["created", "event", "call"]);
});

test("what is sent again after a lost connection is taken once", () => {
  const story = model(created(0), moved(2, "running"));
  story.apply("entry", { number: 1, ...ENTRY, ...moved(2, "running"), what: "" });
  assert.equal(story.entries.length, 2);
  assert.equal(story.lane("trun_1").spans.length, 2);
});

test("a new epoch forgets everything, and one that has only moved its clock nothing", () => {
  const story = model(created(0));
  story.apply("world", { ...WORLD, mode: "frozen", now: at(60) });
  assert.equal(story.lanes.size, 1);
  assert.equal(story.now(), START + 60_000);
  story.apply("world", { ...WORLD, mode: "frozen", epoch: "2" });
  assert.deepEqual([story.lanes.size, story.entries.length, story.now()], [0, 0, START]);
});

test("after a reset, entries and titles are numbered from the start again", () => {
  const story = model(created(0));
  story.apply("world", { ...WORLD, mode: "frozen", epoch: "2" });
  story.apply("entry", { number: 0, ...ENTRY, ...created(0) });
  assert.equal(story.lane("trun_1").title, "Run 1");
});

test("what is due next is known by its resource", () => {
  const story = model(created(0));
  const due = [{ at: at(2), in: "2s", id: "trun_1", what: "the script goes on", to: "running" }];
  story.apply("next", { now: at(0), due, waiting: [], unfinished: [], unfinished_total: 0 });
  assert.equal(story.dueById.get("trun_1").time, START + 2000);
  assert.equal(story.firstDue.to, "running");
});

test("only the latest calls are kept, and the others counted", () => {
  const story = new Model();
  for (let number = 0; number < 21_000; number++)
    story.apply("call", { number, at: at(0), id: `req_${number}`, resource_ids: [] });
  assert.ok(story.calls.length >= 10_000 && story.calls.length < 11_000);
  assert.equal(story.calls.length + story.callsDropped, 21_000);
  assert.equal(story.calls.at(-1).number, 20_999);
});

test("a real clock goes on at its speed, but not while the server is gone", () => {
  let wall = 0;
  const story = new Model(() => wall);
  story.apply("world", { ...WORLD, mode: "real", speed: 60 });
  story.apply("ready", { now: at(0) });
  wall = 1000;
  assert.equal(story.now(), START + 60_000);
  story.setRunning(false);
  wall = 5000;
  assert.equal(story.now(), START + 60_000);
});

test("the clock of a recording stands still", () => {
  const world = { ...WORLD, mode: "real", speed: 60 };
  const story = Model.fromRecording({ world, entries: [], calls: [], events: [] });
  assert.equal(story.isRunning, false);
});

test("entries of a lane whose beginning was dropped count from its next status", () => {
  const story = [{ at: at(1), what: "deleted", id: "conn_1", kind: "connection" }];
  const made = model({ at: at(0), what: "screenshot a" }, ...story, moved(2, "completed"));
  assert.deepEqual([...made.lanes.keys()], ["trun_1"]);
  assert.deepEqual(
    made.lane("trun_1").spans.map(({ status }) => status),
    ["completed"],
  );
});
