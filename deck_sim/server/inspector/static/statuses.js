// @ts-check
/**
 * What each status means to a person: its family gives it a colour, an icon and a word. The colours
 * are the classes `tone-FAMILY` of style.css.
 */

/** @typedef {"waiting"|"working"|"person"|"good"|"bad"|"over"} Family */

/** @type {Record<Family, string[]>} */
const FAMILIES = {
  waiting: ["queued", "connecting", "unverified", "learning", "pending_verification"],
  working: ["running", "completing", "cancelling"],
  person: ["interaction_required", "pending", "review_required"],
  good: ["completed", "connected", "verified", "idle", "live", "active", "success"],
  bad: ["failed", "invalid", "failure", "terminated", "inactive"],
  over: ["canceled", "disconnected", "deleted", "test"],
};

/** @type {Record<Family, string>} */
export const ICONS = { waiting: "○", working: "◐", person: "?", good: "✓", bad: "✕", over: "–" };

/** @type {Map<string, Family>} */
const BY_STATUS = new Map();
for (const [family, statuses] of Object.entries(FAMILIES))
  for (const status of statuses) BY_STATUS.set(status, /** @type {Family} */ (family));

/** Deliveries and runs both have `pending`: one waits for a receiver, the other for a person. */
const OF_DELIVERIES = new Map(BY_STATUS).set("pending", "waiting");

/** @param {string} status */
export function isKnown(status) {
  return BY_STATUS.has(status);
}

/**
 * @param {string|null|undefined} status
 * @param {string} [kind]
 * @returns {Family} a status that is not known is `over`
 */
export function familyOf(status, kind) {
  const table = kind === "event_delivery" ? OF_DELIVERIES : BY_STATUS;
  return table.get(status ?? "") ?? "over";
}

/** Statuses that nothing follows, by kind: a lane ends with them. */
const FINAL = {
  task_run: ["completed", "failed", "canceled"],
  session: ["completed", "failed"],
  connection: ["terminated"],
  credential: ["deleted"],
};

/** @param {string} kind @param {string|null} status */
export function isFinal(kind, status) {
  return (FINAL[/** @type {keyof typeof FINAL} */ (kind)] ?? []).includes(status ?? "");
}

const CANCEL = { queued: ["cancel"], running: ["cancel"] };
const REVIEW = ["approve", "reject", "cancel"];

/** What can be done from outside the script, by edition, kind and status.
 * @type {Record<string, Record<string, Record<string, string[]>>>} */
const COMMANDS = {
  connections: {
    task_run: { ...CANCEL, pending: REVIEW },
    connection: { connected: ["drop", "invalidate"] },
  },
  credentials: {
    task_run: { ...CANCEL, interaction_required: ["cancel"], review_required: REVIEW },
    credential: { unverified: ["invalidate"], verified: ["invalidate"] },
    session: { running: ["drop"], idle: ["drop"] },
  },
};

/** @param {string} edition @param {string} kind @param {string} status @returns {string[]} */
export function commandsIn(edition, kind, status) {
  return COMMANDS[edition]?.[kind]?.[status] ?? [];
}
