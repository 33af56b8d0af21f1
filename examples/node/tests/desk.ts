import { onTestFinished } from "vitest";
import type { World } from "deck-sim-client";
import { Desk } from "../src/app.js";
import type { Store } from "../src/store.js";

/** Open the desk, as the application does, in the world of a test. */
export async function openDesk(world: World, store?: Store): Promise<Desk> {
  const { baseUrl, apiKey, webhookSecret, fetch } = world;
  const desk = new Desk({ baseUrl, apiKey, webhookSecret, fetch, ...(await world.readyTask()) }, store);
  onTestFinished(() => desk.close());
  return desk;
}
