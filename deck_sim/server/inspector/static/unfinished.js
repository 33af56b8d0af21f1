// @ts-check
/** Stands in for `unfinished` in the answer of `/_sim/next` while the server does not give it. */

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
