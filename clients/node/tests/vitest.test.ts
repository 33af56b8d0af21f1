// vitest in a process of its own, since tests fail there.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test as plain } from "vitest";
import { startServer, test } from "../src/vitest.js";

function runSuite(env: Record<string, string | undefined>): { code: number | null; output: string } {
  const vitest = join(dirname(import.meta.dirname), "node_modules/vitest/vitest.mjs");
  const words = [vitest, "run", "--config", "tests/suites/vitest.config.ts"];
  const clean = { ...process.env, VITEST_WORKER_ID: undefined, VITEST_POOL_ID: undefined, NO_COLOR: "1", ...env };
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env: clean, encoding: "utf8" });
  return { code: status, output: stdout + stderr };
}

plain("a failed test prints its reason, the timeline and the page", () => {
  const pages = mkdtempSync(join(tmpdir(), "deck-sim-pages-"));
  const { code, output } = runSuite({ PAGES: pages, DECK_BASE_URL: "" });
  expect(code).toBe(1);
  expect(output).toMatch(/2 failed \| 2 passed/);
  const report = /failing.ts > asserts what is not so\n(expected .*)\nwhat deck-sim found:\n.*\n\ntimeline:\n((?:2025-.*\n)+)\npage: (.*)\n/.exec(output);
  expect(report![1]).toContain("to be 'credentials'");
  expect(report![2]).toContain("conn_0000000000000004");
  expect(output).toMatch(/DeckSimError: a fault never fired: .*\n.*`strict: false`/);
  expect(output.match(/^what deck-sim found:/gm)).toHaveLength(3);
  expect(readdirSync(pages)).toHaveLength(3);
  expect(readFileSync(report![3]!, "utf8")).toContain("task_0000000000000003");
}, 60_000);

plain("a run without the program deck-sim says what to install", () => {
  const { code, output } = runSuite({ PATH: dirname(process.execPath), DECK_BASE_URL: "" });
  expect(code).toBe(1);
  expect(output).toContain("there is no program `deck-sim` on the PATH; ");
}, 60_000);

test("a server that is there is used", async ({ world }) => {
  const { DECK_BASE_URL } = process.env;
  await (await startServer())();
  expect([process.env.DECK_BASE_URL, world.baseUrl]).toEqual([DECK_BASE_URL, DECK_BASE_URL]);
});

plain("a server has options, and says what is wrong with them", async () => {
  const { DECK_BASE_URL } = process.env;
  delete process.env.DECK_BASE_URL;
  try {
    await expect(startServer("--edition", "credits")).rejects.toThrow(/^`deck-sim serve` ended with 2: .*credits/);
    const stop = await startServer("--edition", "credentials");
    const answer = await fetch(process.env.DECK_BASE_URL!.replace("/v2", "/_sim/worlds"));
    expect(await answer.json()).toMatchObject({ data: [] });
    await stop();
    expect(process.env.DECK_BASE_URL).toBeUndefined();
  } finally {
    process.env.DECK_BASE_URL = DECK_BASE_URL;
  }
}, 60_000);
