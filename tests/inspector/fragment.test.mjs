import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { readFragment, writeFragment } = await import(`${STATIC}/fragment.js`);

const PLACE = { key: null, world: null, tab: "timeline", selected: null, filter: "" };

test("an address without a fragment names no world", () => {
  assert.deepEqual(readFragment(""), PLACE);
});

test("what is written is read again, whatever a key or an id has in it", () => {
  const selected = { type: "call", id: "req_1:&#%2F" };
  const place = { ...PLACE, key: "sk_a+b&c=#", tab: "journal", selected, filter: "a&b" };
  assert.deepEqual(readFragment(writeFragment(place)), place);
});

test("a key hides the id of a world, since one of them names it", () => {
  assert.equal(writeFragment({ ...PLACE, key: "k", world: "w" }), "#key=k");
  assert.equal(writeFragment({ ...PLACE, world: "w" }), "#world=w");
});
