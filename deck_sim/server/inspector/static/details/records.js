// @ts-check
/** Finds the records of a world by their ids. */

/** @typedef {import("../model.js").Model} Model */

/** @type {WeakMap<Model, {version: number, calls: Map<string, any>, events: Map<string, any>}>} */
const byModel = new WeakMap();

/** @param {Model} model */
function recordsOf(model) {
  const known = byModel.get(model);
  if (known?.version === model.version) return known;
  const found = {
    version: model.version,
    calls: new Map(model.calls.map((call) => [call.id, call])),
    events: new Map(model.events.map((event) => [event.id, event])),
  };
  byModel.set(model, found);
  return found;
}

/** @param {Model} model @param {string} id @returns {import("../model.js").Call|undefined} */
export function callOf(model, id) {
  return recordsOf(model).calls.get(id);
}

/** @param {Model} model @param {string} id @returns {import("../model.js").DeckEvent|undefined} */
export function eventOf(model, id) {
  return recordsOf(model).events.get(id);
}

/** @param {Model} model @param {string} number @returns {import("../model.js").Entry|undefined} */
export function entryOf(model, number) {
  const wanted = Number(number);
  const guess = wanted - (model.entries[0]?.number ?? 0); // numbers have no gaps
  const entry = model.entries[guess];
  return entry?.number === wanted ? entry : model.entries.find((one) => one.number === wanted);
}

/**
 * The entries that a call caused: those that follow it at its moment, before the next call.
 * @param {Model} model
 * @param {import("../model.js").Call} call
 */
export function causedBy(model, call) {
  const next = model.calls.find((one) => one.number > call.number);
  const found = [];
  for (const entry of model.entries.slice(call.after, next?.after)) {
    if (entry.time !== call.time || entry.kind === "clock") break;
    found.push(entry);
  }
  return found;
}

/** The choice of a scenario as the journal has it: `name; because=queue; ignored="…"`.
 * @param {string} text */
export function readChoice(text) {
  const [name, ...rest] = text.split("; ");
  const fields = Object.fromEntries(
    rest.map((one) => {
      const [key, ...value] = one.split("=");
      return [key, value.join("=").replace(/^"|"$/g, "")];
    }),
  );
  return {
    name,
    because: fields.because ?? null,
    plays: fields.plays ?? null,
    ignored: fields.ignored ?? null,
  };
}
