// @ts-check
/** The values of the model. A browser never loads this file: it is for type checks and people. */

/**
 * @typedef {object} News the answer of `GET /_sim/timeline?after=N`
 * @property {World} world
 * @property {any[]} data entries and calls
 * @property {any[]} events
 * @property {number} next
 *
 * @typedef {object} World its settings and its time
 * @property {string} world its id
 * @property {string} key masked
 * @property {string} epoch changes when the world is replaced
 * @property {string} edition
 * @property {string} now
 * @property {string} mode
 * @property {number} speed
 * @property {number} changes grows with each control call that may have changed something
 * @property {string|null} step
 * @property {string} [version]
 * @property {string} [default_scenario]
 * @property {number} [seed]
 *
 * @typedef {object} Entry one entry of the timeline, and its `time` in milliseconds
 * @property {number} number
 * @property {string} at
 * @property {number} time
 * @property {string} kind
 * @property {string} id
 * @property {string} what
 * @property {string} [status]
 * @property {Record<string, any>} [changes]
 * @property {Record<string, any>} [about]
 * @property {any[]} [step]
 *
 * @typedef {object} Call
 * @property {number} number
 * @property {string} at
 * @property {number} time
 * @property {string} id
 * @property {string} what
 * @property {number} after
 * @property {string} method
 * @property {string} path
 * @property {string} query
 * @property {number} status
 * @property {string[]} errors
 * @property {string|null} scenario
 * @property {string|null} fault
 * @property {boolean} replayed
 * @property {string|null} unanswered
 * @property {string|null} resource_id
 * @property {string[]} resource_ids
 *
 * @typedef {{number: number, id: string, type: string, at: string, time: number,
 *   after: number, resource_id: string, kind: string}} DeckEvent `after`: how many entries precede it
 *
 * @typedef {object} Span a time in one status
 * @property {string} status
 * @property {number} from
 * @property {number|null} to null while it lasts
 * @property {Entry} entry
 * @property {number} marks how many marks the lane had before it
 *
 * @typedef {"created"|"prompt"|"answer"|"call"|"event"|"delivery"|"attempt_ok"|"attempt_failed"
 *   |"screenshot"|"file"|"fault"|"note"|"error"} MarkType
 * @typedef {{type: "resource"|"call"|"event"|"delivery"|"entry"|"scenario", id: string}} Ref
 * @typedef {{at: number, type: MarkType, label: string, ref: Ref}} Mark
 *
 * @typedef {object} Lane
 * @property {string} id
 * @property {string} kind
 * @property {string} title like `Run 3`
 * @property {Record<string, any>} about
 * @property {number} from
 * @property {number|null} to null while it is unfinished
 * @property {string} status
 * @property {Span[]} spans
 * @property {Mark[]} marks in the order of their time
 * @property {Record<string, any>} fields as they are now
 * @property {Entry[]} history the entries that changed its status or fields
 * @property {string|null} parent the lane of its login or session
 *
 * @typedef {{at: number, label: string, ok: boolean}} Attempt
 * @typedef {object} Delivery
 * @property {string} id
 * @property {string} eventId
 * @property {string} eventType
 * @property {string} resourceId
 * @property {string} destinationId
 * @property {string} status
 * @property {number} from
 * @property {Attempt[]} attempts
 * @property {number|null} next when the next attempt is due
 *
 * @typedef {object} Destination
 * @property {string} id
 * @property {string} status
 * @property {string} name
 * @property {boolean} deleted
 * @property {number} from
 *
 * @typedef {{at: string, in: string, id: string, what: string, to?: string, time: number}} DueItem
 * @typedef {{do: "answer"|"review"|"release"|"advance"|"wait"|"none", hold?: string, by?: string}}
 *   Remedy
 * @typedef {{id: string, kind: string, status: string, since: string, why: string, remedy: Remedy,
 *   next?: {at: string, in: string, what: string, to?: string}}} Unfinished
 * @typedef {object} Next the answer of `GET /_sim/next`
 * @property {string} now
 * @property {DueItem[]} due
 * @property {any[]} waiting
 * @property {Unfinished[]} unfinished
 * @property {number} unfinished_total
 * @property {any[]} [held]
 * @property {any[]} [kept_back]
 *
 * @typedef {object} Recording what `fromRecording` reads
 * @property {World} world
 * @property {any[]} data
 * @property {any[]} events
 * @property {any} [next] the answer of `GET /_sim/next`
 */

export {};
