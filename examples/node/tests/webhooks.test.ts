import { expect } from "vitest";
import { test } from "deck-sim-client/vitest";
import { openDesk } from "./desk.js";

const EVENTS = ["task_run.running", "task_run.completed"];

test("a webhook makes the desk look at a run", async ({ world }) => {
  const desk = await openDesk(world);
  await world.deliverTo(desk.web);
  await desk.start("one", "Alex");
  await world.settle();
  expect(desk.store.find("one")!.status).toBe("completed");
});

test("a webhook may come twice, or after a later one", async ({ world }) => {
  const desk = await openDesk(world);
  await world.deliverTo(desk.web, { events: EVENTS });
  await world.fault({ event: "task_run.running", reorder: true });
  await world.fault({ event: "task_run.completed", duplicate: true });
  await desk.start("one", "Alex");
  await world.settle();
  expect(desk.store.find("one")!.status).toBe("completed");
});

for (const fault of ["bad_signature", "tampered_body", "stale_timestamp"]) {
  test(`a webhook is refused: ${fault}`, async ({ world }) => {
    const desk = await openDesk(world);
    await world.deliverTo(desk.web, { events: ["task_run.completed"] });
    await world.fault({ event: "task_run.completed", [fault]: true, times: 1 });
    await desk.start("one", "Alex");
    await world.settle();
    const [delivery] = await world.deliveries();
    expect(delivery!.log.map(({ status }: { status: number }) => status)).toEqual([401, 204]);
  });
}

test("a webhook about a run of somebody else changes nothing", async ({ world }) => {
  const desk = await openDesk(world);
  await world.deliverTo(desk.web);
  const { taskId, login } = await world.readyTask();
  await world.fetch(`${world.baseUrl}/tasks/${taskId}/run`, {
    method: "POST",
    headers: { authorization: `Bearer ${world.apiKey}` },
    body: JSON.stringify(login),
  });
  await world.settle();
  expect(desk.store.unfinished()).toEqual([]);
});
