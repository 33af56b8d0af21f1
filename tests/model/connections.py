"""The contract of the `connections` edition."""

from typing import ClassVar

from .reference import FINISHED, Reference
from .scripts import CONNECTIONS, RUNS

# What a run fails with when its connection goes away.
_LOSSES = dict.fromkeys(("disconnected", "terminated"), "task/task_failed")
_LOSSES["invalid"] = "auth/auth_invalid"
_OPEN = ["connecting", "interaction_required", "connected", "disconnected", "invalid"]


class Connections(Reference):
    review, cancelable, answers_in = "pending", ("pending", "queued", "running"), "inputs"
    commands: ClassVar = {
        "drop": (["connected"], "disconnected"),
        "invalidate": (["connected"], "invalid"),
        "reopen": (["disconnected"], "connecting"),
        "disconnect": (_OPEN, "terminated"),
        "terminate": (_OPEN, "terminated"),
    }

    def takes_key(self, method, *, creates):
        return method == "POST" and creates

    def keeps(self, status):
        return True

    def open(self, answer, source_id, external_id, script):
        """`POST /connections`: shown `connecting`, even if its script moves it at once."""
        self.get("source", source_id)
        fields = {"source_id": source_id, "external_id": external_id, "interaction": None}
        connection = self.add("connection", answer, status="connecting", **fields)
        self.emit("connecting", connection)
        view = self.show(connection)
        self.begin(connection, CONNECTIONS[script])
        return view

    def run(self, answer, task_id, connection_id, script):
        task, connection = self.get("task", task_id), self.get("connection", connection_id)
        self.need(connection, "connected")
        self.disarm(connection, "rest")
        uses = {"connection_id": connection_id, "source_id": connection["source_id"]}
        return self.begin_run(answer, task, RUNS[script], **uses)

    def emit(self, what, thing):
        """Events of a run show the external id of its connection."""
        super().emit(what, thing)
        if thing["object"] == "task_run":
            connection = self.things[thing["connection_id"]]
            self.events[-1][1]["external_id"] = connection["external_id"]

    def cancel_run(self, run):
        self.enter(run, "canceled")

    def rest(self, connection):
        """Set the timer that disconnects a connection without runs."""
        self.disarm(connection, "rest")
        length = self.options["connection_idle"]
        if length and connection["status"] == "connected" and not self.live_runs(connection):
            self.arm(connection, "rest", length)

    def fall_due(self, thing, name):
        if name == "rest":
            self.enter(thing, "disconnected")
            self.stop(thing)
        else:
            super().fall_due(thing, name)

    def follow(self, thing):
        """Fail the live runs of a connection that ends, and let an unused one rest."""
        if thing["object"] == "connection":
            self.rest(thing)
        elif thing["status"] in FINISHED:
            self.rest(self.things[thing["connection_id"]])
        error = _LOSSES.get(thing["status"]) if thing["object"] == "connection" else None
        for run in self.live_runs(thing) if error else ():
            self.fail(run, error)

    def rename(self, id_, fields):
        connection = self.get("connection", id_)
        if fields:
            connection.update(fields, updated_at=self.now)
        return self.show(connection)

    def reopen(self, id_, script):
        view = self.command("reopen", "connection", id_)
        self.begin(self.things[id_], CONNECTIONS[script])
        return view
