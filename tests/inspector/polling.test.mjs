import assert from "node:assert/strict";
import { test } from "node:test";
import { STATIC } from "./static.mjs";

globalThis.window = globalThis;
const { Poller } = await import(`${STATIC}/polling.js`);

/** What a page is told while it gets these answers, one after the other. */
async function ask(...answers) {
  const paths = [];
  const told = [];
  const get = async (path) => {
    paths.push(path);
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const onState = (state) => told.push(state);
  const onNews = ({ next }) => told.push(next);
  const poller = new Poller({ get }, { onNews, onState });
  while (answers.length) {
    await poller._ask();
    clearTimeout(poller.timer);
  }
  return { numbers: paths.map((path) => Number(path.split("=")[1])), told };
}

const news = (epoch, next) => ({ world: { epoch }, data: [], events: [], next });

test("each question begins where the last answer ended", async () => {
  const { numbers, told } = await ask(news("a", 3), news("a", 5), news("a", 5));
  assert.deepEqual(numbers, [0, 3, 5]);
  assert.deepEqual(told, ["live", 3, 5, 5]);
});

test("a world that was replaced is asked for from its beginning", async () => {
  const { numbers, told } = await ask(news("a", 3), news("b", 9), news("b", 1));
  assert.deepEqual(numbers, [0, 3, 0]);
  assert.deepEqual(told, ["live", 3, 1]);
});

test("a server that is gone is asked again, one that refuses is not", async () => {
  const [gone, refused] = [0, 401].map((status) => Object.assign(new Error("no"), { status }));
  const { told } = await ask(news("a", 1), gone, news("a", 2), refused);
  assert.deepEqual(told, ["live", 1, "reconnecting", "live", 2, "refused"]);
});
