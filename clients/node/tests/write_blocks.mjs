// Write the code of pages into files: each block whose first line is a comment with a name.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

for (const page of process.argv.slice(2)) {
  const blocks = readFileSync(page, "utf8").matchAll(/^```[jt]s\n\/\/ ([\w./-]+)\n(.*?)^```/gms);
  for (const [, name, code] of blocks) {
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, code);
  }
}
