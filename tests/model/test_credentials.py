"""The `credentials` edition against the model of its contract."""

from functools import partial
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from .credentials import IDLE_FOR, MOST_SESSIONS, Credentials
from .machine import BUDGET, KEYS, Machine
from .product import Product
from .scripts import CREDENTIAL_RUNS, SESSIONS

LOGINS = [["session"]] * 4 + [["source"], ["credential", "session"], []]
SCRIPTS = st.sampled_from([*CREDENTIAL_RUNS, "review"])
SESSION_SCRIPTS = st.sampled_from([*CREDENTIAL_RUNS, *["never_starts"] * 4])
FIELDS = {"source_fields": {"branch": "12", "pin": "1"}}
LOGIN = {"username": "alex", "password": "hunter2"}
GIVEN = [None, {}, LOGIN, LOGIN, {**LOGIN, **FIELDS}, FIELDS, {"username": "sam"}]
METHODS = ["none", None, "google_sso", "username_password", "username_password"]
AUTH = st.fixed_dictionaries(
    {},
    optional={"auth_method": st.sampled_from(METHODS), "auth_credentials": st.sampled_from(GIVEN)},
)

_RUN = "id object status result task_id credential_id agent_id source_id runtime_ms"
SUMMARIES = {
    "task_run": [*_RUN.split(), "created_at", "updated_at"],
    "credential": ["id", "object", "status", "source_id", "auth_method"],
    "session": ["id", "object", "status"],
    "agent": ["id", "object", "name"],
    "source": ["id", "object", "name", "type"],
    "task": ["id", "object", "status", "name", "agent_id"],
}


class CredentialsMachine(Machine):
    edition, model_class, summaries = "credentials", Credentials, SUMMARIES
    chosen_ids: ClassVar = [None, "task_ChosenByAClient1", "task_ChosenByAClient2"]
    kinds = ("agent", "source", "task", "credential", "session", "task_run")
    actions: ClassVar = [
        *["run"] * 4,
        *["run_otherwise"] * 3,
        *["run_in_session", "end_session"] * 2,
        *["start_session", "store", "change_credential", "lose_credential"],
    ]

    def make_login(self, source):
        self.call("PATCH", "/_sim/world", {"session_limit": MOST_SESSIONS})
        self.store_one(source, None, {"auth_method": "none"})

    def store_one(self, source, key, login):
        body = {"source_id": source, "external_id": "guest-1", **login}
        does = partial(self.model.store, source_id=source, external_id="guest-1", login=login)
        return self.both("POST", "/v2/credentials", body, does, key=key, creates=True, status=201)

    def store(self, data):
        key = data.draw(KEYS, label="key")
        login = data.draw(AUTH, label="login")
        self.store_one(data.draw(self.ever("source"), label="source"), key, login)

    def change_credential(self, data):
        fields = data.draw(st.sampled_from([{}, {"external_id": "guest-2"}]), label="fields")
        login = data.draw(AUTH, label="login")
        key = data.draw(KEYS, label="key")
        credential = self.pick(data, "credential", "verified")
        does = partial(self.model.change_credential, credential, fields, login)
        self.both("PATCH", f"/v2/credentials/{credential}", fields | login, does, key=key)

    def lose_credential(self, data):
        deleted = data.draw(st.booleans(), label="deleted")
        key = data.draw(KEYS, label="key")
        credential = self.pick(data, "credential")
        path = f"credentials/{credential}"
        if deleted:
            does = partial(self.model.delete_credential, credential)
            self.both("DELETE", f"/v2/{path}", None, does, key=key)
        else:
            does = partial(self.model.command, "invalidate", "credential", credential)
            self.both("POST", f"/_sim/{path}/invalidate", None, does)

    def run(self, data, scripts=SCRIPTS):
        script = data.draw(scripts, label="script")
        key = data.draw(KEYS, label="key")
        self.run_with(data, ["credential"], script, key)

    def run_otherwise(self, data):
        """Run a task in a session, at a source, with both or with neither."""
        script = data.draw(SCRIPTS, label="script")
        kinds = data.draw(st.sampled_from(LOGINS), label="named")
        self.run_with(data, kinds, script, None)

    def run_with(self, data, kinds, script, key):
        """Run a task with these; perhaps once more, or cancel it."""
        likely = {"session": ["idle"], "credential": ["verified", "unverified", "invalid"]}
        there = [kind for kind in kinds if self.model.all(kind)]
        ids = {f"{kind}_id": self.pick(data, kind, *likely.get(kind, ())) for kind in there}
        task = data.draw(self.ever("task"), label="task")
        does = partial(self.model.run, task_id=task, script=script, **ids)
        run = self.start(task, ids, script, key, does)
        then = data.draw(st.sampled_from(["", "", "again", "cancel"]), label="then")
        if then == "again":
            self.start(task, ids, script, key, does)
        elif then and run:
            self.cancel_one(run, None)

    def run_in_session(self, data):
        """Open a session and run a task in it, perhaps too early; cancel the run or let it wait."""
        credential, task = self.pick(data, "credential", "unverified"), self.pick(data, "task")
        session = self.start_one(credential, "idles")
        self.pass_time(data.draw(st.sampled_from([3, 3, 3, 1]), label="length"))
        ids, script = {"session_id": session}, data.draw(SESSION_SCRIPTS, label="script")
        if session and task:
            does = partial(self.model.run, task_id=task, script=script, **ids)
            run = self.start(task, ids, script, None, does)
            then = data.draw(st.sampled_from(["", "cancel", "wait"]), label="then")
            if then == "cancel" and run:
                self.cancel_one(run, None)
                self.pass_time(1)
            elif then == "wait":
                self.pass_time(IDLE_FOR)

    def start_session(self, data):
        script = data.draw(st.sampled_from(["idles", *SESSIONS]), label="script")
        self.start_one(self.pick(data, "credential"), script)

    def start_one(self, credential, script):
        does = partial(
            self.model.start_session, credential_id=credential, source_id=None, script=script
        )
        creation = {"creates": True, "status": 201, "script": f"session_{script}"}
        return self.both("POST", "/v2/sessions", {"credential_id": credential}, does, **creation)

    def end_session(self, data):
        name = data.draw(st.sampled_from(["end", "drop"]), label="name")
        session = self.pick(data, "session", "queued", "running", "idle")
        api = "v2" if name == "end" else "_sim"
        does = partial(self.model.command, name, "session", session)
        self.both("POST", f"/{api}/sessions/{session}/{name}", None, does)


def test_the_product_agrees_with_the_model_of_credentials():
    with Product("credentials") as product:
        CredentialsMachine.product = product
        run_state_machine_as_test(CredentialsMachine, settings=BUDGET)
