// @ts-check
/**
 * How the families of statuses look: their icons and names. Their colours are the classes
 * `tone-FAMILY` of look/style.css. The server says which family a status has.
 */

/** @typedef {"waiting"|"working"|"person"|"good"|"bad"|"over"} Family */

/** @type {Record<Family, {icon: string, name: string}>} */
export const FAMILIES = {
  waiting: { icon: "○", name: "Waiting" },
  working: { icon: "◐", name: "Working" },
  person: { icon: "?", name: "Person" },
  good: { icon: "✓", name: "Good" },
  bad: { icon: "✕", name: "Failed" },
  over: { icon: "–", name: "Over" },
};
