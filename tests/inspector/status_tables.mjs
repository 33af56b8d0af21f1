/** Reads resources as JSON from stdin; prints what the page knows of their statuses. */
import { text } from "node:stream/consumers";
import { STATIC } from "./static.mjs";

const { commandsIn, familyOf, isFinal, isKnown } = await import(`${STATIC}/statuses.js`);

const known = JSON.parse(await text(process.stdin)).map(({ edition, kind, status }) => ({
  family: isKnown(status) ? familyOf(status, kind) : null,
  isFinal: isFinal(kind, status),
  commands: commandsIn(edition, kind, status),
}));
console.log(JSON.stringify(known));
