import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { isAtEnd, positionOf, visibleRows } = await import(`${STATIC}/journal/window.js`);

const MIDDLE = { top: 2800, height: 280, row: 28, count: 10_000 };

test("only the visible rows and a few around them are rendered", () => {
  assert.deepEqual(visibleRows(MIDDLE, 2), { first: 98, last: 112 });
});

test("the rows end with the list", () => {
  assert.deepEqual(visibleRows({ ...MIDDLE, count: 3, top: 0 }), { first: 0, last: 3 });
  assert.deepEqual(visibleRows({ ...MIDDLE, count: 0, top: 0 }), { first: 0, last: 0 });
  assert.deepEqual(visibleRows({ ...MIDDLE, count: 20 }), { first: 12, last: 20 });
});

test("showing a row scrolls as little as it can", () => {
  assert.equal(positionOf(105, MIDDLE), 2800);
  assert.equal(positionOf(10, MIDDLE), 280);
  assert.equal(positionOf(110, MIDDLE), 111 * 28 - 280);
});

test("the end is reached when the last row is visible", () => {
  assert.equal(isAtEnd(MIDDLE), false);
  assert.equal(isAtEnd({ ...MIDDLE, top: 10_000 * 28 - 280 }), true);
  assert.equal(isAtEnd({ ...MIDDLE, count: 2, top: 0 }), true);
});
