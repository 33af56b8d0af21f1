// The whole way of a guest. `deck-sim explore` repeats it with each thing that can go wrong.
import { afterEach, beforeEach, expect, vi } from "vitest";
import { test } from "deck-sim-client/vitest";
import { openDesk } from "./desk.js";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a guest sends a code and gets the reservations", async ({ world }) => {
  await world.use("mfa_then_success");
  const desk = await openDesk(world);
  await world.deliverTo(desk.web);
  const start = desk.web.request("/look-ups/one", { method: "POST", body: '{"guest": "Alex"}' });
  await world.tick("2m", vi);
  expect((await start).status).toBe(201);
  const form = new URLSearchParams({ code: "123456" });
  const sent = desk.web.request("/look-ups/one/code", { method: "POST", body: form });
  await world.tick("3m", vi);
  expect((await sent).status).toBe(302);
  const read = await desk.web.request("/look-ups/one");
  expect(await read.json()).toMatchObject({ status: "completed" });
});
