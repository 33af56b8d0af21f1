// @ts-check
/** Which lanes are shown, in which order, and which lie beneath which. */

/** @typedef {import("../model.js").Lane} Lane */
/**
 * What a lane is at the moment that is shown.
 * @typedef {{family: (lane: Lane) => string, isUnfinished: (lane: Lane) => boolean}} Look
 */
/** @typedef {{lane: Lane, depth: number, children: number, context: boolean}} Row */
/**
 * @typedef {object} Choice
 * @property {string} text in ids, titles and what the lane refers to
 * @property {Set<string>} families of statuses; empty: all
 * @property {Set<string>} kinds empty: all
 * @property {boolean} unfinished leave out what has ended
 * @property {boolean} newestFirst
 * @property {Set<string>} closed ids of lanes whose children are hidden
 */

/** No filter, in order of creation. @returns {Choice} */
export function everything() {
  const [families, kinds, closed] = [new Set(), new Set(), new Set()];
  return { text: "", families, kinds, unfinished: false, newestFirst: false, closed };
}

export const LANE_KINDS = ["connection", "credential", "session", "task_run"];

/**
 * A lane that does not match is still a row if one beneath it does ("context").
 * @param {Iterable<Lane>} lanes in order of creation
 * @param {Choice} choice
 * @param {Look} look
 * @returns {Row[]}
 */
export function arrange(lanes, choice, look) {
  /** @type {Map<string | null, Row[]>} */
  const beneath = new Map();
  const known = new Set();
  const words = choice.text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const lane of lanes) {
    if (!LANE_KINDS.includes(lane.kind)) continue;
    const parent = lane.parent && known.has(lane.parent) ? lane.parent : null;
    known.add(lane.id);
    const row = { lane, depth: 0, children: 0, context: !matches(lane, choice, words, look) };
    const siblings = beneath.get(parent);
    if (siblings) siblings.push(row);
    else beneath.set(parent, [row]);
  }
  /** @type {Row[]} */
  const rows = [];
  /** @param {Row[]} siblings @param {number} depth @returns {number} rows that match */
  const add = (siblings, depth) => {
    let found = 0;
    for (let i = 0; i < siblings.length; i++) {
      const row = siblings[choice.newestFirst ? siblings.length - 1 - i : i];
      const place = rows.push(row) - 1;
      row.depth = depth;
      row.children = add(beneath.get(row.lane.id) ?? [], depth + 1);
      if (choice.closed.has(row.lane.id)) rows.length = place + 1;
      if (row.context && !row.children) rows.length = place;
      found += row.children + (row.context ? 0 : 1);
    }
    return found;
  };
  add(beneath.get(null) ?? [], 0);
  return rows;
}

/** @param {Lane} lane @param {Choice} choice @param {string[]} words @param {Look} look */
function matches(lane, choice, words, look) {
  if (choice.unfinished && !look.isUnfinished(lane)) return false;
  if (choice.kinds.size && !choice.kinds.has(lane.kind)) return false;
  if (choice.families.size && !choice.families.has(look.family(lane))) return false;
  if (!words.length) return true;
  const { external_id, reference_id } = lane.fields ?? {};
  const about = lane.about ? Object.values(lane.about) : [];
  const text = [lane.id, lane.title, lane.status, external_id, reference_id, ...about]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
