import { mock } from "node:test";
import { afterEach, beforeEach, describe, expect, onTestFinished, vi } from "vitest";
import { test } from "../src/vitest.js";
import type { World } from "../src/index.js";
import { call, startRun } from "./application.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Start a run, read it from time to time until it is over, and return the statuses that were read. */
async function poll(world: World, ms = 5000, statuses: string[] = []): Promise<string[]> {
  const { id } = await startRun(world);
  for (;;) {
    const { status } = await call(world, "GET", `/task-runs/${id}`);
    statuses.push(status);
    if (!["queued", "running"].includes(status)) return statuses;
    await wait(ms);
  }
}

test("a loop that polls ends when its run is over", async ({ world }) => {
  const polling = poll(world);
  await world.tick("1m", vi);
  expect(await polling).toEqual(["queued", "running", "completed"]);
  const { now } = await world.control<{ now: string }>("GET", "/clock");
  expect(now).toBe("2025-01-15T09:31:00Z");
});

test("a loop can poll more often than connections are kept", async ({ world }) => {
  const polling = poll(world, 1000);
  await world.tick("10s", vi);
  expect((await polling).length).toBe(11);
});

describe("half an hour", () => {
  test.override({ deck: { scenario: "agent_hangs" } });

  test("of polls every five seconds is 361 polls", async ({ world }) => {
    const start = process.cpuUsage();
    const polling = poll(world);
    await world.tick("30m", vi);
    const { user, system } = process.cpuUsage(start);
    expect((await polling).length).toBe(361);
    expect(user + system).toBeLessThan(5e6);
  });
});

test("time passes until a promise is settled, which is the result", async ({ world }) => {
  const began = Date.now();
  expect(await world.tick(poll(world), vi)).toEqual(["queued", "running", "completed"]);
  expect(Date.now() - began).toBe(10_000);
  await expect(world.tick(wait(5000).then(() => world.use("?")), vi)).rejects.toThrow(/unknown scenario: '\?'/);
  await expect(world.tick(new Promise(() => {}), vi)).rejects.toThrow(/^the promise is not settled after a day/);
});

test("webhooks come at the time of the process", async ({ world }) => {
  vi.setSystemTime("2030-01-01T00:00:00Z");
  const times: string[] = [];
  await world.deliverTo((request, response) => {
    times.push(new Date().toISOString());
    expect(Number(request.headers["webhook-timestamp"]) * 1000).toBe(Date.now());
    response.end();
  });
  await startRun(world);
  await world.tick(0, vi);
  await world.tick("1m", vi);
  const [created, running, completed] = ["00", "02", "10"].map((s) => `2030-01-01T00:00:${s}.000Z`);
  expect(times).toEqual([created, running, completed]);
  expect(Date.now()).toBe(Date.parse("2030-01-01T00:01:00Z"));
});

test("what the application starts on the way happens at its time", async ({ world }) => {
  const started = wait(30_000).then(() => startRun(world));
  const ended: number[] = [];
  await world.deliverTo((_, response) => {
    ended.push(Date.now());
    response.end();
  }, { events: ["task_run.completed"] });
  const began = Date.now();
  await world.tick("1m", vi);
  await started;
  expect(ended).toEqual([began + 40_000]);
});

test("a receiver can wait for timers that are due, and call Deck", async ({ world }) => {
  const runs: string[] = [];
  await world.deliverTo({
    async fetch(request) {
      const { type, data } = (await request.json()) as { type: string; data: { id: string } };
      if (!type.startsWith("task_run.")) return new Response();
      await new Promise((resolve) => setImmediate(resolve));
      runs.push((await call(world, "GET", `/task-runs/${data.id}`)).status);
      return new Response();
    },
  });
  await startRun(world);
  await world.tick("1m", vi);
  expect(runs.at(-1)).toBe("completed");
});

