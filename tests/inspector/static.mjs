/** The URL of the inspector's modules. */
export const STATIC = new URL("../../deck_sim/server/inspector/static", import.meta.url).href;

/** The row of a kind, from `family: status …` of those that are not final, and of those that are. */
function kind(open, final, more) {
  const rows = (families, isFinal) =>
    Object.entries(families).flatMap(([family, statuses]) =>
      statuses.split(" ").map((status) => [status, { family, final: isFinal, commands: {} }]),
    );
  const statuses = Object.fromEntries([...rows(open, false), ...rows(final, true)]);
  return { watched: true, within: [], statuses, ...more };
}

const LIVE = { waiting: "queued", working: "running", person: "interaction_required" };

/** What `GET /_sim/schemas` tells of an edition, as far as tests need it. */
export const SCHEMAS = {
  editions: {
    connections: {
      kinds: {
        connection: kind({ ...LIVE, good: "connected" }, { bad: "terminated" }),
        task_run: kind(LIVE, { good: "completed", bad: "failed" }, { within: ["connection_id"] }),
        event_delivery: kind({ waiting: "pending" }, { good: "success" }, { watched: false }),
      },
    },
  },
};
