// Run by vitest.test.ts in a vitest of its own.
import { expect } from "vitest";
import { test } from "../../src/vitest.js";

const { PAGES: html } = process.env; // the folder of pages
test.override({ deck: html ? { html } : {} });

test("asserts what is not so", async ({ world }) => {
  await world.readyTask();
  expect(world.edition).toBe("credentials");
});

test("leaves a fault over", async ({ world }) => {
  await world.fault({ match: "GET /v2/agents", status: 502 });
});

test("passes at the second attempt", { retry: 1 }, async ({ world, task }) => {
  await world.settle();
  expect(task.result?.retryCount ?? 0).toBe(1);
});

test("passes", async ({ world }) => {
  await world.settle();
});
