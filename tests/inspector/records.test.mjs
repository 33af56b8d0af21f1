import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { Model } = await import(`${STATIC}/model.js`);
const { causedBy, historyOf, lineOf, readChoice, withShortIds } = await import(
  `${STATIC}/records.js`
);

const AT = (seconds) => new Date(Date.UTC(2025, 0, 15, 9, 30, seconds)).toISOString();
const WORLD = { epoch: "1", now: AT(0), mode: "frozen" };

/** A world in which a run starts, is polled twice, and completes. */
function world() {
  const [data, events] = [[], []];
  let entries = 0;
  let calls = 0;
  const entry = (at, rest) =>
    data.push({ number: ++entries, at: AT(at), kind: "task_run", id: "trun_1", ...rest });
  const call = (at, id, after, rest) =>
    data.push({
      number: ++calls,
      at: AT(at),
      kind: "call",
      id,
      after,
      method: "GET",
      path: "/v2/task-runs/trun_1",
      what: "GET /v2/task-runs/trun_1 -> 200",
      resource_ids: ["trun_1"],
      ...rest,
    });
  const event = (at, type) =>
    events.push({
      number: events.length + 1,
      id: `evt_${events.length + 1}`,
      type,
      after: entries,
      at: AT(at),
      resource_id: "trun_1",
    });
  const delivery = (at, what, rest) =>
    entry(at, { kind: "event_delivery", id: "edlv_1", what, ...rest });
  call(0, "req_run", 0, { what: "POST run", resource_id: "trun_1", resource_ids: [] });
  entry(0, { what: "created as queued", status: "queued" });
  entry(2, { what: "queued -> running", status: "running" });
  for (const id of ["req_a", "req_b"]) call(2, id, 2);
  entry(4, { what: "running -> completed", status: "completed" });
  event(4, "task_run.completed");
  const about = { event_type: "task_run.completed", resource_id: "trun_1" };
  delivery(4, "created", { status: "pending", about });
  delivery(4, "task_run.completed, attempt 1: 200", { status: "success" });
  const model = new Model();
  model.take({ world: WORLD, data, events });
  return model;
}

test("the history has statuses and calls in the order in which they happened", () => {
  const items = historyOf(world().lane("trun_1")).map(({ type, label }) => `${type} ${label}`);
  assert.deepEqual(items, [
    "call POST run",
    "status queued",
    "status running",
    "call GET /v2/task-runs/trun_1 -> 200",
    "call GET /v2/task-runs/trun_1 -> 200",
    "status completed",
    "event task_run.completed",
    "attempt_ok task_run.completed: attempt 1: 200",
  ]);
});

test("a call caused the entries at its moment, up to the next call", () => {
  const model = world();
  assert.deepEqual(
    causedBy(model, model.calls[0]).map(({ what }) => what),
    ["created as queued"],
  );
  assert.deepEqual(causedBy(model, model.calls[1]), []);
});

test("the choice of a scenario is read with what it plays and what it ignored", () => {
  const text = 'mix; because=default; plays=success; ignored="x: edition a, y: did you mean z?"';
  assert.deepEqual(readChoice(text), {
    name: "mix",
    because: "default",
    plays: "success",
    ignored: "x: edition a, y: did you mean z?",
  });
});

test("long ids are short in a line", () => {
  assert.equal(
    withShortIds("GET /v2/task-runs/trun_7QWb9asDJXWKZYzR -> 200"),
    "GET /v2/task-runs/trun_7QW…ZYzR → 200",
  );
});

test("a step is found in the text of its scenario", () => {
  const text = `version: 1
connection:
  - connecting: 1s
task_run:
  - running: 2s
  - interaction_required:
      fields: [{name: code}]
      on_rejected:
        - running: 1s
        - failed
      on_timeout: [failed]
  - completed
`;
  const steps = [
    [["task_run", 0], 5],
    [["task_run", 1], 6],
    [["task_run", 1, "on_rejected", 1], 10],
    [["task_run", 1, "on_timeout", 0], 11],
    [["task_run", 2], 12],
    [["connection", 0], 3],
    [null, null],
  ];
  const wrong = steps.filter(([step, line]) => lineOf(text, step) !== line);
  assert.deepEqual(wrong, []);
});
