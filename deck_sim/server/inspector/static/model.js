// @ts-check
/**
 * A world as the page knows it: its records, folded into lanes and deliveries.
 *
 * Nothing here touches the document. A record costs constant time, whatever came before it: lists
 * only grow at their end, and what a view shows is read from them, never copied.
 */

import { durationText, failureText, isoText, kindTitle } from "./parts/format.js";
import { leftText, parseTime, words } from "./parts/format.js";

/**
 * The data of the server. `time` is added: a moment in milliseconds.
 *
 * @typedef {{world: World, data: any[], events: any[], next: number, schemas: Schemas,
 *   due?: Next|null}} News the answer of `GET /_sim/timeline?after=N`; `data` has entries and
 *   calls, and the first answer has `due`
 * @typedef {{editions: Record<string, Edition>}} Schemas of `GET /_sim/schemas`
 * @typedef {{answer_key: string, attempts: number, destination: any, plays: string[],
 *   kinds: Record<string, Kind>}} Edition `attempts`: of a delivery; `destination`: the body of the
 *   call that registers a webhook; `plays`: the kinds that play scripts
 * @typedef {{path: string, watched: boolean, within: string[], statuses: Record<string, Status>}}
 *   Kind `watched` kinds are lanes; `within`: the fields that name the lane above
 * @typedef {{family: Family, final: boolean, event: string|null,
 *   commands: Record<string, string|null>}} Status `commands`: what can be done, and which status
 *   that leads to
 * @typedef {import("./parts/families.js").Family} Family
 * @typedef {{world: string, key: string, epoch: string, edition: string, now: string, clock: string,
 *   speed: number, changes: number, step: string|null, version?: string, default_scenario?: string,
 *   seed?: number}} World its settings and time: `world` is its id, `epoch` another after a reset,
 *   and `changes` grows with each control call that may have changed something
 * @typedef {{number: number, at: string, time: number, kind: string, id: string, what: string,
 *   status?: string, changes?: Record<string, any>, about?: Record<string, any>, step?: any[]}} Entry
 * @typedef {{number: number, at: string, time: number, id: string, what: string, after: number,
 *   method: string, path: string, query: string, status: number, errors: string[],
 *   scenario: string|null, fault: string|null, replayed: boolean, unanswered: string|null,
 *   resource_id: string|null, resource_ids: string[]}} Call
 * @typedef {{number: number, id: string, type: string, at: string, time: number, after: number,
 *   resource_id: string, kind: string}} DeckEvent `after`: how many entries precede it
 * @typedef {{at: string, in: string, id: string, what: string, to?: string, time: number}} DueItem
 * @typedef {{do: "answer"|"review"|"release"|"advance"|"wait"|"none", hold?: string, by?: string}}
 *   Remedy
 * @typedef {{id: string, kind: string, status: string, since: string, why: string, remedy: Remedy,
 *   next?: DueItem}} Unfinished
 * @typedef {{now: string, due: DueItem[], waiting: any[], unfinished: Unfinished[],
 *   unfinished_total: number, held?: any[], kept_back?: any[]}} Next the answer of `GET /_sim/next`
 *
 * What the page makes of the data:
 *
 * @typedef {{status: string, family: Family, isFinal: boolean, from: number, to: number|null,
 *   entry: Entry, marks: number}} Span a time in one status, `to` null while it lasts; `marks`: how
 *   many the lane had before it
 * @typedef {"created"|"prompt"|"answer"|"call"|"event"|"delivery"|"attempt_ok"|"attempt_failed"
 *   |"screenshot"|"file"|"fault"|"note"|"error"} MarkType
 * @typedef {{type: "resource"|"call"|"event"|"delivery"|"entry"|"scenario", id: string}} Ref
 * @typedef {{at: number, type: MarkType, label: string, ref: Ref}} Mark
 *
 * @typedef {{id: string, kind: string, title: string, status: string, family: Family, from: number,
 *   to: number|null, spans: Span[], marks: Mark[], about: Record<string, any>,
 *   fields: Record<string, any>, history: Entry[], parent: string|null,
 *   triesLeft: string}} Lane `title`: like `Run 3`;
 *   `to`: null while it is unfinished; `fields`: as they are now; `history`: the entries that changed
 *   its status or fields; `parent`: the lane of its login or session; `triesLeft`: after a wrong answer,
 *   like `2 of 3 left`
 * @typedef {{id: string, eventId: string, eventType: string, resourceId: string, status: string,
 *   family: Family, destinationId: string, from: number, next: number|null,
 *   attempts: {at: number, label: string, ok: boolean}[], unsent: string}} Delivery `next`: when an
 *   attempt is due; `unsent`: why the last one was not made
 * @typedef {{id: string, status: string, family: Family, name: string, deleted: boolean,
 *   from: number}} Destination
 */

