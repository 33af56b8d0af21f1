import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { clockText, distanceText, durationText, isoText } = await import(`${STATIC}/format.js`);

const MOMENT = Date.parse("2025-01-15T09:30:00.250Z");

test("a duration has its two largest units", () => {
  const texts = [0, 250, 2_000, 90_000, 3_661_001, 90_000_000].map(durationText);
  assert.deepEqual(texts, ["0s", "250ms", "2s", "1m 30s", "1h 1m", "1d 1h"]);
});

test("units that are zero are left out, and no smaller one takes their place", () => {
  assert.equal(durationText(3_600_000 + 5_000), "1h");
});

test("a distance says in which direction", () => {
  const texts = [2_000, 0, -2_000].map((by) => distanceText(MOMENT + by, MOMENT));
  assert.deepEqual(texts, ["in 2s", "now", "2s ago"]);
});

test("only a short distance has parts of a second", () => {
  const texts = [9_400, 10_400].map((by) => distanceText(MOMENT + by, MOMENT));
  assert.deepEqual(texts, ["in 9s 400ms", "in 10s"]);
});

test("milliseconds are shown where there are some", () => {
  assert.deepEqual([MOMENT, MOMENT - 250].map(clockText), ["09:30:00.250", "09:30:00"]);
  assert.equal(isoText(MOMENT - 250), "2025-01-15T09:30:00Z");
});
