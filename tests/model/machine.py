"""The calls of both editions: time, agents, sources, tasks, runs, lists."""

from functools import partial

from budget import BUDGET as SPARE
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from .scripts import RUNS
from .side_by_side import SideBySide

KEYS = st.sampled_from([None] * 8 + ["key-a", "key-b"])
LENGTHS = ["due"] * 4 + ["before"] * 2 + [1, 1, 2, 3, 8, 30, 60, 299, 600, 1800]
RIGHT, WRONG = {"code": "123456"}, {"code": "000000"}
ANSWERS = st.sampled_from([RIGHT, RIGHT, WRONG, WRONG, WRONG, {"code": ""}, {"pin": "1"}, {}])
TIMEOUTS = st.sampled_from([5, 60, 1800, 7200])
ACTIONS = ["advance", "answer_run"] * 4 + ["play_dialog"] * 3 + ["play_on", "cancel", "review"] * 2
ACTIONS += ["change_catalog", "read", "repeat", "set_option"]
OPTIONS = [("timeout_cap", cap) for cap in (None, 1800, 60)]
OPTIONS += [(name, is_on) for name in ("screenshots", "empty_for_null") for is_on in (True, False)]
KINDS = st.sampled_from(["agent", "source", "task"])
SOURCE = {"type": "website", "website": {"url": "https://hotel.example"}}
CHANGES = [{}, {"name": "new"}, *({"settings": {"timeout_seconds": n}} for n in (5, 1800))]


