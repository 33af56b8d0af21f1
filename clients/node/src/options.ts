// Options of a world, its key, and times.
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { DeckSimError } from "./control.js";
import type { Options, Time } from "./types.js";

const NAMES = ["name", "edition", "clock", "now", "scenario", "seed", "url", "strict", "html"];
const LONGEST = 32; // of each part of a key
const MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function checkOptions(options: Options): void {
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) {
    const near = NAMES.find((name) => isNear(unknown, name));
    const like = near ? `; did you mean '${near}'?` : "";
    throw new DeckSimError(`a world has no option '${unknown}'${like}; allowed are ${NAMES.join(", ")}`);
  }
  if (!options.name) throw new DeckSimError("a world needs a `name`, such as that of its test");
}

/** Whether a word becomes another if at most two letters are changed, added or left out. */
function isNear(word: string, other: string, edits = 2): boolean {
  if (word === other || edits < 0) return edits >= 0;
  const [rest, otherRest] = [word.slice(1), other.slice(1)];
  if (word[0] === other[0]) return isNear(rest, otherRest, edits);
  return isNear(rest, other, edits - 1) || isNear(word, otherRest, edits - 1) || isNear(rest, otherRest, edits - 1);
}

/** Return the API key of a world: its file and title, shortened, and a digest of the whole name. */
export function makeKey(name: string): string {
  const [file = "", ...titles] = name.split(" > ");
  const parts = [basename(file).replace(/(\.(test|spec))?\.\w+$/, ""), titles.join(" ")];
  const words = parts.map((part) => part.replace(/[^A-Za-z0-9]+/g, "_").slice(0, LONGEST));
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return ["sk_test", ...words, digest].join("_").replace(/_+/g, "_");
}

/** Write a time for the server, which reads at most eight digits of a number. */
export function writeTime(time: Time): string {
  if (typeof time === "string") return time;
  const ms = readMilliseconds(time);
  return `${Math.trunc(ms / 1000)}s${+(ms % 1000).toFixed(3)}ms`;
}

export function readMilliseconds(time: Time): number {
  const pieces = [...String(time).matchAll(/([\d.]+)(ms|[dhms])/g)];
  const total = pieces.reduce((sum, [, count, unit]) => sum + Number(count) * MS[unit!]!, 0);
  const ms = typeof time === "number" ? time : pieces.map(([text]) => text).join("") === time ? total : NaN;
  if (time !== "" && ms >= 0 && ms < Infinity) return ms;
  const how = "a duration is written like 250ms, 2s, 5m, 1h30m or 2d, or is a number of milliseconds";
  throw new DeckSimError(`${JSON.stringify(time)} is not a duration; ${how}`);
}
