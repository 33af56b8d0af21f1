/** Reads calls and a server as JSON from stdin; prints the texts that the journal copies. */
import { text } from "node:stream/consumers";
import { STATIC } from "./static.mjs";

const { curlCommand, pytestAssertion } = await import(`${STATIC}/parts/copies.js`);
const { calls, server } = JSON.parse(await text(process.stdin));
const copies = calls.map((call) => ({
  curl: curlCommand(call, server),
  assertion: pytestAssertion(call),
}));
console.log(JSON.stringify(copies));
