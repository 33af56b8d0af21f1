import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { Parser } = await import(`${STATIC}/stream.js`);

const STREAM = [
  'id: e:0:0:0\nevent: world\ndata: {"epoch":"e"}\n\n',
  ":\n\n",
  'id: e:1:0:0\nevent: entry\ndata: {"number":1}\n\n',
];

test("messages are read however the stream is cut", () => {
  const whole = new Parser().feed(STREAM.join(""));
  const parser = new Parser();
  const letters = [...STREAM.join("")].flatMap((letter) => parser.feed(letter));
  assert.deepEqual(letters, whole);
  assert.deepEqual(whole, [
    { type: "world", data: { epoch: "e" } },
    { type: "entry", data: { number: 1 } },
  ]);
});

test("the position is that of the last whole message", () => {
  const parser = new Parser();
  parser.feed(STREAM[0] + STREAM[2].slice(0, -1));
  assert.equal(parser.lastId, "e:0:0:0");
  parser.feed("\n");
  assert.equal(parser.lastId, "e:1:0:0");
});
