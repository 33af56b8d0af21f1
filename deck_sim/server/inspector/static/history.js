// @ts-check
/** The records of a world: found by their ids, and put together as a history. */

/** @typedef {import("./model.js").Model} Model */

/** @typedef {import("./model.js").Call} Call */
/** @typedef {import("./model.js").Lane} Lane */
/** @typedef {import("./model.js").Ref} Ref */
/** @typedef {{at: number, type: string, label: string, ref: Ref}} Item */

/** @param {Model} model @param {string} number @returns {import("./model.js").Entry|undefined} */
export function entryOf(model, number) {
  return model.entries.find((entry) => entry.number === Number(number));
}

/**
 * The entries that a call caused: those that follow it at its moment, before the next call. A refused
 * call changes nothing, and what follows it was done by a call of the control API.
 * @param {Model} model
 * @param {Call} call
 */
export function causedBy(model, call) {
  if (call.errors?.length) return [];
  const next = model.calls.find(({ number }) => number > call.number);
  const entries = [];
  for (const entry of model.entries.slice(call.after, next?.after)) {
    if (entry.time !== call.time || entry.kind === "clock") break;
    entries.push(entry);
  }
  return entries;
}

/** The choice of a scenario as the journal has it: `name; because=queue; ignored="…"`.
 * @param {string} text */
export function readChoice(text) {
  const [name, ...rest] = text.split("; ");
  const fields = Object.fromEntries(
    rest.map((field) => {
      const [key, ...value] = field.split("=");
      return [key, value.join("=").replace(/^"|"$/g, "")];
    }),
  );
  return { name, ...fields };
}

/** Statuses and marks in the order in which they happened. @param {Lane} lane @returns {Item[]} */
export function historyOf(lane) {
  /** @type {Item[]} */ const items = [];
  const moves = new Set(lane.spans.map((span) => `${span.entry.number}`));
  let next = 0;
  const addSpans = (/** @type {number} */ marks) => {
    for (; next < lane.spans.length && lane.spans[next].marks <= marks; next++) {
      const { entry, from: at, status: label } = lane.spans[next];
      items.push({ at, type: "status", label, ref: { type: "entry", id: `${entry.number}` } });
    }
  };
  for (const [index, mark] of lane.marks.entries()) {
    addSpans(index);
    const isMove = mark.ref.type === "entry" && moves.has(mark.ref.id);
    if (!isMove && mark.type !== "delivery") items.push(mark); // its attempts follow
  }
  addSpans(Infinity);
  return items;
}

/** Ids in a text, short enough for a row. @param {string} text */
export function withShortIds(text) {
  return text
    .replaceAll(" -> ", " → ")
    .replace(/\b([a-z]+_[A-Za-z0-9]{3})[A-Za-z0-9]{9,}([A-Za-z0-9]{4})\b/g, "$1…$2");
}

/**
 * The line of a step in the text of its scenario; a step within a line has that line.
 * @param {string} text
 * @param {any[]|null|undefined} step its path, like `["task_run", 2, "on_rejected", 0]`
 */
export function lineOf(text, step) {
  const lines = text.split("\n");
  let [first, end, lineIndex] = [0, lines.length, -1];
  for (const part of step ?? []) {
    const range = lines.slice(first, end);
    const items = range.filter((line) => /^ *- /.test(line));
    const indent = Math.min(...items.map((line) => line.search(/\S/)));
    const isStart = (/** @type {string} */ line) =>
      typeof part === "number"
        ? line.startsWith("- ", indent) && line.search(/\S/) === indent
        : line.replace(/^[ -]*/, "").startsWith(`${part}:`);
    const starts = [...range.keys()].filter((index) => isStart(range[index]));
    const at = starts[typeof part === "number" ? part : 0];
    if (at === undefined) break;
    lineIndex = first + at;
    if (typeof part === "number" && part + 1 < starts.length) end = first + starts[part + 1];
    first = lineIndex + (typeof part === "number" ? 0 : 1);
  }
  return lineIndex < 0 ? null : lineIndex + 1;
}
