import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { keyOption, shellWord } = await import(`${STATIC}/shell.js`);

test("a word is quoted if a shell would read it as something else", () => {
  assert.equal(shellWord("sk_sim_local"), "sk_sim_local");
  assert.equal(shellWord("$(id)"), "'$(id)'");
  assert.equal(shellWord("it's"), `'it'\\''s'`);
  assert.equal(shellWord("a\u202eb"), "$'a\\xe2\\x80\\xaeb'");
});

test("a key that is not known is that of the environment", () => {
  assert.equal(keyOption("sk_1"), "-H 'Authorization: Bearer sk_1'");
  assert.equal(keyOption(null), '-H "Authorization: Bearer $DECK_API_KEY"');
});
