"""What the machines of both editions do: each call goes to the product and to the model, and both
must say the same; after each, all that can be read must be what the model has.
"""

import sys
from datetime import datetime, timedelta

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from .laws import Laws
from .reference import Refused
from .scripts import RUNS

START = datetime(2025, 1, 15, 9, 30)
KEYS = st.sampled_from([None] * 8 + ["key-a", "key-b"])
LENGTHS = st.sampled_from(
    ["due", "due", "due", "due", "before", "before", 1, 1, 2, 3, 8, 30, 60, 299, 600, 1800]
)
RIGHT, WRONG = {"code": "123456"}, {"code": "000000"}
ANSWERS = st.sampled_from([RIGHT, RIGHT, WRONG, WRONG, WRONG, {"code": ""}, {"pin": "1"}, {}])
TIMEOUTS = st.sampled_from([5, 60, 1800, 7200])
ACTIONS = [
    *["advance"] * 4,
    *["play_on"] * 2,
    *["cancel"] * 2,
    *["answer_run"] * 4,
    *["judge"] * 2,
    *["converse"] * 3,
    "keep_house",
    "read",
    "repeat",
]
KINDS = st.sampled_from(["agent", "source", "task"])
SOURCE = {"type": "website", "website": {"url": "https://hotel.example"}}
CHANGES = [
    {},
    {"name": "new"},
    {"settings": {"timeout_seconds": 5}},
    {"settings": {"timeout_seconds": 1800}},
]


def moment(seconds):
    """A second of the model as the API prints it."""
    return f"{(START + timedelta(seconds=seconds)).isoformat()}Z"


def as_printed(name, value):
    """A value of the model as the API prints it, but for the texts of errors."""
    return moment(value) if name in ("created_at", "updated_at") else value


def as_known(name, value):
    """A value of the API as the model knows it: of an error its type and code."""
    return [f"{e['type']}/{e['code']}" for e in value] if name == "errors" else value


def must_show(shown, thing, *, summary=False):
    """What the API shows of a thing is what the model has of it."""
    names = thing.keys() & shown.keys() if summary else thing.keys()
    assert {"id", "object", "created_at", "updated_at"} <= names or "deleted" in thing
    found = {name: as_known(name, shown.get(name)) for name in names}
    assert found == {name: as_printed(name, thing[name]) for name in names}


def must_refuse(answer, refused):
    """A refused call is answered as the model says."""
    assert (answer.status, answer.codes) == (refused.status, refused.codes)


