import type { RequestListener } from "node:http";
import { afterEach, describe, expect, onTestFinished, vi } from "vitest";
import { makeKey } from "../src/options.js";
import { test } from "../src/vitest.js";
import { DeckSimError, World } from "../src/index.js";
import { call, listening, startRun } from "./application.js";

afterEach(() => void vi.useRealTimers().restoreAllMocks());

test("an application calls Deck with the variables of its world", async ({ world }) => {
  const { DECK_BASE_URL, DECK_API_KEY, DECK_WEBHOOK_SECRET } = world.env;
  const headers = { authorization: `Bearer ${DECK_API_KEY}` };
  expect((await fetch(`${DECK_BASE_URL}/agents`, { headers })).status).toBe(200);
  expect(DECK_WEBHOOK_SECRET).toMatch(/^whsec_/);
  expect(world.inspectorUrl).toBe(`${DECK_BASE_URL!.replace("/v2", "/_sim/ui")}#key=${DECK_API_KEY}`);
});

test("a key has the file and the title, and is the same each time", ({ world }) => {
  expect(world.apiKey).toMatch(/^sk_test_world_a_key_has_the_file_and_the_title_[0-9a-f]{8}$/);
  expect(makeKey("a/b.test.ts > is ready")).toBe(makeKey("a/b.test.ts > is ready"));
  expect(makeKey("a/b.test.ts > is ready")).not.toBe(makeKey("c/b.test.ts > is ready"));
});

test("a run completes when its world is settled", async ({ world }) => {
  const { id } = await startRun(world, { guest: "Alex" });
  await world.settle();
  const [run] = await world.runs();
  expect([run!.id, run!.status, run!.input]).toEqual([id, "completed", { guest: "Alex" }]);
  expect(await world.timeline()).toContain(`task_run     ${id}  running -> completed`);
});

test("time passes by an amount, until an event, or as a client sleeps", async ({ world }) => {
  const run = await startRun(world);
  const { sleep } = world;
  await sleep(1500.5);
  await world.advance(500);
  await world.advanceUntil(["task_run.completed", "task_run.failed"], run);
  await world.advance("1h");
  const { now } = await world.control<{ now: string }>("GET", "/_sim/clock");
  expect(now).toBe("2025-01-15T10:30:10Z");
  await expect(world.advance("1 hour")).rejects.toThrow(/'1 hour' is not a duration/);
  await expect(world.advance(-1)).rejects.toThrow(/^-1 is not a duration/);
});

test("scenarios are used, queued and written", async ({ world }) => {
  await world.scenario("closed", { task_run: [{ queued: "1s" }, { failed: "source/source_error" }] });
  await world.queue("closed");
  await world.use("agent_hangs");
  for (const _ of "ab") await startRun(world);
  await world.settle();
  const codes = (await world.runs()).map((run) => run.errors[0]?.code);
  expect(codes).toEqual(["source_error", undefined]);
  await world.advance("1h");
  expect((await world.runs())[1]!.errors[0]!.code).toBe("timeout");
});

for (const edition of ["connections", "credentials"] as const) {
  describe(`in the edition ${edition}`, () => {
    test.override({ deck: { edition, now: new Date("2030-01-01T00:00:00Z") } });

    test("people answer, approve and reject", async ({ world }) => {
      await world.queue("mfa_then_success", "needs_approval", "needs_approval");
      const [asks, waits, other] = [await startRun(world), await startRun(world), await startRun(world)];
      await world.settle();
      await world.answer(asks, { code: "123456" });
      await world.approve(waits);
      await world.reject(other.id);
      await world.settle();
      const statuses = (await world.runs()).map((run) => run.status);
      expect(statuses).toEqual(["completed", "completed", "failed"]);
      expect((await world.runs())[0]!.created_at).toBe("2030-01-01T00:00:00Z");
    });
  });
}

