// @ts-check
/** Stands in for `Stream` while the server has no `/_sim/stream`. To be deleted with it. */

export class Polling {
  /** @param {import("./api.js").Api} api @param {import("./stream.js").Listener} listener */
  constructor(api, listener) {
    Object.assign(this, { api, listener });
    this.api = api;
    this.listener = listener;
    this.timer = 0;
    this.counts = { entries: 0, calls: 0, events: 0 };
    this.epoch = 1;
    this.stopped = false;
    this.ready = false;
  }

  start() {
    void this._poll();
    return this;
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  retryNow() {}

  async _poll() {
    try {
      await this._read();
      this.listener.onState("live", {});
    } catch (/** @type {any} */ error) {
      if (error.status === 401) return this.listener.onState("refused", { text: error.message });
      this.listener.onState("reconnecting", { retryAt: Date.now() + 1000 });
    }
    if (!this.stopped) this.timer = window.setTimeout(() => void this._poll(), 1000);
  }

  async _read() {
    const [world, clock, timeline, requests, events] = await Promise.all(
      ["world", "clock", "timeline", "requests", "events"].map((one) =>
        this.api.get(`/_sim/${one}`),
      ),
    );
    const entries = timeline.data.filter(
      (/** @type {any} */ one) => one.kind !== "call" || !one.id.startsWith("req"),
    );
    const counts = {
      entries: entries.length,
      calls: requests.data.length,
      events: events.data.length,
    };
    if (counts.entries < this.counts.entries) {
      this.epoch++;
      this.counts = { entries: 0, calls: 0, events: 0 };
    }
    const messages = [
      {
        type: "world",
        data: { ...world, ...clock, epoch: `${this.epoch}`, key: "sk_…", world: "?" },
      },
    ];
    entries
      .slice(this.counts.entries)
      .forEach((/** @type {any} */ one, /** @type {number} */ i) => {
        const number = this.counts.entries + i;
        const created = /^created as (\w+)/.exec(one.what);
        const moved = /^(\w+) -> (\w+)$/.exec(one.what);
        const status = created?.[1] ?? moved?.[2];
        const about = /: (\S+) to (\S+)$/.exec(one.what);
        const created_about = about && { event_type: about[1], event_destination_id: about[2] };
        messages.push({
          type: "entry",
          data: {
            ...one,
            number,
            ...(status && { status }),
            ...(created_about && { about: created_about }),
          },
        });
      });
    requests.data
      .slice(this.counts.calls)
      .forEach((/** @type {any} */ one, /** @type {number} */ i) => {
        const ids = one.path.match(/(trun|conn|cred|sess)_\w+/g) ?? [];
        messages.push({
          type: "call",
          data: {
            ...one,
            number: this.counts.calls + i,
            id: one.request_id,
            after: 0,
            what: `${one.method} ${one.path} -> ${one.status}`,
            resource_id: one.answered?.id ?? null,
            resource_ids: ids,
          },
        });
      });
    events.data
      .slice(this.counts.events)
      .forEach((/** @type {any} */ one, /** @type {number} */ i) => {
        messages.push({
          type: "event",
          data: {
            number: this.counts.events + i,
            id: one.id,
            type: one.type,
            at: one.created_at,
            resource_id: one.data.object?.id ?? one.data.id,
            kind: one.type.split(".")[0],
          },
        });
      });
    this.counts = counts;
    if (!this.ready) messages.push({ type: "ready", data: { now: clock.now } });
    this.ready = true;
    if (messages.length) this.listener.onMessages(messages);
  }
}

/** @param {import("./model.js").Model} model @param {any} next */
export function fillNext(model, next) {
  if (next.unfinished) return next;
  const due = new Map();
  for (const one of next.due) if (!due.has(one.id)) due.set(one.id, one);
  const held = new Map((next.held ?? []).map((/** @type {any} */ one) => [one.id, one]));
  const unfinished = [];
  for (const lane of model.lanes.values()) {
    if (
      ![
        "queued",
        "running",
        "connecting",
        "interaction_required",
        "pending",
        "review_required",
      ].includes(lane.status)
    )
      continue;
    const hold = held.get(lane.id);
    const step = due.get(lane.id);
    const [why, remedy] = hold
      ? [`It is held before ${hold.event}.`, { do: "release", hold: hold.hold }]
      : lane.status === "interaction_required"
        ? ["It waits for a person to answer: Enter the verification code.", { do: "answer" }]
        : lane.status === "pending" || lane.status === "review_required"
          ? ["A reviewer must approve or reject it.", { do: "review" }]
          : step
            ? [
                `It waits for time: ${step.what} in ${step.in}, and the clock is frozen.`,
                { do: "advance", by: step.in },
              ]
            : ["Nothing moves it on.", { do: "none" }];
    unfinished.push({
      id: lane.id,
      kind: lane.kind,
      status: lane.status,
      since: "2025-01-15T09:30:00Z",
      why,
      remedy,
      next: step,
    });
  }
  return { ...next, unfinished, unfinished_total: unfinished.length };
}
