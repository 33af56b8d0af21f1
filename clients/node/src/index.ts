export { DeckSimError } from "./control.js";
export type * from "./types.js";
export { World } from "./world.js";
