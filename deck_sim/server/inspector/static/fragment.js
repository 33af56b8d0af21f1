// @ts-check
/** The fragment of the page's address, which stores what it shows and is sent to no server. */

import { isoText } from "./parts/format.js";

/**
 * @typedef {object} Place
 * @property {string|null} key the key of the world; null: see `world`
 * @property {string|null} world its id in `/_sim/worlds`; null: see `key`
 * @property {string} tab
 * @property {import("./model.js").Ref|null} selected
 * @property {string} filter of the calls
 * @property {string} laneFilter of the timeline
 * @property {Set<string>} chips the filters that are pressed, in all tabs
 * @property {number|null} at a past moment that is shown; null: now
 */

/** @param {string} hash @returns {Place} */
export function readFragment(hash) {
  const read = new URLSearchParams(hash.replace(/^#/, ""));
  const at = Date.parse(read.get("at") ?? "");
  return {
    key: read.get("key"),
    world: read.get("world"),
    tab: read.get("tab") ?? "timeline",
    selected: readRef(read.get("select")),
    filter: read.get("filter") ?? "",
    laneFilter: read.get("lanes") ?? "",
    chips: new Set((read.get("chips") ?? "").split(" ").filter(Boolean)),
    at: Number.isNaN(at) ? null : at,
  };
}

/** @param {Place} place @returns {string} */
export function writeFragment({ key, world, tab, selected, filter, laneFilter, chips, at }) {
  const written = new URLSearchParams();
  if (key !== null) written.set("key", key);
  else if (world !== null) written.set("world", world);
  if (tab !== "timeline") written.set("tab", tab);
  if (selected) written.set("select", `${selected.type}:${selected.id}`);
  if (filter) written.set("filter", filter);
  if (laneFilter) written.set("lanes", laneFilter);
  if (chips.size) written.set("chips", [...chips].join(" "));
  if (at !== null) written.set("at", isoText(at));
  return `#${written}`;
}

/** @param {string|null} text @returns {import("./model.js").Ref|null} */
function readRef(text) {
  const [type, id] = (text ?? "").split(/:(.*)/s);
  return id ? /** @type {import("./model.js").Ref} */ ({ type, id }) : null;
}
