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
  const call = async (path: string, options?: RequestInit) => desk.web.request(`/look-ups/one${path}`, options);
  const look = async () => ((await (await call("")).json()) as { status: string }).status;
  await world.tick(call("", { method: "POST", body: '{"guest": "Alex"}' }), vi);
  // The guest looks again and again: how long a run takes is not for a test to say.
  while ((await look()) !== "interaction_required") await world.tick("1m", vi);
  const code = new URLSearchParams({ code: "123456" });
  const sent = await world.tick(call("/code", { method: "POST", body: code }), vi);
  expect(sent.status).toBe(302);
  while ((await look()) !== "completed") await world.tick("1m", vi);
});
