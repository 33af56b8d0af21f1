/** The URL of the inspector's modules. */
export const STATIC = new URL("../../deck_sim/server/inspector/static", import.meta.url).href;
