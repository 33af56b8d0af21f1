// A small application that calls Deck, for the tests.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { World } from "../src/index.js";

export async function call(world: World, method: string, path: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${world.apiKey}`, "content-type": "application/json" };
  const options = { method, headers, body: JSON.stringify(body) };
  const answer = await world.fetch(`${world.baseUrl}${path}`, options);
  return answer.headers.get("content-type") === "application/json" ? answer.json() : answer.text();
}

export async function startRun(world: World, input = {}): Promise<{ id: string; status: string }> {
  const { taskId, login } = await world.readyTask();
  return call(world, "POST", `/tasks/${taskId}/run`, { ...login, input });
}

export async function listening(listener: RequestListener): Promise<{ url: string }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
