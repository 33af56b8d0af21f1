// What the methods of a world take and return. Records of Deck have more fields than are named here.
import type { RequestListener } from "node:http";

export type Edition = "connections" | "credentials";
/** `"5m"`, `"1h30m"`, `"250ms"`, or a number of milliseconds. */
export type Time = string | number;
export type Ref = string | { id: string };

export interface Options {
  name: string; // becomes the API key of the world, readable, the same in each run
  edition?: Edition;
  clock?: "frozen" | "on_poll" | "real"; // default: frozen
  now?: string | Date; // when the world begins; default: 2025-01-15T09:30:00Z
  scenario?: string; // plays if no other is chosen; default: success
  seed?: number;
  url?: string; // of the server; default: DECK_BASE_URL
  strict?: boolean; // false: `close` does not fail for what is left over
  html?: string; // the folder for a page of each failed test
}

/** vitest's `vi`, or `jest`. */
export type FakeTimers = { advanceTimersByTimeAsync(ms: number): Promise<unknown>; getTimerCount(): number };
/** `mock.timers` of node:test. */
export type MockTimers = { tick(ms: number): void };

/** An application that has `fetch`, such as one of Hono. A route handler of Next.js: `{ fetch: POST }`. */
export type FetchHandler = { fetch(request: Request): Response | Promise<Response> };
/** A URL, an argument of `http.createServer`, such as an application of Express, or a `FetchHandler`. */
export type Receiver = string | RequestListener | FetchHandler;

/** An event of any resource, or of one; or a call, such as `POST /v2/agents`. */
export type HoldPoint = string | { event: string; id?: string } | { call: string };
export type Hold = { id: string; release(): Promise<void> };

/** A fault of calls (`match`) or webhooks (`event`): `{ match: "POST /v2/agents", status: 502, times: 1 }`. */
export type Fault = ({ match: string } | { event: string }) & Record<string, unknown>;

type Fields = Record<string, any>;
type Failure = { type: string; code: string; message: string };
export type Run = Fields & { id: string; status: string; input: Fields; output: Fields | null; errors: Failure[] };
export type Call = Fields & { at: string; method: string; path: string; query: string; body: any; status: number };
export type Delivery = Fields & { id: string; event_type: string; status: "pending" | "success" | "failure" };
