import { afterEach, expect, vi } from "vitest";
import { test } from "../src/vitest.js";
import type { Fault, World } from "../src/index.js";

afterEach(() => void vi.useRealTimers().unstubAllGlobals());

async function tryCall(world: World, options: RequestInit = {}): Promise<unknown> {
  const headers = { authorization: `Bearer ${world.apiKey}` };
  try {
    const answer = await world.fetch(`${world.baseUrl}/agents`, { headers, ...options });
    const type = answer.headers.get("content-type");
    const { request_id: _, ...body } = (await answer.json()) as { request_id: string };
    return [answer.status, answer.statusText, answer.url, type, answer.ok, body];
  } catch (error) {
    const { name, message, cause } = error as Error & { cause?: Error & { code: string } };
    return [name, message, cause?.name, cause?.message, cause?.code];
  }
}

const FAULTS: Fault[] = [
  { reset: true },
  { lost_response: true },
  { truncate: true },
  { empty: true },
  { malformed: true },
  { drip: true },
  { status: 204 },
  { status: 503, body: { detail: "later" }, headers: { "retry-after": "1" } },
].map((fault) => ({ match: "GET /v2/agents", ...fault }));

for (const fault of FAULTS) {
  const { match, ...keys } = fault;
  test(`is the same with fake timers: ${JSON.stringify(keys)}`, async ({ world }) => {
    await world.fault(fault);
    const result = await tryCall(world);
    vi.useFakeTimers();
    const faked = await tryCall(world);
    const code = result as string[];
    // Node's own `fetch` says in which call of the system a socket was reset.
    if (code[4] === "ECONNRESET") expect((faked as string[])[4]).toBe("ECONNRESET");
    else expect(faked).toEqual(result);
  });
}

test("is the same with fake timers: aborted calls", async ({ world }) => {
  const signal = AbortSignal.abort(new Error("too late"));
  const result = await tryCall(world, { signal });
  vi.useFakeTimers();
  expect(await tryCall(world, { signal })).toEqual(result);
  await world.fetch(`${world.baseUrl}/agents`, { headers: { authorization: `Bearer ${world.apiKey}` } });
});

test("is the same with fake timers: a body", async ({ world }) => {
  vi.useFakeTimers();
  const body = JSON.stringify({ name: "Zoë" });
  const answer = (await tryCall(world, { method: "POST", body })) as unknown[];
  expect([answer[0], answer[1]]).toEqual([201, "Created"]);
  expect((await world.calls("POST /v2/agents"))[0]!.body).toEqual({ name: "Zoë" });
});

for (const areFaked of [false, true]) {
  test(`can be the fetch of the process, ${areFaked ? "with" : "without"} fake timers`, async ({ world }) => {
    if (areFaked) vi.useFakeTimers();
    vi.stubGlobal("fetch", world.fetch);
    const answer = await fetch(`${world.baseUrl}/agents`, { headers: { authorization: `Bearer ${world.apiKey}` } });
    expect(answer.status).toBe(200);
  });
}