class Machine(RuleBasedStateMachine):
    """The calls that both editions have."""

    product, model_class, edition, lists, actions = None, None, "", {}, ()
    summaries = False

    def __init__(self):
        super().__init__()
        self.world = f"world-{next(self.product.numbers)}"
        self.model, self.laws, self.seen = self.model_class(), Laws(self.edition), 0

    def call(self, method, path, body=None, **headers):
        """Call the product, and tell of it in the history."""
        answer = self.product.call(self.world, method, path, body, **headers)
        if method != "GET":
            said = [answer.data.get("status", ""), *answer.codes]
            note(
                f"  {moment(self.model.now)} {method} {path} {body or ''} -> {answer.status} {said}"
            )
        return answer

    def both(self, method, path, body, does, *, key=None, creates=False, status=200, script=None):
        """Make a call to the product, and let the model do the same; both must agree."""
        headers = {"idempotency_key": key} if key else {}
        headers |= {"deck_sim_scenario": script} if script else {}
        answer = self.call(method, path, body, **headers)
        name = method, path, body
        keyed = key and self.model.takes_key(method, creates=creates)
        try:
            if keyed and (kept := self.model.recall(key, name)):
                assert answer.headers["deck-sim-replayed"] == "true"
                assert answer.body == kept.body, "a repeat was answered otherwise"
                return None
        except Refused as refused:
            return must_refuse(answer, refused)
        if keyed and self.model.keeps(answer.status):
            self.model.kept[key] = (self.model.now, name, answer)
        try:
            shown = does(answer.data)
        except Refused as refused:
            return must_refuse(answer, refused)
        assert answer.status == status, answer.body
        must_show(answer.data, shown)
        return shown["id"] if creates else None

    # What must hold after each call

    @invariant()
    def lists_agree(self):
        """Every list shows what the model has, newest first."""
        for kind, path in self.lists.items():
            shown = self.call("GET", f"/v2/{path}?limit=100").data["data"]
            things = [self.model.show(thing) for thing in reversed(self.model.all(kind))]
            assert [one["id"] for one in shown] == [thing["id"] for thing in things][:100]
            for one, thing in zip(shown, things, strict=False):
                must_show(one, thing)
                self.laws.see(one)

    @invariant()
    def events_agree(self):
        """The same events, in the same order, at the same moments, about the same."""
        new = len(self.model.events) - self.seen
        shown = self.call("GET", f"/v2/events?limit={min(new + 1, 100)}").data["data"]
        fresh = [*reversed(shown)][-new:] if new else []
        kept = self.model.readable_events()
        for one, (type_, thing, at) in zip(fresh, kept[-new:] if new else [], strict=True):
            assert (one["type"], one["created_at"]) == (type_, moment(at))
            must_show(one["data"], thing, summary=self.summaries)
            self.laws.see_event(one)
        self.seen = len(self.model.events)

    def teardown(self):
        """If nothing has failed, look at the whole once more."""
        if sys.exc_info()[0] is None:
            self.whole_story_agrees()
        self.product.worlds.drop(self.world)

    def whole_story_agrees(self):
        """Page by page every event comes once, and there was one for each step."""
        ids = [event["id"] for event in self.walk("events", 7)]
        assert len({*ids}) == len(ids) == len(self.model.readable_events())
        self.laws.see_timeline(self.call("GET", "/_sim/timeline").data["data"])
        assert self.call("GET", "/_sim/world").data["crashes"] == []

    def walk(self, path, limit, between=lambda: None):
        """Every item of a list, page by page."""
        items, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", f"/v2/{path}?limit={limit}&cursor={cursor}").data
            assert page["has_more"] == (page["next_cursor"] is not None)
            items, cursor = [*items, *page["data"]], page["next_cursor"]
            between()
        return items

    # Time

    def advance(self, data):
        """Time passes: so many seconds, or until something is due, or until the second before."""
        length = data.draw(LENGTHS, label="length")
        due = self.model.next_due() or 1
        self.pass_time({"due": due, "before": max(due - 1, 1)}.get(length, length))

    def play_on(self, data):
        """Several things fall due, one after the other."""
        times = data.draw(st.integers(2, 4), label="times")
        for _ in range(times):
            self.pass_time(self.model.next_due() or 1)
            self.events_agree()

    def pass_time(self, seconds):
        """Let so many seconds pass."""
        self.call("POST", "/_sim/clock/advance", {"by": f"{seconds}s"})
        self.model.pass_time(seconds)

    @rule(data=st.data())
    def act(self, data):
        """Do one of the things that the edition can do, those more often that matter more."""
        name = data.draw(st.sampled_from([*ACTIONS, *self.actions]), label="act")
        getattr(self, name)(data)

    # Which things are called upon

    def pick(self, data, kind, *statuses):
        """One of a kind, or None: rather one in these statuses, if there is one, than another."""
        every = self.model.all(kind)
        likely = [thing for thing in every if thing.get("status") in statuses]
        ids = [thing["id"] for thing in [*likely * 4, *every]]
        return data.draw(st.sampled_from(ids or [None]), label=kind)

    # Agents, sources, tasks

    @initialize()
    def begin(self):
        """There is one of each, to begin with."""
        agent, source = self.create("agent", {"name": "one"}), self.create("source", SOURCE)
        self.create_task(agent, 7200)
        self.make_login(source)

    def create(self, kind, body, key=None):
        """Create an agent or a source."""
        status = 200 if kind == "source" else 201

        def does(made):
            return self.model.create(made, kind, **body)

        return self.both("POST", f"/v2/{kind}s", body, does, key=key, creates=True, status=status)

    def create_task(self, agent, timeout, key=None):
        """Create a task of an agent, which must be there."""
        body = {"name": "Read", "agent_id": agent, "settings": {"timeout_seconds": timeout}}

        def does(made):
            return self.model.create_task(made, **body)

        return self.both("POST", "/v2/tasks", body, does, key=key, creates=True, status=201)

    def keep_house(self, data):
        """An agent, a source or a task comes, changes or goes."""
        key = data.draw(KEYS, label="key")
        what = data.draw(st.sampled_from(["create", "change", "reset", "delete"]), label="what")
        getattr(self, f"{what}_one")(data, key)

    def create_one(self, data, key):
        """Create one of the three."""
        kind = data.draw(KINDS, label="kind")
        if kind == "task":
            timeout = data.draw(TIMEOUTS, label="timeout")
            self.create_task(data.draw(self.ever("agent"), label="agent"), timeout, key)
        else:
            self.create(kind, {"name": "two"} if kind == "agent" else SOURCE, key)

    def change_one(self, data, key):
        """Change an agent or a task, or nothing of it."""
        fields = data.draw(st.sampled_from(CHANGES), label="fields")
        kind = "task" if "settings" in fields else "agent"
        if self.model.all(kind):
            id_ = self.pick(data, kind)

            def does(made):
                return self.model.update(kind, id_, **fields)

            self.both("PATCH", f"/v2/{kind}s/{id_}", fields, does, key=key)

    def reset_one(self, data, key):
        """Let a task begin to learn again."""
        task = data.draw(self.ever("task"), label="task")

        def does(made):
            return self.model.reset_task(task)

        self.both("POST", f"/v2/tasks/{task}/reset", None, does, key=key)

    def delete_one(self, data, key):
        """What is deleted stays gone; deleting it again is answered as before."""
        kind = data.draw(KINDS, label="kind")
        id_ = data.draw(self.ever(kind), label=kind)

        def does(made):
            return self.model.delete(kind, id_)

        self.both("DELETE", f"/v2/{kind}s/{id_}", None, does, key=key)
        gone = "_gone" in self.model.things[id_]
        codes = self.call("GET", f"/v2/{kind}s/{id_}").codes
        assert codes == ([f"{kind}_not_found"] if gone else [])

    def ever(self, kind):
        """Those of a kind that there are or were; rather those that are."""
        every = [id_ for id_, thing in self.model.things.items() if thing["object"] == kind]
        there = [thing["id"] for thing in self.model.all(kind)]
        return st.sampled_from([*there * 5, *every])

    # Runs

    def cancel(self, data):
        """A run is canceled, if its status allows it."""
        key = data.draw(KEYS, label="key")
        self.cancel_one(self.pick(data, "task_run", *self.model.cancelable), key)

    def cancel_one(self, run, key):
        """Cancel a run."""

        def does(made):
            return self.model.cancel(run)

        self.both("POST", f"/v2/task-runs/{run}/cancel", None, does, key=key)

    def answer_run(self, data):
        """A run gets an answer: right, wrong, incomplete, or to nothing."""
        given = data.draw(ANSWERS, label="given")
        run = self.pick(data, "task_run", "interaction_required")
        self.answer("task_run", "task-runs", run, given)

    def answer(self, kind, path, id_, given):
        """Answer what is asked, if anything is."""
        body = {self.model.answers_in: given}

        def does(made):
            return self.model.answer(kind, id_, given)

        self.both("POST", f"/v2/{path}/{id_}/interaction", body, does)

    def judge(self, data):
        """A person says yes or no."""
        approved = data.draw(st.booleans(), label="approved")
        run = self.pick(data, "task_run", self.model.review)
        verdict = "approve" if approved else "reject"
        self.both(
            "POST",
            f"/_sim/task-runs/{run}/{verdict}",
            None,
            lambda made: self.model.judge(run, approved=approved),
        )

    def converse(self, data):
        """A run is started, gets as far as it does by itself, and is answered or judged."""
        self.run(data, TALKS)
        for _ in range(data.draw(st.integers(1, 4), label="times")):
            while not self.waiting() and self.model.next_due():
                self.pass_time(self.model.next_due())
            asks = self.waiting() == "interaction_required"
            (self.answer_run if asks else self.judge)(data)

    def waiting(self):
        """What the newest of the runs that wait for somebody waits for, as its status says."""
        waits = ("interaction_required", self.model.review)
        statuses = (run["status"] for run in reversed(self.model.all("task_run")))
        return next((status for status in statuses if status in waits), None)

    def start(self, task, body, script, key, does):
        """Run a task; the model does the same by `does`."""
        path, script = f"/v2/tasks/{task}/run", f"task_run_{script}"
        return self.both("POST", path, body, does, key=key, creates=True, status=201, script=script)

    # Reading

    def read(self, data):
        """A list is read page by page, or filtered."""
        what = data.draw(st.sampled_from(["page", "filter"]), label="what")
        getattr(self, what)(data)

    def repeat(self, data):
        """A call that is sent again under its key changes nothing, for a day."""
        key, body = data.draw(st.sampled_from(["key-a", "key-c"]), label="key"), {"name": "four"}
        self.create("agent", body, key)
        self.pass_time(data.draw(st.sampled_from([1, 86_399, 86_400]), label="length"))
        self.create("agent", body, key)

    def page(self, data):
        """New items come in front, and shift nothing."""
        limit = data.draw(st.integers(1, 3), label="limit")
        before = [agent["id"] for agent in reversed(self.model.all("agent"))]
        more = iter(range(2))

        def between():
            if next(more, None) is not None:
                self.create("agent", {"name": "three"})

        assert [agent["id"] for agent in self.walk("agents", limit, between)] == before

    def filter(self, data):
        """A filter shows those that have the value, and no others."""
        if not self.model.all("task_run"):
            return
        name = data.draw(st.sampled_from(["task_id", "agent_id", "status"]), label="by")
        value = self.model.things[self.pick(data, "task_run")][name]
        found = self.call("GET", f"/v2/task-runs?limit=100&{name}={value}").data["data"]
        runs = [r["id"] for r in reversed(self.model.all("task_run")) if r[name] == value]
        assert [one["id"] for one in found] == runs[:100]


BUDGET = settings(max_examples=100, stateful_step_count=40)
TALKS = st.sampled_from(["code", "three_tries", "any_code", "forgiving", "review"])
SCRIPTS = st.sampled_from([*RUNS, "review"])
