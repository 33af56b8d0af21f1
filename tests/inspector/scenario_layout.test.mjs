import assert from "node:assert/strict";
import { test } from "node:test";

import { STATIC } from "./static.mjs";

const { coverageKey, layOut, trackText } = await import(`${STATIC}/scenarios/layout.js`);

const step = (word, seconds, branches = {}, status = word) => ({
  path: ["task_run", 0],
  word,
  status,
  detail: seconds === null ? "" : `${seconds}s`,
  seconds,
  branches,
});
const failed = step("failed", null);

test("bars follow one another without a gap that shows time", () => {
  const { bars } = layOut([step("queued", 2), step("running", 8), step("completed", null)]);
  for (const [index, bar] of bars.slice(1).entries())
    assert.equal(bar.x, bars[index].x + bars[index].width + 2);
  assert.ok(bars[1].width > bars[0].width);
});

test("bars of one row never overlap, however deep branches nest", () => {
  const inner = step("interaction_required", null, { on_rejected: [failed], on_timeout: [failed] });
  const prompt = step("interaction_required", null, {
    on_rejected: [inner, step("running", 600), failed],
    on_timeout: [step("running", 60), failed],
  });
  const { bars, forks } = layOut([prompt, prompt, step("completed", null)]);
  assert.equal(forks.length, 8);
  for (const row of new Set(bars.map((bar) => bar.row))) {
    const inRow = bars.filter((bar) => bar.row === row).sort((a, b) => a.x - b.x);
    for (const [index, bar] of inRow.slice(1).entries())
      assert.ok(bar.x >= inRow[index].x + inRow[index].width, `row ${row}`);
  }
});

test("an empty branch draws nothing", () => {
  const { forks } = layOut([step("interaction_required", null, { on_timeout: [] })]);
  assert.deepEqual(forks, []);
});

test("the key of coverage is the path as the server writes it", () => {
  const path = ["task_run", "credentials", 2, "on_rejected", 0];
  assert.equal(coverageKey({ path }), "task_run.credentials[2].on_rejected[0]");
});

test("the picture says in words what it shows", () => {
  const prompt = step("interaction_required", null, { on_timeout: [failed] });
  const text = trackText([step("running", 8), prompt, step("completed", null)]);
  assert.equal(text, "running 8s, interaction required, completed; 1 branch");
});
