// What a world tells about a test: what was left over, and what happened.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { World } from "./world.js";

type Finding = { reason: string; remedy: string; weight: string };
type TimelineEntry = { at: string; kind: string; id: string; what: string };

const MOST_ENTRIES = 60; // of the timeline of a failed test

/** The weights of the findings that fail a test that passed. */
export const FAILING = ["failure", "oversight", "leftover"];

/** Return the findings about a world, or only those of some weights. */
export async function listFindings(world: World, weights?: string[]): Promise<string[]> {
  const { data } = await world.control<{ data: Finding[] }>("GET", "/findings?caller=node");
  const rows = data.filter(({ weight }) => !weights || weights.includes(weight));
  return rows.map(({ reason, remedy }) => (remedy ? `${reason}; ${remedy}` : reason));
}

export async function readTimeline(world: World, most = Infinity): Promise<string> {
  const { data } = await world.control<{ data: TimelineEntry[] }>("GET", "/timeline");
  const lines = data.map(({ at, kind, id, what }) => {
    return `${at}  ${kind.replace(/^event_/, "").padEnd(11)}  ${id.padEnd(21)}  ${what}`;
  });
  const left = lines.length - most;
  if (left > 0) lines.splice(most / 3, left, `  … ${left} lines are left out …`);
  return lines.join("\n") || "nothing happened in this world";
}

/** Return the report on the world of a test that failed: the reasons first. */
export async function writeReport(world: World, html?: string): Promise<string> {
  const findings = (await listFindings(world)).map((text) => `  ${text}`);
  const reasons = findings.length ? ["what deck-sim found:", ...findings, ""] : [];
  const page = html ? writePage(world, html) : `page, while the server runs: ${world.inspectorUrl}`;
  return [...reasons, "timeline:", await readTimeline(world, MOST_ENTRIES), "", page].join("\n");
}

function writePage({ apiKey, baseUrl }: World, folder: string): string {
  const file = join(folder, `${apiKey.replace("sk_test_", "")}.html`);
  mkdirSync(folder, { recursive: true });
  const words = ["timeline", "--html", file, "--url", baseUrl, "--key", apiKey];
  const { error, status, stderr } = spawnSync("deck-sim", words, { encoding: "utf8" });
  const why = error ? "there is no program `deck-sim` on the PATH" : stderr.trim();
  return status === 0 ? `page: ${file}` : `cannot write ${file}: ${why}`;
}
