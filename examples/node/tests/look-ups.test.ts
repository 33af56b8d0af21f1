import { describe, expect } from "vitest";
import { test } from "deck-sim-client/vitest";
import { openDesk } from "./desk.js";

const NIGHTS = [{ check_in: "2025-02-01", nights: 2 }];
const FOUND = { task_run: [{ queued: "2s" }, { running: "8s" }, { completed: { output: { reservations: NIGHTS } } }] };

test("reservations are found", async ({ world }) => {
  await world.scenario("found", FOUND);
  await world.use("found");
  const desk = await openDesk(world);
  const { status } = await desk.start("one", "Alex");
  expect(status).toBe("queued");
  await world.settle();
  await desk.look("one");
  expect(JSON.parse(desk.store.find("one")!.result!)).toEqual({ reservations: NIGHTS });
  expect((await world.runs())[0]!.input).toEqual({ guest: "Alex" });
});

test("a look-up can be started and read over HTTP", async ({ world }) => {
  const { web } = await openDesk(world);
  const started = await web.request("/look-ups/one", { method: "POST", body: '{"guest": "Alex"}' });
  expect(started.status).toBe(201);
  const read = await web.request("/look-ups/one");
  expect(await read.json()).toMatchObject({ guest: "Alex", status: "queued" });
  expect((await web.request("/look-ups/two")).status).toBe(404);
});

test("a look-up that is started twice is one run", async ({ world }) => {
  const desk = await openDesk(world);
  await desk.start("one", "Alex");
  await desk.start("one", "Alex");
  expect(await world.runs()).toHaveLength(1);
});

describe("a run that fails", () => {
  test.override({ deck: { scenario: "source_down" } });

  test("says why", async ({ world }) => {
    const desk = await openDesk(world);
    await desk.start("one", "Alex");
    await world.settle();
    await desk.look("one");
    const [run] = await world.runs();
    expect(desk.store.find("one")).toMatchObject({ status: "failed", result: run!.errors[0]!.message });
  });
});

test("a call that Deck refuses fails the look-up", async ({ world }) => {
  const message = "The account is suspended.";
  await world.fault({ match: "POST /v2/tasks/*/run", error: "request/input_invalid", message });
  const desk = await openDesk(world);
  expect(await desk.start("one", "Alex")).toMatchObject({ status: "failed", result: message });
});

describe("the guest is asked for a code", () => {
  test.override({ deck: { scenario: "mfa_then_success" } });

  const send = (code: string) => ({ method: "POST", body: new URLSearchParams({ code }) });

  test("in a form", async ({ world }) => {
    const desk = await openDesk(world);
    await desk.start("one", "Alex");
    expect((await desk.web.request("/look-ups/one/code")).status).toBe(404);
    await world.advanceUntil("task_run.interaction_required");
    await desk.look("one");
    const form = await (await desk.web.request("/look-ups/one/code")).text();
    expect(form).toContain('<input name="code"');
  });

  test("and sends the right one", async ({ world }) => {
    const desk = await openDesk(world);
    await desk.start("one", "Alex");
    await world.settle();
    await desk.look("one");
    const answer = await desk.web.request("/look-ups/one/code", send("123456"));
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/look-ups/one"]);
    await world.settle();
    await desk.look("one");
    expect(desk.store.find("one")!.status).toBe("completed");
  });

  test("and sends a wrong one, then the right one", async ({ world }) => {
    const desk = await openDesk(world);
    const { run_id } = await desk.start("one", "Alex");
    await world.settle();
    await desk.look("one");
    await desk.web.request("/look-ups/one/code", send("000000"));
    await world.settle();
    await desk.look("one");
    expect(desk.store.find("one")!.question).not.toBeNull();
    await desk.web.request("/look-ups/one/code", send("123456"));
    await world.advanceUntil("task_run.completed", run_id!);
  });

  test("and sends it too late", async ({ world }) => {
    const desk = await openDesk(world);
    await desk.start("one", "Alex");
    await world.settle();
    await desk.look("one");
    await world.advance("10m");
    const answer = await desk.web.request("/look-ups/one/code", send("123456"));
    expect(answer.status).toBe(409);
    expect(desk.store.find("one")!.status).toBe("failed");
    expect((await desk.web.request("/look-ups/one/code", send("123456"))).status).toBe(409);
  });
});