test("a run is held before an event", async ({ world }) => {
  const [first, other] = [await startRun(world), await startRun(world)];
  const hold = await world.hold({ event: "task_run.completed", id: first.id });
  await world.settle();
  expect((await world.runs()).map((run) => run.status)).toEqual(["running", "completed"]);
  await hold.release();
  await world.advanceUntil("task_run.completed", first.id).catch(() => {});
  expect((await world.runs())[0]!.status).toBe("completed");
  expect(other.status).toBe("queued");
});

test("a fault affects a call, and calls are matched by patterns", async ({ world }) => {
  await world.fault({ match: "GET /v2/agents", status: 502, times: 1 });
  for (const path of ["/agents", "/agents", "/sources/src_1"]) await call(world, "GET", path);
  const statuses = async (pattern?: string) => (await world.calls(pattern)).map(({ status }) => status);
  expect(await statuses()).toEqual([502, 200, 404]);
  expect(await statuses("GET /v2/agents")).toEqual([502, 200]);
  expect(await statuses("/v2/*/*")).toEqual([404]);
  expect(await statuses("GET /v2/**")).toEqual([502, 200, 404]);
  expect(await statuses("POST /v2/agents")).toEqual([]);
});

const received: string[] = [];
const listener: RequestListener = (request, response) => {
  received.push(`${request.method} ${request.url}`);
  response.end();
};
const handler = {
  async fetch(request: Request) {
    const { type } = (await request.json()) as { type: string };
    received.push(`${request.method} ${new URL(request.url).pathname} ${type}`);
    return new Response("thanks", { headers: { "x-app": "1" } });
  },
};

test("webhooks go to a URL, to a listener and to a fetch handler", async ({ world }) => {
  const { url } = await listening(listener);
  await world.deliverTo(`${url}/mine`, { events: ["agent.created"] });
  await world.deliverTo(listener);
  await world.deliverTo(handler, { path: "hooks" });
  await call(world, "POST", "/agents", { name: "Concierge" });
  await world.advance(0);
  const agent = ["POST /hooks agent.created", "POST /mine", "POST /webhooks/deck"];
  expect(received.toSorted()).toEqual(agent);
  const deliveries = await world.deliveries();
  expect(deliveries.map(({ status }) => status)).toEqual(["success", "success", "success"]);
  expect(deliveries[2]!.log[0].response_headers["x-app"]).toBe("1");
});

test("webhooks are signed with the time of the process, faked or not", async ({ world }) => {
  const ages: number[] = [];
  await world.deliverTo((request, response) => {
    ages.push(Date.now() / 1000 - Number(request.headers["webhook-timestamp"]));
    response.end();
  });
  for (const time of ["2030-01-01T00:00:00Z", null]) {
    if (time) vi.setSystemTime(time);
    else vi.useRealTimers();
    await call(world, "POST", "/agents", { name: "Concierge" });
    await world.advance(0);
  }
  expect(ages.map((seconds) => Math.abs(seconds) < 60)).toEqual([true, true]);
});

test("the time of the process goes with a control call only while it is faked", async () => {
  // The server keeps it until the next call. On a real clock, later signatures would be too old.
  const times: unknown[] = [];
  const { url } = await listening((request, response) => {
    times.push(request.headers["deck-sim-present"]);
    response.writeHead(404).end();
  });
  for (const fake of [() => {}, () => vi.setSystemTime("2030-01-01T00:00:00Z")]) {
    fake();
    await World.open({ name: "a", url }).catch(() => {});
  }
  expect(times).toEqual([undefined, "2030-01-01T00:00:00.000Z"]);
});

