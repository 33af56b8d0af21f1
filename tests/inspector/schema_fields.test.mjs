import assert from "node:assert/strict";
import { test } from "node:test";

import { STATIC } from "./static.mjs";

const { fieldsOf, readValue } = await import(`${STATIC}/controls/schema_fields.js`);

const optional = (...ways) => ({ anyOf: [...ways, { type: "null" }], default: null });

test("a field is made from each property that has more than one value", () => {
  const fields = fieldsOf({
    required: ["match", "error"],
    properties: {
      times: optional({ type: "integer", minimum: 1 }),
      probability: optional({ type: "number", maximum: 1 }),
      reset: { const: true },
      match: { type: "string", description: "A method\nand a path." },
      error: { enum: ["api/api_error", "api/timeout"] },
      screenshots: optional({ type: "boolean" }),
      delay: { anyOf: [{ type: "string", examples: ["3s"] }, { type: "object" }] },
      headers: optional({ type: "object" }),
      body: {},
    },
  });
  assert.deepEqual(
    fields.map(({ name, input }) => [name, input]),
    [
      ["match", "text"],
      ["error", "choice"],
      ["times", "integer"],
      ["probability", "number"],
      ["screenshots", "switch"],
      ["delay", "textOrJson"],
      ["headers", "json"],
      ["body", "textOrJson"],
    ],
  );
  assert.equal(fields[0].hint, "A method and a path.");
  assert.equal(fields[5].example, "3s");
  assert.equal(fields[2].minimum, 1);
});

test("what is typed has the type of its field", () => {
  assert.equal(readValue("12", "integer"), 12);
  assert.equal(readValue("0.3", "number"), 0.3);
  assert.equal(readValue("true", "switch"), true);
  assert.equal(readValue("12", "text"), "12");
  assert.equal(readValue("3s", "textOrJson"), "3s");
  assert.deepEqual(readValue('{"for": "3s"}', "textOrJson"), { for: "3s" });
  assert.deepEqual(readValue('["x-trace"]', "json"), ["x-trace"]);
  assert.equal(readValue("{broken", "json"), "{broken");
});