test("a receiver can sleep before it calls Deck again", async ({ world }) => {
  await world.fault({ match: "GET /v2/task-runs/*", error: "rate_limit/rate_limit_exceeded", retry_after: 1, times: 1 });
  const statuses: string[] = [];
  await world.deliverTo(async (_, response) => {
    const [run] = await world.runs();
    await call(world, "GET", `/task-runs/${run!.id}`);
    await wait(20_000);
    statuses.push((await call(world, "GET", `/task-runs/${run!.id}`)).status);
    response.end();
  }, { events: ["task_run.running", "task_run.completed"] });
  await startRun(world);
  const began = Date.now();
  await world.tick("1m", vi);
  expect(statuses).toEqual(["running", "completed"]);
  const { data } = await world.control<{ data: { name: string }[] }>("GET", "/lint");
  expect(data.map(({ name }) => name)).not.toContain("ignores_retry_after");
  expect(Date.now() - began).toBe(60_000);
});

test("a client gives up on an answer that a hold keeps back", async ({ world }) => {
  const hold = await world.hold("POST /v2/agents");
  const giveUp = new AbortController();
  setTimeout(() => giveUp.abort(new Error("too late")), 10_000);
  const headers = { authorization: `Bearer ${world.apiKey}` };
  const request = new Request(`${world.baseUrl}/agents`, { method: "POST", headers, body: '{"name": "a"}' });
  const answer = world.fetch(request, { signal: giveUp.signal }).catch((error: Error) => error.message);
  await world.tick("9s", vi);
  expect(vi.getTimerCount()).toBe(1);
  await world.tick("1s", vi);
  expect(await answer).toBe("too late");
  await hold.release();
});

describe("a mistake has a sentence:", () => {
  test("timers that are not faked, or move by themselves", async ({ world }) => {
    await call(world, "GET", "/agents");
    vi.useRealTimers();
    await expect(world.tick("5m", vi)).rejects.toThrow(/^`setTimeout` is not faked; call `useFakeTimers/);
    vi.useFakeTimers({ shouldAdvanceTime: true });
    await expect(world.tick("5m", vi)).rejects.toThrow(/^`shouldAdvanceTime` .* moves the timers without/);
  });

  test("a version of vitest whose timers cannot be read", async ({ world }) => {
    await call(world, "GET", "/agents");
    const other = { advanceTimersByTimeAsync: vi.advanceTimersByTimeAsync, getTimerCount: () => 7 };
    const sentence = /^`tick` cannot read the timers of vitest \d+\.\d+\.\d+; /;
    await expect(world.tick("5m", other)).rejects.toThrow(sentence);
  });

  test("the timers of node:test without a step", async ({ world }) => {
    await call(world, "GET", "/agents");
    // @ts-expect-error
    await expect(world.tick("5m", { tick() {} })).rejects.toThrow(/does not show its timers, so `tick` needs/);
  });

  for (const time of ["5 minutes", "", "m", -1, NaN, Infinity]) {
    test(`the time ${JSON.stringify(time)}`, async ({ world }) => {
      await call(world, "GET", "/agents");
      await expect(world.tick(time, vi)).rejects.toThrow(/ is not a duration; a duration is written like 250ms/);
    });
  }
});

describe("a clock that moves by itself", () => {
  test.override({ deck: { clock: "on_poll" } });

  test("is refused", async ({ world }) => {
    await call(world, "GET", "/agents");
    await expect(world.tick("5m", vi)).rejects.toThrow("needs the clock `frozen`, but this world's is `on_poll`");
  });
});

test("the timers of node:test move in steps", async ({ world }) => {
  vi.useRealTimers();
  onTestFinished(() => mock.timers.reset());
  mock.timers.enable({ apis: ["setTimeout", "setImmediate", "Date"] });
  const polling = poll(world, 1000);
  await world.tick("20s", mock.timers, { step: "1s" });
  expect((await polling).length).toBe(11);
});