class Machine(SideBySide):
    actions, options, chosen_ids = (), OPTIONS, [None]

    # Time

    def advance(self, data):
        """Pass some seconds, or the time until a timer is due, or until a second before."""
        length = data.draw(st.sampled_from(LENGTHS), label="length")
        due = self.model.next_due() or 1
        self.pass_time({"due": due, "before": max(due - 1, 1)}.get(length, length))

    def play_on(self, data):
        """Fire several timers, one after the other."""
        times = data.draw(st.integers(2, 4), label="times")
        for _ in range(times):
            self.pass_time(self.model.next_due() or 1)
            self.events_agree()

    @rule(data=st.data())
    def act(self, data):
        """Do one action of the edition; important ones more often."""
        name = data.draw(st.sampled_from([*ACTIONS, *self.actions]), label="act")
        getattr(self, name)(data)

    def set_option(self, data):
        name, value = data.draw(st.sampled_from(self.options), label="option")
        self.call("PATCH", "/_sim/world", {name: value})
        seconds_of = {"10m": 600, "1m": 60}
        self.model.set_option(name, seconds_of.get(value, value))

    # Which resources are called

    def pick(self, data, kind, *statuses):
        """One of a kind, or None; more often one in these statuses."""
        every = self.model.all(kind)
        likely = [thing for thing in every if thing.get("status") in statuses]
        ids = [thing["id"] for thing in [*likely * 4, *every]]
        return data.draw(st.sampled_from(ids or [None]), label=kind)

    # Agents, sources, tasks

    @initialize()
    def begin(self):
        agent, source = self.create("agent", {"name": "one"}), self.create("source", SOURCE)
        self.create_task(agent, 7200)
        self.make_login(source)

    def create(self, kind, body, key=None):
        status = 200 if kind == "source" else 201
        does = partial(self.model.create, kind=kind, **body)
        return self.both("POST", f"/v2/{kind}s", body, does, key=key, creates=True, status=status)

    def create_task(self, agent, timeout, key=None, chosen=None):
        body = {"name": "Read", "agent_id": agent, "settings": {"timeout_seconds": timeout}}
        body |= {"id": chosen} if chosen else {}
        does = partial(self.model.create_task, **body)
        return self.both("POST", "/v2/tasks", body, does, key=key, creates=True, status=201)

    def change_catalog(self, data):
        key = data.draw(KEYS, label="key")
        what = data.draw(st.sampled_from(["create", "change", "reset", "delete"]), label="what")
        getattr(self, f"{what}_one")(data, key)

    def create_one(self, data, key):
        kind = data.draw(KINDS, label="kind")
        if kind == "task":
            timeout = data.draw(TIMEOUTS, label="timeout")
            chosen = data.draw(st.sampled_from(self.chosen_ids), label="chosen")
            self.create_task(data.draw(self.ever("agent"), label="agent"), timeout, key, chosen)
        else:
            self.create(kind, {"name": "two"} if kind == "agent" else SOURCE, key)

    def change_one(self, data, key):
        fields = data.draw(st.sampled_from(CHANGES), label="fields")
        kind = "task" if "settings" in fields else "agent"
        if self.model.all(kind):
            id_ = self.pick(data, kind)
            does = partial(self.model.update, kind, id_, **fields)
            self.both("PATCH", f"/v2/{kind}s/{id_}", fields, does, key=key)

    def reset_one(self, data, key):
        task = data.draw(self.ever("task"), label="task")
        does = partial(self.model.reset_task, task)
        self.both("POST", f"/v2/tasks/{task}/reset", None, does, key=key)

    def delete_one(self, data, key):
        kind = data.draw(KINDS, label="kind")
        id_ = data.draw(self.ever(kind), label=kind)
        does = partial(self.model.delete, kind, id_)
        self.both("DELETE", f"/v2/{kind}s/{id_}", None, does, key=key)
        gone = "_gone" in self.model.things[id_]
        codes = self.call("GET", f"/v2/{kind}s/{id_}").codes
        assert codes == ([f"{kind}_not_found"] if gone else [])

    def ever(self, kind):
        """Ids of a kind, deleted ones included, but less often."""
        every = [id_ for id_, thing in self.model.things.items() if thing["object"] == kind]
        there = [thing["id"] for thing in self.model.all(kind)]
        return st.sampled_from([*there * 5, *every])

    # Runs

    def cancel(self, data):
        key = data.draw(KEYS, label="key")
        self.cancel_one(self.pick(data, "task_run", *self.model.cancelable), key)

    def cancel_one(self, run, key):
        does = partial(self.model.cancel, run)
        self.both("POST", f"/v2/task-runs/{run}/cancel", None, does, key=key)

    def answer_run(self, data, answers=ANSWERS):
        inputs = data.draw(answers, label="given")
        run = self.pick(data, "task_run", "interaction_required")
        self.answer("task_run", "task-runs", run, inputs)

    def answer(self, kind, path, id_, inputs):
        body = {self.model.answers_in: inputs}
        does = partial(self.model.answer, kind, id_, inputs)
        self.both("POST", f"/v2/{path}/{id_}/interaction", body, does)

    def review(self, data):
        approved = data.draw(st.booleans(), label="approved")
        run = self.pick(data, "task_run", self.model.review)
        verdict = "approve" if approved else "reject"
        does = partial(self.model.review_run, run, approved=approved)
        self.both("POST", f"/_sim/task-runs/{run}/{verdict}", None, does)

    def play_dialog(self, data):
        """Start a run, let it play until it waits, and answer or review it several times."""
        self.run(data, TALKS)
        answers = data.draw(st.sampled_from([ANSWERS, st.just(WRONG)]), label="answers")
        for _ in range(data.draw(st.integers(1, 4), label="times")):
            while not self.waiting() and self.model.next_due():
                self.pass_time(self.model.next_due())
            if self.waiting() == "interaction_required":
                self.answer_run(data, answers)
            else:
                self.review(data)

    def waiting(self):
        """The status of the newest run that waits for a person."""
        waits = ("interaction_required", self.model.review)
        statuses = (run["status"] for run in reversed(self.model.all("task_run")))
        return next((status for status in statuses if status in waits), None)

    def start(self, task, body, script, key, does):
        path, script = f"/v2/tasks/{task}/run", f"task_run_{script}"
        return self.both("POST", path, body, does, key=key, creates=True, status=201, script=script)

    # Reading

    def read(self, data):
        what = data.draw(st.sampled_from(["page", "filter"]), label="what")
        getattr(self, what)(data)

    def repeat(self, data):
        """Repeat a call under its key, within a day or later."""
        key, body = data.draw(st.sampled_from(["key-a", "key-c"]), label="key"), {"name": "four"}
        self.create("agent", body, key)
        self.pass_time(data.draw(st.sampled_from([1, 86_399, 86_400]), label="length"))
        self.create("agent", body, key)

    def page(self, data):
        """New items do not shift the pages."""
        limit = data.draw(st.integers(1, 3), label="limit")
        before = [agent["id"] for agent in reversed(self.model.all("agent"))]
        more = iter(range(2))

        def between():
            if next(more, None) is not None:
                self.create("agent", {"name": "three"})

        assert [agent["id"] for agent in self.walk("agents", limit, between)] == before

    def filter(self, data):
        if not self.model.all("task_run"):
            return
        name = data.draw(st.sampled_from(["task_id", "agent_id", "status"]), label="by")
        value = self.model.things[self.pick(data, "task_run")][name]
        runs_of_filter = self.call("GET", f"/v2/task-runs?limit=100&{name}={value}").data["data"]
        runs = [r["id"] for r in reversed(self.model.all("task_run")) if r[name] == value]
        assert [run["id"] for run in runs_of_filter] == runs[:100]


BUDGET = settings(max_examples=SPARE.histories, stateful_step_count=SPARE.steps)
TALKS = st.sampled_from(["code", "three_tries", "any_code", "forgiving", "review"])
SCRIPTS = st.sampled_from([*RUNS, "review"])
