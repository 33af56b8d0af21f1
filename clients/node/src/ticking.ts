// Moving a world and the fake timers of its test together, from timer to timer.
import { createRequire } from "node:module";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises"; // no test fakes these
import type { CallsInFlight } from "./calls_in_flight.js";
import { DeckSimError } from "./control.js";
import { readMilliseconds } from "./options.js";
import type { FakeTimers, MockTimers, Time } from "./types.js";

const QUIET_TURNS = 3; // of the event loop without a call in flight: the application has gone on
const PATIENCE = 50; // ms of waiting for a call, before the server is asked if a hold keeps it
const LONGEST_RECEIPT = 60_000; // ms that a receiver may take
const LONGEST_WAIT = 24 * 3_600_000; // ms that a promise may take

interface Timers {
  move(ms: number): unknown; // fires what is due
  next(): number; // in how many ms a timer is due
  immediates(): number; // in how many ms the last `setImmediate` is due, 0 if there is none
}

/** Move the world. Return in how many ms something is due, and how many calls are held. */
type Advance = (ms: number) => Promise<{ due: number; held: number }>;

/** Move a world and fake timers together, by a time, or until a promise is settled. Each step goes to what
 * comes first, a timer or something that is due in the world, and ends when the calls of the application have ended.
 */
export async function tick(calls: CallsInFlight, advance: Advance, by: Time | Promise<unknown>, timers: Timers) {
  const isPromise = typeof by === "object";
  let left = isPromise ? LONGEST_WAIT : readMilliseconds(by);
  let isSettled = false;
  if (isPromise) by.catch(() => {}).then(() => (isSettled = true));
  let due = 0; // what is due now is played first
  let changes = calls.changes;
  let ahead = 0; // ms by which the timers have moved more than the world

  /** Fire what the application waits for within a call, and what is due until a time. */
  async function fire(until = 0): Promise<void> {
    const ms = Math.max(timers.next() + ahead <= until ? timers.next() : 0, timers.immediates());
    if (until > 0 && ms > 0) await advance(ms); // the world waits for the receiver, and counts its sleep
    await timers.move(ms);
    ahead += ms;
  }

  async function moveTimers(to: number): Promise<void> {
    await timers.move(Math.max(to - ahead, 0));
    ahead = Math.max(to, ahead);
  }

  async function moveWorld(ms: number): Promise<void> {
    let isMoving = true;
    const longest = ahead + LONGEST_RECEIPT;
    const moving = advance(ms).finally(() => (isMoving = false));
    for (let waited = 0; isMoving; waited += 5) {
      await Promise.race([moving, wait(5)]);
      if (calls.count > 0 || calls.receiving === 0) waited = 0;
      // A receiver of webhooks that waits for a timer gets the time; the world follows later.
      if (isMoving) await fire(waited < PATIENCE ? 0 : longest);
    }
    due = (await moving).due;
    left -= ms;
    ahead -= ms;
  }

  /** Wait until the application waits for a timer, or for an answer that a hold keeps back. */
  async function rest(): Promise<void> {
    let held = 0;
    for (let quiet = 0, waits = 1; quiet < QUIET_TURNS; quiet += 1) {
      await turn();
      for (; calls.count > held; quiet = 0, waits += 1) {
        await wait(1);
        if (calls.count > held) await fire();
        if (waits % PATIENCE === 0) held = (await advance(0)).held;
      }
    }
  }

  for (;;) {
    await rest();
    if (isSettled) return;
    if (changes !== calls.changes) due = 0; // the application has changed what is due
    changes = calls.changes;
    const timer = timers.next() + ahead;
    const step = Math.min(left, timer, due);
    if (step === 0 && timer > 0 && due > 0) {
      if (!isPromise) return;
      throw new DeckSimError("the promise is not settled after a day; is there a timer that it waits for?");
    }
    // The process is at the time of the webhooks that come with this step. If a timer is due, too,
    // it is a millisecond earlier, so that a poll sees what the world has become.
    if (due <= step) await moveTimers(timer > step ? step : step - 1);
    await moveWorld(step);
    await moveTimers(0);
  }
}

/** Read fake timers. `step`, for those of node:test, is the longest time to move at once. */
export function readTimers(fakes: FakeTimers | MockTimers, step?: Time): Timers {
  if ("advanceTimersByTimeAsync" in fakes) return ofClock(fakes);
  if (step === undefined) {
    throw new DeckSimError(
      "`mock.timers` of node:test does not show its timers, so `tick` needs the longest time that" +
        ' it may move at once: `world.tick("5m", mock.timers, { step: "5s" })`',
    );
  }
  const ms = Math.max(readMilliseconds(step), 1);
  return { move: (by) => fakes.tick(by), next: () => ms, immediates: () => 0 };
}

/** The timers of vitest and jest: a clock of @sinonjs/fake-timers. */
function ofClock(fakes: FakeTimers): Timers {
  const clock = (setTimeout as any).clock;
  if (!clock) {
    throw new DeckSimError("`setTimeout` is not faked; call `useFakeTimers()` of vitest or jest before `tick`");
  }
  if (clock.attachedInterval) {
    const option = "`shouldAdvanceTime` (in jest `advanceTimers`)";
    throw new DeckSimError(`${option} moves the timers without the world, so they drift apart; leave it out`);
  }
  function list(): { callAt: number; type: string }[] {
    const { timers = {} } = clock; // an object before vitest 5, then a Map
    const rows: any[] = "values" in timers ? [...timers.values()] : Object.values(timers);
    if (rows.length === fakes.getTimerCount()) return rows;
    const require = createRequire(`${process.cwd()}/`);
    const runner = process.env.VITEST ? `vitest ${require("vitest/package.json").version}` : "jest";
    throw new DeckSimError(`\`tick\` cannot read the timers of ${runner}; report it to deck-sim, and use vitest 5.1`);
  }
  return {
    move: (ms) => fakes.advanceTimersByTimeAsync(ms),
    next: () => Math.max(Math.min(...list().map(({ callAt }) => callAt)) - clock.now, 0),
    // One that is set while timers are fired is due a millisecond later.
    immediates: () => Math.max(...list().map(({ callAt, type }) => (type === "Immediate" ? callAt - clock.now : 0)), 0),
  };
}
