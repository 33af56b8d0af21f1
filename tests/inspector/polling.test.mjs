import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

globalThis.window = globalThis;
globalThis.document = { hidden: false };
const { Poller } = await import(`${STATIC}/polling.js`);

/** What a page is told while it gets these answers, one after the other, and what it asks. */
async function ask(...answers) {
  const requests = [];
  const told = [];
  const get = async (path) => {
    if (path === "/_sim/schemas" || path.startsWith("/_sim/next")) return {};
    requests.push(`${path.split("=")[1]} ${api.id ?? "by key"}`);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const api = { get, id: null, world: null };
  const onState = (state) => state !== told.findLast(({ length }) => length) && told.push(state);
  const onNews = ({ next }) => told.push(next);
  const poller = new Poller(api, { onNews, onState });
  while (answers.length) {
    await poller._ask();
    clearTimeout(poller.timer);
  }
  return { requests, told };
}

const news = (epoch, next) => ({ world: { world: "w", epoch }, data: [], events: [], next });
const failure = (status) => Object.assign(new Error("no"), { status });

test("each question begins where the last answer ended", async () => {
  const { requests, told } = await ask(news("a", 3), news("a", 5), news("a", 5));
  assert.deepEqual(requests, ["0 by key", "3 w", "5 w"]);
  assert.deepEqual(told, ["live", 3, 5, 5]);
});

test("a world that was replaced is asked for from its beginning", async () => {
  const { requests, told } = await ask(news("a", 3), news("b", 9), news("b", 1));
  assert.deepEqual(requests, ["0 by key", "3 w", "0 w"]);
  assert.deepEqual(told, ["live", 3, 1]);
});

test("a deleted world is not asked for by its key, which would make it anew", async () => {
  const { requests, told } = await ask(news("a", 1), failure(404), news("b", 1));
  assert.deepEqual(requests, ["0 by key", "1 w", "1 w"]);
  assert.deepEqual(told, ["live", 1, "deleted"]);
});

test("a server that is gone is asked again, one that refuses is not", async () => {
  const { requests, told } = await ask(news("a", 1), failure(0), news("a", 2), failure(401));
  assert.deepEqual(requests, ["0 by key", "1 w", "1 by key", "2 w"]);
  assert.deepEqual(told, ["live", 1, "silent", "live", 2, "refused"]);
});