/** Before there is an answer. @type {Edition} */
const NO_EDITION = { answer_key: "", attempts: 0, destination: {}, plays: [], kinds: {} };
/** For a status that no machine has. @type {Status} */
const NO_STATUS = { family: "over", final: false, event: null, commands: {} };

/** The families of statuses that go on. @type {Set<Family>} */
const UNFINISHED = new Set(["waiting", "working", "person"]);

/** @type {Lane} */
const REFUSED = {
  ...{ id: "calls", kind: "call", title: "Calls", status: "", family: "bad", from: 0, to: 0 },
  ...{ spans: [], marks: [], about: {}, fields: {}, history: [], parent: null, triesLeft: "" },
};

export class Model {
  /** @param {() => number} [wall] the time of this machine */
  constructor(wall = Date.now) {
    this._wall = wall;
    /** Grows with every change, so that a view can tell whether anything changed. */
    this.version = 0;
    /** @type {World|null} */
    this.world = null;
    /** The tables of the world's edition. */
    this.edition = NO_EDITION;
    /** Whether the records from before the page was opened have arrived. */
    this.ready = false;
    /** Whether a real clock goes on; not in a recording, or while the server does not answer. */
    this.isRunning = true;
    /** Entries and calls in their order. @type {any[]} */
    this.records = [];
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Call[]} */
    this.calls = [];
    /** How many older calls the server has dropped. */
    this.callsDropped = 0;
    /** @type {DeckEvent[]} */
    this.events = [];
    /** @type {Map<string, Delivery>} */
    this.deliveries = new Map();
    /** @type {Map<string, Lane>} in the order of their creation */
    this.lanes = new Map();
    /** A lane for the calls that were answered with an error. @type {Lane} */
    this.refused = { ...REFUSED, marks: [] };
    /** @type {Map<string, Destination>} */
    this.destinations = new Map();
    /** @type {Next|null} */
    this.next = null;
    /** @type {Map<string, DueItem>} the first due item of each resource */
    this.dueById = new Map();
    /** @type {Map<string, Unfinished>} */
    this.unfinishedById = new Map();
    /** @private the settings when they were last read, to notice changes */
    this._world = "";
    /** @private the world's time in the last answer, and this machine's time then */
    this._told = { time: 0, wall: 0 };
    this._now = 0;
    /** @private @type {Map<string, number>} lanes by kind */
    this._counts = new Map();
  }

  /** Forget everything that happened. */
  reset() {
    const { version, world, isRunning } = this;
    Object.assign(this, new Model(this._wall), { version: version + 1, world, isRunning });
  }

  /**
   * Take in what is new.
   * @param {Pick<News, "world"|"data"|"events"|"schemas">} news
   * @returns {boolean} whether anything is
   */
  take({ world, data, events, schemas }) {
    const before = this.version;
    this._setWorld(world);
    this.edition = schemas.editions[world.edition];
    let emitted = 0;
    // An event comes after the entry that emitted it.
    const addEvents = (/** @type {number} */ entries) => {
      while (events[emitted]?.after <= entries) this._addEvent(events[emitted++]);
    };
    for (const record of data) {
      this.records.push(record);
      if (record.kind === "dropped") this.callsDropped = record.calls;
      else if (record.kind === "call") {
        addEvents(record.after);
        this._addCall(record);
      } else {
        addEvents(record.number - 1);
        this._addEntry(record);
      }
    }
    addEvents(Infinity);
    this.version += data.length + events.length + Number(!this.ready);
    this.ready = true;
    this._setNow(parseTime(world.now));
    return this.version !== before;
  }

  /** Store what is due and what waits. @param {Next} next */
  takeNext(next) {
    this.version++;
    this.next = next;
    this._setNow(parseTime(next.now));
    this.dueById.clear();
    // In a large world the list `due` is cut, and `unfinished` has only the latest.
    const latest = next.unfinished.flatMap(({ id, next }) => (next ? [{ ...next, id }] : []));
    for (const due of [...next.due, ...latest]) {
      due.time = parseTime(due.at);
      if (this.dueById.has(due.id)) continue;
      this.dueById.set(due.id, due);
      const delivery = this.deliveries.get(due.id);
      if (delivery) delivery.next = due.time;
    }
    this.unfinishedById = new Map(next.unfinished.map((row) => [row.id, row]));
  }

  /** @param {Pick<import("./api.js").Recording, "world"|"data"|"events"|"next"|"answers">} recording
   * @returns {Model} */
  static fromRecording({ world, data, events, next, answers }) {
    const model = new Model();
    model.isRunning = false;
    model.take({ world, data, events, schemas: answers["/_sim/schemas"] });
    if (next) model.takeNext(next);
    return model;
  }

  /** The world as it was at a moment. @param {number} time @returns {Model} */
  at(time) {
    const past = new Model();
    const isBefore = (/** @type {{time?: number}} */ record) => (record.time ?? 0) <= time;
    const world = /** @type {World} */ (this.world);
    past.isRunning = false;
    past.take({
      world: { ...world, clock: "past", step: null, now: isoText(time) },
      data: this.records.filter(isBefore),
      events: this.events.filter(isBefore),
      schemas: { editions: { [world.edition]: this.edition } },
    });
    past.takeNext(this._nextAfter(past));
    return past;
  }

  /** What was unfinished in the past, and what then came next. @param {Model} past @returns {Next} */
  _nextAfter(past) {
    const now = isoText(past.now());
    /** @type {DueItem[]} */
    const due = [];
    const add = (/** @type {string} */ id, /** @type {number} */ time, what = "", to = "") => {
      const left = durationText(time - past.now());
      const item = { at: isoText(time), time, in: left, id, what, to };
      due.push(item);
      return item;
    };
    /** @type {Unfinished[]} */
    const unfinished = [];
    for (const { id, kind, status, family, to, spans } of past.lanes.values()) {
      if (to !== null || !UNFINISHED.has(family)) continue;
      const then = this.lanes.get(id)?.spans[spans.length];
      const next = then && add(id, then.from, "its next status", then.status);
      const why = then
        ? `moves to \`${words(then.status)}\` in ${next?.in}`
        : "has not moved since";
      const since = isoText(spans[spans.length - 1].from);
      const remedy = /** @type {Remedy} */ ({ do: family === "person" ? "answer" : "none" });
      unfinished.push({ id, kind, status, since, why, remedy, next });
    }
    for (const { id, family, attempts } of past.deliveries.values()) {
      const attempt = this.deliveries.get(id)?.attempts[attempts.length];
      if (attempt && family === "waiting") add(id, attempt.at);
    }
    due.sort((a, b) => a.time - b.time);
    return { now, due, waiting: [], unfinished, unfinished_total: unfinished.length };
  }

  /** The world's time, the same in all of a drawing. */
  now() {
    return this._now;
  }

  /** Let a real clock go on between two answers. */
  tick() {
    const { time, wall } = this._told;
    const isMoving = this.world?.clock === "real" && this.ready && this.isRunning;
    this._now = isMoving ? time + (this._wall() - wall) * (this.world?.speed ?? 1) : time;
  }

  /** Why a resource waits, with a countdown that goes on. @param {Unfinished} unfinished */
  whyText({ why, next }) {
    return next ? why.replace(`in ${next.in}`, leftText(parseTime(next.at), this.now())) : why;
  }

  /** Stop a real clock while no server answers, or let it go on. @param {boolean} isRunning */
  setRunning(isRunning) {
    this.tick();
    this._setNow(this.now());
    this.isRunning = isRunning;
  }

  /** @param {string} id */
  lane(id) {
    return this.lanes.get(id);
  }

  /** How many webhooks are not delivered yet. */
  get pending() {
    return [...this.deliveries.values()].filter(({ family }) => family === "waiting").length;
  }

  /** How many lanes ask a person for something now. */
  get prompts() {
    const asks = (/** @type {Lane} */ { to, family }) => !to && family === "person";
    return [...this.lanes.values()].filter(asks).length;
  }

  /** The reasons why lanes failed, with counts, most frequent first. @returns {[string, number][]} */
  get failures() {
    const counts = new Map();
    for (const lane of this.lanes.values()) {
      if (lane.family !== "bad") continue;
      const why = failureText(lane);
      counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    return [...counts].sort(([, a], [, b]) => b - a);
  }

  get failedDeliveries() {
    return [...this.deliveries.values()].filter(({ family }) => family === "bad").length;
  }

  /** The row of a status. @param {string} kind @param {string|null|undefined} status */
  statusRow(kind, status) {
    return this.edition.kinds[kind]?.statuses[status ?? ""] ?? NO_STATUS;
  }

  /** The kinds that are lanes. */
  get watchedKinds() {
    const { kinds } = this.edition;
    return Object.keys(kinds).filter((kind) => kinds[kind].watched);
  }

  /** The event of a successful run, for examples. @returns {string} */
  get exampleEvent() {
    const { plays, kinds } = this.edition;
    const rows = Object.values(kinds[plays[0]]?.statuses ?? {});
    return rows.find(({ family }) => family === "good")?.event ?? "*";
  }

  /** The first thing that is due. */
  get firstDue() {
    return this.next?.due[0] ?? null;
  }

  /** @param {World} world */
  _setWorld(world) {
    if (this.world && this.world.epoch !== world.epoch) this.reset();
    const told = JSON.stringify(world.clock === "real" ? { ...world, now: "" } : world);
    if (told !== this._world) this.version++;
    this._world = told;
    this.world = world;
  }

  /** @param {number} time */
  _setNow(time) {
    this._told = { time, wall: this._wall() };
    this._now = time;
  }

  /** @param {Entry} entry */
  _addEntry(entry) {
    entry.time = parseTime(entry.at);
    this.entries.push(entry);
    if (this.edition.kinds[entry.kind]?.watched) this._foldLane(entry);
    else if (entry.kind === "event_delivery") this._foldDelivery(entry);
    else if (entry.kind === "event_destination") this._foldDestination(entry);
    else if (entry.kind === "storage" && entry.about?.task_run_id)
      this._mark(entry.about.task_run_id, entry.time, "file", entry.what, {
        type: "entry",
        id: `${entry.number}`,
      });
  }

  /** @param {Entry} entry */
  _foldLane(entry) {
    if (!entry.status && !this.lanes.has(entry.id)) return; // its first entries were dropped
    const lane = this.lanes.get(entry.id) ?? this._addLane(entry);
    const before = lane.spans.at(-1);
    if (entry.status || entry.changes) lane.history.push(entry);
    if (entry.changes) Object.assign(lane.fields, entry.changes);
    /** @type {Ref} */
    const ref = { type: "entry", id: `${entry.number}` };
    if (!entry.status) {
      if (before)
        lane.marks.push({ at: entry.time, type: noteType(entry), label: entry.what, ref });
      if (entry.what === "deleted" && before) lane.to = before.to = entry.time;
      return;
    }
    if (before) before.to = entry.time;
    const { status, time: from } = entry;
    const { family, final: isFinal } = this.statusRow(lane.kind, status);
    const to = isFinal ? from : null;
    lane.spans.push({ status, family, isFinal, from, to, entry, marks: lane.marks.length });
    const triesLeft = family === "person" ? triesLeftText(lane.marks.at(-1)) : "";
    Object.assign(lane, { status, family, to, triesLeft });
    const type = before ? moveType(before.family, family) : "created";
    if (type) lane.marks.push({ at: entry.time, type, label: entry.what, ref });
  }

  /** @param {Entry} entry @returns {Lane} */
  _addLane(entry) {
    const count = (this._counts.get(entry.kind) ?? 0) + 1;
    this._counts.set(entry.kind, count);
    const about = entry.about ?? {};
    const { within } = this.edition.kinds[entry.kind];
    /** @type {Lane} */
    const lane = {
      id: entry.id,
      kind: entry.kind,
      title: `${kindTitle(entry.kind)} ${count}`,
      about,
      from: entry.time,
      to: null,
      status: "",
      family: "over",
      spans: [],
      marks: [],
      fields: {},
      history: [],
      parent: within.map((name) => about[name]).find(Boolean) ?? null,
      triesLeft: "",
    };
    this.lanes.set(entry.id, lane);
    const call = this.calls.at(-1); // the one that created it comes first
    if (call?.resource_id === entry.id) this._markCall(call, entry.id);
    return lane;
  }

  /** @param {Entry} entry */
  _foldDelivery(entry) {
    const { about, time } = entry;
    /** @type {Ref} */
    const ref = { type: "delivery", id: entry.id };
    let delivery = this.deliveries.get(entry.id);
    if (!delivery) {
      delivery = {
        id: entry.id,
        eventId: about?.event_id ?? "",
        eventType: about?.event_type ?? entry.what.split(",")[0],
        resourceId: about?.resource_id ?? "",
        destinationId: about?.event_destination_id ?? "",
        status: "unknown",
        family: "over",
        from: time,
        attempts: [],
        next: null,
        unsent: "",
      };
      this.deliveries.set(entry.id, delivery);
      this._mark(delivery.resourceId, time, "delivery", delivery.eventType, ref);
    }
    const attempt = ATTEMPT.exec(entry.what);
    if (attempt) {
      const ok = attempt[1].startsWith("2");
      const label = `${delivery.eventType}: ${attempt[0]}`;
      delivery.attempts.push({ at: time, label: attempt[1], ok });
      const type = ok ? "attempt_ok" : "attempt_failed";
      this._mark(delivery.resourceId, time, type, label, ref);
    }
    delivery.unsent = UNSENT.exec(entry.what)?.[1] ?? (entry.status ? delivery.unsent : "");
    this._setStatus(delivery, entry);
    delivery.next = null; // until an answer says when the next attempt is due
  }

  /** @param {Entry} entry */
  _foldDestination(entry) {
    const { id, time: from, about } = entry;
    /** @type {Destination} */
    const begun = { id, name: about?.name ?? id, status: "", family: "over", deleted: false, from };
    const destination = this.destinations.get(id) ?? begun;
    this.destinations.set(id, destination);
    this._setStatus(destination, entry);
    if (entry.changes?.name) destination.name = entry.changes.name;
    if (entry.what === "deleted") destination.deleted = true;
  }

  /** @param {Delivery|Destination} item @param {Entry} entry */
  _setStatus(item, { kind, status }) {
    if (status) Object.assign(item, { status, family: this.statusRow(kind, status).family });
  }

  /** @param {Call} call */
  _addCall(call) {
    call.time = parseTime(call.at);
    this.calls.push(call);
    const ids = new Set([...call.resource_ids, call.resource_id ?? ""]);
    for (const id of ids) this._markCall(call, id);
    if (call.status < 400) return;
    this._markCall(call, REFUSED.id);
    this.refused.status = `${this.refused.marks.length.toLocaleString("en")} refused`;
  }

  /** @param {Call} call @param {string} id */
  _markCall(call, id) {
    this._mark(id, call.time, "call", call.what, { type: "call", id: call.id });
  }

  /** @param {DeckEvent} event */
  _addEvent(event) {
    event.time = parseTime(event.at);
    this.events.push(event);
    this._mark(event.resource_id, event.time, "event", event.type, { type: "event", id: event.id });
  }

  /** @param {string} id @param {number} at @param {MarkType} type @param {string} label
   * @param {Ref} ref */
  _mark(id, at, type, label, ref) {
    const lane = id === REFUSED.id ? this.refused : this.lanes.get(id);
    lane?.marks.push({ at, type, label, ref });
  }
}

const ATTEMPT = /attempt \d+: (.*)$/;
const UNSENT = /not attempted: (.*)$/;

/** How many answers are left if this is a wrong one. @param {Mark} [mark] @returns {string} */
function triesLeftText(mark) {
  const [, tries, most] = /^wrong answer, (\d+) of (\d+)/.exec(mark?.label ?? "") ?? [];
  return most ? `${Number(most) - Number(tries)} of ${most} left` : "";
}

/** @param {Entry} entry @returns {MarkType} */
function noteType(entry) {
  if (entry.what.startsWith("screenshot ")) return "screenshot";
  if (entry.what.startsWith("fault ")) return "fault";
  return entry.what.startsWith("script error") ? "error" : "note";
}

/** @param {Family} was @param {Family} is @returns {MarkType|null} */
function moveType(was, is) {
  if (is === "person") return "prompt";
  if (is === "bad") return "error";
  return was === "person" && is !== "over" ? "answer" : null;
}
