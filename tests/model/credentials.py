"""The contract of the `credentials` edition."""

from typing import ClassVar

from .reference import FINISHED, Reference, Refused
from .scripts import CREDENTIAL_RUNS, SESSIONS

REJECTED = ("auth/auth_invalid", "auth/auth_locked")
IDLE_FOR, A_SECOND, MOST_SESSIONS = 10 * 60, 1, 4


def read_login(sent):
    """The fields of a credential that the fields of a body set; `_given` is never shown."""
    fields = {}
    if "auth_method" in sent:
        fields["auth_method"] = sent["auth_method"] or "none"
    if "auth_credentials" in sent:
        login = sent["auth_credentials"] or {}
        more = login.get("source_fields", {})
        public = {"username": login.get("username"), "source_fields": more} if login else None
        fields |= {"_given": login, "auth_credentials": public}
    return fields


def lacks(login):
    """The error codes of a login that lacks a part which its method needs."""
    absent = [name for name in ("username", "password") if not login["_given"].get(name)]
    return ["input_missing" for _ in absent] if login["auth_method"] == "username_password" else []


class Credentials(Reference):
    review, answers_in = "review_required", "input"
    cancelable = ("queued", "running", "interaction_required", "review_required")
    commands: ClassVar = {
        "invalidate": (["unverified", "verified"], "invalid"),  # a credential; the others a session
        "end": (["queued", "running", "idle"], "completing"),
        "drop": (["running", "idle"], "failed"),
    }

    def takes_key(self, method, *, creates):
        return method in ("POST", "PATCH", "DELETE")

    def keeps(self, status):
        return status < 300

    # Credentials

    def store(self, answer, source_id, external_id, login):
        gone = [] if self.is_there(source_id) else ["source_not_found"]
        login = {"auth_method": "none", "_given": {}, "auth_credentials": None, **read_login(login)}
        if wrong := [*gone, *lacks(login)]:
            raise Refused(404 if gone else 400, *wrong)
        fields = {"source_id": source_id, "external_id": external_id, **login}
        return self.create(answer, "credential", status="unverified", **fields)

    def change_credential(self, id_, fields, login):
        """`PATCH /credentials/{id}`: a changed login is unverified."""
        credential = self.get("credential", id_)
        self.need(credential, "unverified", "verified", "invalid")
        login = read_login(login)
        if login and lacks({**credential, **login}):
            raise Refused(400, *lacks({**credential, **login}))
        if fields or login:
            credential.update(fields | login, updated_at=self.now)
        if login and credential["status"] != "unverified":
            self.enter(credential, "unverified")
        return self.show(credential)

    def delete_credential(self, id_):
        """`DELETE /credentials/{id}`: it can still be read; the second one changes nothing."""
        credential = self.get("credential", id_)
        if credential["status"] != "deleted":
            self.enter(credential, "deleted")
        return {"id": id_, "object": "credential", "deleted": True}

    # Sessions

    def start_session(self, answer, credential_id, source_id, script):
        credential, _, source_id = self.find_login(credential_id, source_id, None)
        self.need_slot()
        session = self.add_session(answer.get("id", None), credential, source_id)
        view = self.show(session)
        self.begin(session, SESSIONS[script])
        return view

    def need_slot(self):
        ended = ("completed", "failed")
        if sum(session["status"] not in ended for session in self.all("session")) >= MOST_SESSIONS:
            raise Refused(429, "session_limit_exceeded")

    def add_session(self, id_, credential, source_id):
        used = {"_credential_id": credential and credential["id"], "_source_id": source_id}
        session = self.add("session", {"id": id_}, status="queued", runtime_ms=0, **used)
        self.emit("queued", session)
        return session

    def show(self, thing):
        view = super().show(thing)
        if thing["object"] == "session":
            runs = [run for run in self.all("task_run") if run["session_id"] == thing["id"]]
            names = ("id", "task_id", "agent_id", "credential_id")
            view["task_runs"] = [{name: run[name] for name in names} for run in runs]
        return view

    def rest(self, session):
        """Set the timer that ends a session without runs."""
        self.disarm(session, "rest")
        if session["status"] == "idle" and not self.live_runs(session):
            self.arm(session, "rest", IDLE_FOR)
        elif session["status"] == "completing":
            self.arm(session, "rest", A_SECOND)

    # Runs

    def find_login(self, credential_id, source_id, session_id):
        """The login of these ids; refuses unknown ids, mismatches and statuses."""
        if not (credential_id or source_id or session_id):
            raise Refused(400, "input_missing")
        ids = {"credential": credential_id, "source": source_id, "session": session_id}
        lost = [f"{kind}_not_found" for kind, id_ in ids.items() if id_ and not self.is_there(id_)]
        if lost:
            raise Refused(404, *lost)
        session = self.things.get(session_id)
        if session and credential_id and session["_credential_id"] != credential_id:
            raise Refused(400, "input_invalid")
        credential = self.things.get(session["_credential_id"] if session else credential_id)
        if credential and credential["status"] == "deleted":
            raise Refused(409, "state_invalid")
        if session and (session["status"] != "idle" or self.live_runs(session)):
            raise Refused(409, "state_invalid")
        if session:
            return credential, session, session["_source_id"]
        return credential, None, credential["source_id"] if credential else source_id

    def run(self, answer, task_id, script, credential_id=None, source_id=None, session_id=None):
        task = self.get("task", task_id)
        credential, session, source_id = self.find_login(credential_id, source_id, session_id)
        if session is None:
            self.need_slot()
        session = session or self.add_session(answer.get("session_id"), credential, source_id)
        self.disarm(session, "rest")
        uses = {"session_id": session["id"], "credential_id": session["_credential_id"]}
        return self.begin_run(
            answer, task, CREDENTIAL_RUNS[script], source_id=source_id, result=None, **uses
        )

    def cancel_run(self, run):
        self.enter(run, "cancelling")
        self.stop(run)
        self.arm(run, "cancel", A_SECOND)

    def fall_due(self, thing, name):
        if name == "cancel":
            self.enter(thing, "canceled")
        elif name == "rest":
            self.enter(thing, "completed" if thing["status"] == "completing" else "completing")
        else:
            super().fall_due(thing, name)

    def precede(self, thing):
        """Start the session before the run works in it."""
        if thing["object"] == "task_run" and thing["status"] == "running":
            session = self.things[thing["session_id"]]
            if session["status"] in ("queued", "idle"):
                self.enter(session, "running")

    def follow(self, thing):
        if thing["object"] == "task_run":
            self.lead_session(thing, self.things[thing["session_id"]])
            if thing["credential_id"]:
                self.lead_credential(thing, self.things[thing["credential_id"]])
        elif thing["object"] == "session":
            self.end_run(thing)
            self.rest(thing)
        elif thing["status"] == "deleted":
            for run in self.live_runs(thing):
                self.fail_of(run)

    def end_run(self, session):
        """Cancel the run of a session that ends; fail that of a session that fails."""
        for run in self.live_runs(session):
            if session["status"] == "completing" and run["status"] != "cancelling":
                self.cancel_run(run)
            elif session["status"] == "failed":
                self.fail_of(run)

    def fail_of(self, run):
        """Fail a run whose login is gone, unless it is `cancelling`."""
        if run["status"] != "cancelling":
            self.fail(run, "task/task_failed")

    def lead_session(self, run, session):
        status, of = run["status"], session["status"]
        if status in FINISHED and of in ("queued", "running", "idle"):
            login = [e for e in run["errors"] if e.partition("/")[0] in ("auth", "session")]
            if login and "_started" in run:
                self.enter(session, "failed")
            elif of == "idle":
                self.rest(session)
            else:
                self.enter(session, "idle" if of == "running" else "completing")

    def lead_credential(self, run, credential):
        errors = run["errors"] if "_started" in run else []
        telling = [e for e in errors if e in (*REJECTED, "task/timeout")]
        if telling:
            if telling[0] != "task/timeout" and credential["status"] in ("unverified", "verified"):
                self.enter(credential, "invalid")
            return
        proven = any(error.partition("/")[0] in ("task", "storage") for error in errors)
        proven = proven or run["status"] in ("review_required", "completed")
        if proven and credential["status"] in ("unverified", "invalid"):
            self.enter(credential, "verified")
