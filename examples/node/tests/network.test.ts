import { afterEach, beforeEach, expect, vi } from "vitest";
import { test } from "deck-sim-client/vitest";
import { Unavailable } from "../src/deck.js";
import { openDesk } from "./desk.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a start whose answer was lost is repeated with its key", async ({ world }) => {
  await world.fault({ match: "POST /v2/tasks/*/run", lost_response: true, times: 1 });
  const desk = await openDesk(world);
  const started = desk.start("one", "Alex");
  await world.tick("5s", vi);
  expect((await started).run_id).toBe((await world.runs())[0]!.id);
  expect(await world.runs()).toHaveLength(1);
});

test("the desk waits as long as Deck asks it to", async ({ world }) => {
  const error = "rate_limit/rate_limit_exceeded";
  await world.fault({ match: "POST /v2/tasks/*/run", error, retry_after: 20, times: 1 });
  const desk = await openDesk(world);
  const started = desk.start("one", "Alex");
  await world.tick("19s", vi);
  expect(await world.runs()).toEqual([]);
  await world.tick("1s", vi);
  expect((await started).status).toBe("queued");
});

test("the desk gives up after five attempts", async ({ world }) => {
  await world.fault({ match: "POST /v2/tasks/*/run", status: 503 });
  const desk = await openDesk(world);
  const started = desk.start("one", "Alex").catch((error) => error);
  await world.tick("1m", vi);
  expect(await started).toBeInstanceOf(Unavailable);
  expect(await world.calls("POST /v2/tasks/*/run")).toHaveLength(5);
});

test("without webhooks, the desk looks every 30 seconds until the run is over", async ({ world }) => {
  const desk = await openDesk(world);
  await world.use("slow_success");
  await desk.start("one", "Alex");
  await world.tick("30m", vi);
  expect(desk.store.find("one")!.status).toBe("completed");
  const reads = (await world.calls("GET /v2/task-runs/*")).map(({ at }) => Date.parse(at));
  const pauses = reads.slice(2).map((at, number) => at - reads[number + 1]!);
  expect([...new Set(pauses)]).toEqual([30_000]);
});

test("a look that fails is made again", async ({ world }) => {
  await world.fault({ match: "GET /v2/task-runs/*", status: 502, after: 1, times: 5 });
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const desk = await openDesk(world);
  await desk.start("one", "Alex");
  await world.tick("2m", vi);
  expect(error).toHaveBeenCalledOnce();
  expect(desk.store.find("one")!.status).toBe("completed");
  error.mockRestore();
});
