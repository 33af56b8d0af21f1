import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

const { hasTerm, parseQuery, toggleTerm } = await import(`${STATIC}/journal/query.js`);

const CALLS = [
  { id: "req_1", method: "POST", path: "/v2/tasks", query: "", status: 201 },
  {
    id: "req_2",
    method: "POST",
    path: "/v2/tasks/task_1/run",
    query: "",
    status: 201,
    scenario: "mfa_then_success; because=queue",
    resource_id: "trun_A",
  },
  {
    id: "req_3",
    method: "GET",
    path: "/v2/task-runs/trun_A",
    query: "include=input",
    status: 503,
    fault: "fault_1",
    errors: ["source/source_error"],
    resource_ids: ["trun_A"],
  },
  { id: "req_4", method: "DELETE", path: "/v2/agents/agt_1", query: "", status: 404 },
];

function found(text, context = {}) {
  const { matches } = parseQuery(text);
  return CALLS.filter((call) => matches(call, context)).map((call) => call.id);
}

const cases = {
  "": ["req_1", "req_2", "req_3", "req_4"],
  "method:post": ["req_1", "req_2"],
  "status:4xx": ["req_4"],
  "status:>=400": ["req_3", "req_4"],
  "status:201 path:/run": ["req_2"],
  "path:/v2/*/*/run": ["req_2"],
  "path:/v2/**": ["req_1", "req_2", "req_3", "req_4"],
  "path:/v2/*": ["req_1"],
  "fault:any": ["req_3"],
  "-fault:any status:4xx": ["req_4"],
  "scenario:mfa": ["req_2"],
  "id:TRUN_": ["req_2", "req_3"],
  "error:source_error": ["req_3"],
  "is:create": ["req_1", "req_2"],
  "is:read": ["req_3"],
  "is:error": ["req_3", "req_4"],
  include: ["req_3"],
  "POST run": ["req_2"],
  '"tasks/task_1"': ["req_2"],
  "method:": ["req_1", "req_2", "req_3", "req_4"],
  "path:[": [],
  "-": ["req_3"],
};
for (const [text, ids] of Object.entries(cases)) {
  test(`the filter ${JSON.stringify(text)} finds ${ids.length} calls`, () => {
    assert.deepEqual(found(text), ids);
  });
}

test("is:lint finds the calls that have findings", () => {
  assert.deepEqual(found("is:lint", { flagged: new Set(["req_3"]) }), ["req_3"]);
});

test("an unknown key gives a hint with the known ones, and is searched as text", () => {
  const { hints } = parseQuery("methd:post");
  assert.match(hints[0], /unknown filter “methd:”; filters are method, status, path/);
  assert.deepEqual(found("methd:post"), []);
  assert.deepEqual(parseQuery("constructor:x __proto__:x").hints.length, 2);
});

test("a value that a key cannot have gives a hint and filters nothing", () => {
  assert.match(parseQuery("status:abc").hints[0], /“status:” takes 409, 4xx or >=400/);
  assert.equal(found("status:abc").length, CALLS.length);
});

test("a term is toggled without touching the others", () => {
  const both = toggleTerm('run "a b"', "is:error");
  assert.equal(both, 'run "a b" is:error');
  assert.ok(hasTerm(both, "is:error"));
  assert.equal(toggleTerm(both, "is:error"), 'run "a b"');
});
