// @ts-check
/** The fragment of the page's address, which stores what it shows and is sent to no server. */

/**
 * @typedef {object} Place
 * @property {string|null} key the key of the world; null: see `world`
 * @property {string|null} world its id in `/_sim/worlds`; null: see `key`
 * @property {string} tab
 * @property {import("./model.js").Ref|null} selected
 * @property {string} filter
 */

/** @param {string} hash @returns {Place} */
export function readFragment(hash) {
  const read = new URLSearchParams(hash.replace(/^#/, ""));
  return {
    key: read.get("key"),
    world: read.get("world"),
    tab: read.get("tab") ?? "timeline",
    selected: readRef(read.get("select")),
    filter: read.get("filter") ?? "",
  };
}

/** @param {Place} place @returns {string} */
export function writeFragment({ key, world, tab, selected, filter }) {
  const written = new URLSearchParams();
  if (key !== null) written.set("key", key);
  else if (world !== null) written.set("world", world);
  if (tab !== "timeline") written.set("tab", tab);
  if (selected) written.set("select", `${selected.type}:${selected.id}`);
  if (filter) written.set("filter", filter);
  return `#${written}`;
}

/** @param {string|null} text @returns {import("./model.js").Ref|null} */
function readRef(text) {
  const [type, id] = (text ?? "").split(/:(.*)/s);
  return id ? /** @type {import("./model.js").Ref} */ ({ type, id }) : null;
}
