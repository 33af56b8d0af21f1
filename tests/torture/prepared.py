"""Worlds to attack: filled, with runs in many statuses, as snapshots and with their ids; and what
differs between the editions.
"""

from dataclasses import dataclass
from typing import Any

from .simulator import Simulator

_RUNS = {
    "trun_prompt": "mfa_then_success",
    "trun_pending": "needs_approval",
    "trun_files": "downloads_statement",
    "trun_slow": "slow_success",
    "trun_failed": "source_down",
    "trun_question": "security_question",
}
# What a run logs in with: its list, the prefix of its ids, and its field in the body of a run.
LOGINS = {
    "connections": ("connections", "conn", "connection_id"),
    "credentials": ("credentials", "cred", "credential_id"),
}
EDITIONS = (*LOGINS,)
TASK = "task_1"
_SCHEMA = {
    "type": "object",
    "properties": {"guest": {"type": "string"}, "nights": {"type": "integer"}},
}


@dataclass(frozen=True)
class Prepared:
    """A world to begin with."""

    edition: str
    snapshot: dict[str, Any]
    ids: dict[str, list[str]]  # by the first part of their names


def prepare(simulator: Simulator, edition: str) -> Prepared:
    """Fill a world."""
    key = f"sk_prepare_{edition}"
    sim, api = "/_sim", "/v2"
    options = {"edition": edition, "mode": "frozen", "screenshots": True}
    simulator.do(key, "POST", f"{sim}/reset", options)
    schemas = {"input_schema": _SCHEMA, "output_schema": _SCHEMA}
    resources = write_basics(edition, 8, **schemas, storage={"enabled": True})
    (task,), (source,) = resources["tasks"], resources["sources"]
    resources["tasks"].append({**task, "id": "task_2", "input_schema": None})
    resources["sources"].append({**source, "id": "src_2"})
    _, prefix, login = LOGINS[edition]
    resources["task_runs"] = [
        {"id": run, "task_id": TASK, login: f"{prefix}_{number}", "scenario": scenario}
        for number, (run, scenario) in enumerate(_RUNS.items())
    ]
    simulator.do(key, "POST", f"{sim}/seed", {"resources": resources})
    events = ["task_run.completed", "task_run.failed", "agent.created"]
    queue = write_destination(edition, "aws_sqs", events, queue_url="deck")
    simulator.do(key, "POST", f"{api}/event-destinations", queue)
    simulator.do(key, "POST", f"{api}/agents", {"name": "Second"})
    simulator.do(key, "POST", f"{sim}/clock/advance", {"by": "25s"})
    snapshot = simulator.get(key, f"{sim}/snapshot")
    ids: dict[str, list[str]] = {}
    paths = ("connections", "credentials", "sessions", "storage", "event-destinations")
    for path in ("agents", "sources", "tasks", "task-runs", *paths):
        answer = simulator.call(key, "GET", f"{api}/{path}")
        if answer.status == 200:
            _note(ids, simulator.get(key, f"{api}/{path}")["data"])
    for path in ("events", "deliveries", "requests", "task-runs"):
        _note(ids, simulator.get(key, f"{sim}/{path}")["data"])
    for run in _RUNS:
        _note(ids, simulator.get(key, f"{api}/task-runs/{run}/storage")["data"])
    return Prepared(edition, snapshot, {kind: sorted(set(found)) for kind, found in ids.items()})


def write_basics(edition: str, logins: int, **task: Any) -> dict[str, list[dict[str, Any]]]:
    """The resources to seed that runs need: an agent, a source, a task and logins."""
    plural, prefix, _ = LOGINS[edition]
    website = {"type": "website", "website": {"url": "https://hotel.example"}}
    login = {"source_id": "src_1", "auth_method": "none"}
    return {
        "agents": [{"id": "agt_1", "name": "Concierge"}],
        "sources": [{"id": "src_1", **website}],
        "tasks": [{"id": TASK, "name": "Read", "agent_id": "agt_1", **task}],
        plural: [{"id": f"{prefix}_{number}", **login} for number in range(logins)],
    }


def write_destination(edition: str, type_: str, events: list[str], **place: str) -> dict[str, Any]:
    """The body that creates an event destination."""
    where = "config" if edition == "connections" else type_
    return {"name": type_, "type": type_, "events": events, where: place}


def _note(ids: dict[str, list[str]], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        id_ = row.get("id") or row["request_id"]
        ids.setdefault(id_.partition("_")[0], []).append(id_)