describe("what is left over", () => {
  const options = { name: "left over" };

  test("fails the end of a test", async () => {
    const world = await World.open(options);
    await world.fault({ match: "GET /v2/agents", status: 502 });
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(world.close()).rejects.toThrow(/a fault never fired.*\n.*`strict: false`/);
    expect(error.mock.calls[0]![0]).toMatch(/^left over\nwhat deck-sim found:\n  a fault never fired/);
  });

  test("is no failure if the test says so", async () => {
    const world = await World.open({ ...options, strict: false });
    await world.fault({ match: "GET /v2/agents", status: 502 });
    await world.close();
  });

  test("names another key that was called", async () => {
    const world = await World.open(options);
    const headers = { authorization: "Bearer sk_live_of_nobody_1" };
    await fetch(`${world.baseUrl}/agents`, { headers });
    vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(world.close()).rejects.toThrow(/was called with .*; give your application `world.apiKey`/);
  });

  test("is the error of a receiver that raised one", async () => {
    const world = await World.open(options);
    await world.deliverTo(() => {
      throw new TypeError("no such order");
    });
    await call(world, "POST", "/agents", { name: "Concierge" });
    await world.advance("2d");
    vi.spyOn(console, "error").mockImplementation(() => {});
    await expect(world.close()).rejects.toThrow(/raised an error for 1 webhook: TypeError: no such order/);
  });
});

test("the report of a failed test has reasons, the timeline and the page", async () => {
  const world = await World.open({ name: "it fails" });
  await startRun(world);
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  await world.close({ failed: true });
  const [report] = error.mock.calls[0]!;
  expect(report).toMatch(/^it fails\nwhat deck-sim found:\n  trun_\w+ is queued.*`world.advanceUntil/);
  expect(report).toMatch(/\ntimeline:\n2025-01-15T09:30:00Z  agent .*\n\npage, .*: http.*#key=sk_test_it_fails_/s);
});

describe("a mistake has a sentence:", () => {
  const mistake = (open: Promise<World>) => open.then(() => "", (error: DeckSimError) => error.message);

  test("an unknown option", async () => {
    // @ts-expect-error
    const message = await mistake(World.open({ name: "a", scenaro: "success" }));
    expect(message).toMatch(/^a world has no option 'scenaro'; did you mean 'scenario'\?; allowed are name,/);
  });

  test("a value that the server refuses", async () => {
    const error = await World.open({ name: "a", scenario: "sucess" }).catch((error) => error);
    expect(error.message).toContain("did you mean 'success'?");
    expect([error.name, error.status, error.field]).toEqual(["DeckSimError", 400, "default_scenario"]);
  });

  test("a world that is closed", async () => {
    const world = await World.open({ name: "ended" });
    await world.close();
    await world.close();
    const sentence = /^the world 'ended' is closed; await everything/;
    await expect(world.advance("5m")).rejects.toThrow(sentence);
    await expect(world.fetch(`${world.baseUrl}/agents`)).rejects.toThrow(sentence);
  });

  test("two open worlds of one name", async () => {
    const world = await World.open({ name: "twice" });
    expect(await mistake(World.open({ name: "twice" }))).toMatch(/^a world with the name 'twice' is open/);
    await world.close();
    await (await World.open({ name: "twice" })).close();
  });

  test("a server of another version, or none", async () => {
    const versions = [{ "Deck-Sim-Version": "9.9.9" }, {}];
    const urls = versions.map((headers) => listening((_, response) => response.writeHead(404, headers).end()));
    const [other, none] = await Promise.all(urls);
    const open = (url: string) => mistake(World.open({ name: "a", url }));
    expect(await open(other!.url)).toMatch(/^deck-sim-client is 0\.1\.0, but the server at .* is 9\.9\.9/);
    expect(await open(none!.url)).toMatch(/answers 404, but is not deck-sim; check DECK_BASE_URL/);
    expect(await open("http://127.0.0.1:9/v2")).toMatch(/^no deck-sim server answers at http:\/\/127.0.0.1:9:/);
    expect(await open("https://api.deck.co/v2")).toMatch(/begins with http:\/\/, not 'https:\/\/api/);
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv("DECK_BASE_URL", "");
    expect(await mistake(World.open({ name: "a" }))).toMatch(/^there is no server, since DECK_BASE_URL is not set; .*`deck-sim exec/);
  });

  test("a world without a name, and a URL that is never called", async ({ world }) => {
    expect(await mistake(World.open({ name: "" }))).toMatch(/^a world needs a `name`/);
    await expect(world.deliverTo("https://example.com/")).rejects.toThrow(/--allow-public-webhooks/);
    await call(world, "GET", "/agents");
  });
});
