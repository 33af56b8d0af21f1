// For vitest: a world for each test, and a server for a run.
import { spawn } from "node:child_process";
import { relative } from "node:path";
import { test as base, type TestAPI } from "vitest";
import { DeckSimError } from "./control.js";
import type { Options } from "./types.js";
import { World } from "./world.js";

const WAYS = "pip install a wheel of deck-sim, or set DECK_BASE_URL to a server elsewhere, as in a container";

/** `deck` has options for the worlds of a file or group; `world` is a new world, closed after the test. */
export type Fixtures = { deck: Partial<Options>; world: World };

// vitest also loads this file in its main process, for `globalSetup`, where `extend` fails.
export const test: TestAPI<Fixtures> = process.env.VITEST_WORKER_ID
  ? base.extend<Fixtures>({
      deck: [{}, { injected: true }],
      world: async ({ deck, task }, use) => {
        const { projectName = "", filepath } = task.file;
        const titles = [`${task.name} ${projectName}`.trim()];
        for (let suite = task.suite; suite; suite = suite.suite) titles.unshift(suite.name);
        const name = [relative(process.cwd(), filepath), ...titles].join(" > ");
        const world = await World.open({ name, ...deck });
        await use(world);
        const { state, errors } = task.result ?? {}; // of this attempt, and of all
        await world.close({ failed: state === "fail" && (errors?.at(-1)?.message ?? true) });
      },
    })
  : (undefined as never);

/** Start a server for a run of tests, with options of `deck-sim serve`, unless DECK_BASE_URL names
 * one. Return a function that stops it.
 */
export async function startServer(...options: string[]): Promise<() => Promise<void>> {
  if (process.env.DECK_BASE_URL) return async () => {};
  const words = ["serve", "--clock", "frozen", "--port", "0", "--quiet", ...options];
  const server = spawn("deck-sim", words, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => server.once("close", resolve));
  process.env.DECK_BASE_URL = await new Promise<string>((resolve, reject) => {
    let printed = "";
    let errors = "";
    server.stdout.on("data", (piece) => {
      const [url] = /http:\/\/\S+\/v2/.exec((printed += piece)) ?? [];
      if (url) resolve(url);
    });
    server.stderr.on("data", (piece) => (errors += piece));
    server.once("error", () => reject(new DeckSimError(`there is no program \`deck-sim\` on the PATH; ${WAYS}`)));
    ended.then((code) => reject(new DeckSimError(`\`deck-sim serve\` ended with ${code}: ${errors.trim()}`)));
  });
  return async () => {
    delete process.env.DECK_BASE_URL;
    server.kill();
    await ended;
  };
}

export default (): Promise<() => Promise<void>> => startServer();
