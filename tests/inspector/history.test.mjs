import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { lineOf, readChoice, withShortIds } = await import(`${STATIC}/history.js`);

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
