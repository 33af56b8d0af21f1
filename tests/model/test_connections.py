"""The `connections` edition against the model of its contract."""

from functools import partial
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from .connections import Connections
from .machine import ANSWERS, BUDGET, KEYS, OPTIONS, SCRIPTS, Machine
from .product import Product
from .scripts import CONNECTIONS

OPENINGS = st.sampled_from(["opens", "opens_at_once", *CONNECTIONS])
EXTERNAL = st.sampled_from([None, "guest-1", "guest-2"])


class ConnectionsMachine(Machine):
    edition, model_class = "connections", Connections
    kinds = ("agent", "source", "task", "connection", "task_run")
    options: ClassVar = [*OPTIONS, *(("connection_idle", value) for value in (None, "1m", "10m"))]
    actions: ClassVar = [*["run"] * 5, "open", "answer_connection", "command", "reopen", "rename"]

    def make_login(self, source):
        self.open_one(source, None, "opens_at_once", None)

    def open_one(self, source, external, script, key):
        body = {"source_id": source, "auth_method": "none", "external_id": external}
        creation = {"key": key, "creates": True, "status": 201, "script": f"connection_{script}"}
        does = partial(self.model.open, source_id=source, external_id=external, script=script)
        return self.both("POST", "/v2/connections", body, does, **creation)

    def open(self, data):
        external = data.draw(EXTERNAL, label="external")
        script = data.draw(OPENINGS, label="script")
        key = data.draw(KEYS, label="key")
        source = data.draw(self.ever("source"), label="source")
        self.open_one(source, external, script, key)

    def run(self, data, scripts=SCRIPTS):
        script = data.draw(scripts, label="script")
        key = data.draw(KEYS, label="key")
        task = data.draw(self.ever("task"), label="task")
        connection = self.pick(data, "connection", "connected")
        does = partial(self.model.run, task_id=task, connection_id=connection, script=script)
        self.start(task, {"connection_id": connection}, script, key, does)

    def rename(self, data):
        fields = data.draw(st.sampled_from([{}, {"external_id": "guest-3"}]), label="fields")
        connection = self.pick(data, "connection")
        does = partial(self.model.rename, connection, fields)
        self.both("PATCH", f"/v2/connections/{connection}", fields, does)

    def answer_connection(self, data):
        inputs = data.draw(ANSWERS, label="given")
        connection = self.pick(data, "connection", "interaction_required")
        self.answer("connection", "connections", connection, inputs)

    def command(self, data):
        names = ["disconnect", "terminate", "drop", "invalidate"]
        name = data.draw(st.sampled_from(names), label="name")
        connection = self.pick(data, "connection", "connected")
        api = "_sim" if name in ("drop", "invalidate") else "v2"
        does = partial(self.model.command, name, "connection", connection)
        self.both("POST", f"/{api}/connections/{connection}/{name}", None, does)

    def reopen(self, data):
        script = data.draw(OPENINGS, label="script")
        connection = self.pick(data, "connection", "disconnected")
        path, script_name = f"/v2/connections/{connection}/reopen", f"connection_{script}"
        does = partial(self.model.reopen, connection, script)
        self.both("POST", path, None, does, script=script_name)


def test_the_product_agrees_with_the_model_of_connections():
    with Product("connections") as product:
        ConnectionsMachine.product = product
        run_state_machine_as_test(ConnectionsMachine, settings=BUDGET)
