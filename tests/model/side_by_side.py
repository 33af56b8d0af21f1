"""The product and the model side by side: each call goes to both, and their answers must agree.

After each call all lists and events of the product must be those of the model.
"""

import sys
from datetime import datetime, timedelta

from hypothesis import note
from hypothesis.stateful import RuleBasedStateMachine, invariant

from .reference import EVENTS_ARE_KEPT, Refused

START = datetime(2025, 1, 15, 9, 30)
LONGEST = 3 * 3600  # seconds after which no timer of a script is left


def moment(seconds):
    return f"{(START + timedelta(seconds=seconds)).isoformat()}Z"


def as_printed(name, value):
    """A value of the model as the API prints it, except the messages of errors."""
    return moment(value) if name in ("created_at", "updated_at") else value


def as_known(name, value):
    """A value of the API as the model has it: errors without their messages."""
    return [f"{e['type']}/{e['code']}" for e in value] if name == "errors" else value


def must_show(data, thing):
    """The API shows all fields of the model's thing with their values."""
    names = thing.keys()
    assert names <= data.keys(), f"{thing['id']} does not show {names - data.keys()}"
    values = {name: as_known(name, data[name]) for name in names}
    assert values == {name: as_printed(name, thing[name]) for name in names}


def must_refuse(answer, refused):
    assert (answer.status, answer.codes) == (refused.status, refused.codes)


class SideBySide(RuleBasedStateMachine):
    """One world of the product and one of the model."""

    product, model_class, edition, kinds = None, None, "", ()
    summaries = None  # by object, the names in the data of an event, in order; without it, all

    def __init__(self):
        super().__init__()
        self.world = f"world-{next(self.product.numbers)}"
        self.model, self.compared = self.model_class(), 0

    def call(self, method, path, body=None, **headers):
        answer = self.product.call(self.world, method, path, body, **headers)
        if method != "GET":
            end = f"{answer.status} {[answer.data.get('status', ''), *answer.codes]}"
            note(f"  {moment(self.model.now)} {method} {path} {body or ''} -> {end}")
        return answer

    def both(self, method, path, body, does, *, key=None, creates=False, status=200, script=None):
        """Call the product and the model, which takes ids of new things from the product's answer;
        both must agree.
        """
        headers = {"idempotency_key": key} if key else {}
        headers |= {"deck_sim_scenario": script} if script else {}
        answer = self.call(method, path, body, **headers)
        name = method, path, body
        keyed = key and self.model.takes_key(method, creates=creates)
        try:
            if keyed and (recalled := self.model.recall(key, name)):
                assert answer.headers["deck-sim-replayed"] == "true"
                assert answer.body == recalled.body, "a replay differs"
                return None
        except Refused as refused:
            return must_refuse(answer, refused)
        if keyed and self.model.keeps(answer.status):
            self.model.answers[key] = (self.model.now, name, answer)
        try:
            expected = does(answer.data) if creates else does()
        except Refused as refused:
            return must_refuse(answer, refused)
        assert answer.status == status, answer.body
        must_show(answer.data, expected)
        return expected["id"] if creates else None

    def pass_time(self, seconds):
        self.call("POST", "/_sim/clock/advance", {"by": f"{seconds}s"})
        self.model.pass_time(seconds)

    # Checks after each call

    @invariant()
    def lists_agree(self):
        """Every list shows the things of the model, newest first."""
        for kind in self.kinds:
            items = self.call("GET", f"/v2/{kind.replace('_', '-')}s?limit=100").data["data"]
            things = [self.model.show(thing) for thing in reversed(self.model.all(kind))]
            assert [item["id"] for item in items] == [thing["id"] for thing in things][:100]
            for item, thing in zip(items, things, strict=False):
                must_show(item, thing)

    @invariant()
    def events_agree(self):
        """The events are equal, in order, moments and data."""
        new = len(self.model.events) - self.compared
        events = self.call("GET", f"/v2/events?limit={min(new + 1, 100)}").data["data"]
        fresh = [*reversed(events)][-new:] if new else []
        readable = self.model.readable_events()
        for event, (type_, thing, at) in zip(fresh, readable[-new:] if new else [], strict=True):
            assert (event["type"], event["created_at"]) == (type_, moment(at))
            if self.summaries:
                names = self.summaries[thing["object"]]
                assert [*event["data"]] == names
                thing = {name: thing[name] for name in names if name in thing}
            if self.model.options["empty_for_null"]:
                assert None not in event["data"].values()
                thing = {name: "" if value is None else value for name, value in thing.items()}
            must_show(event["data"], thing)
        self.compared = len(self.model.events)

    def teardown(self):
        """Unless a check has failed, check the whole history."""
        if sys.exc_info()[0] is None:
            self.screenshots_agree()
            self.whole_story_agrees()
            self.events_are_forgotten()
        self.product.worlds.drop(self.world)

    def screenshots_agree(self):
        for run in self.model.all("task_run"):
            screenshots = self.walk(f"task-runs/{run['id']}/screenshots", 100)
            shots = [moment(at) for at in self.model.shots(run)]
            assert [shot["created_at"] for shot in screenshots] == shots
            assert all(shot["reasoning"] for shot in screenshots)

    def whole_story_agrees(self):
        ids = [event["id"] for event in self.walk("events", 7)]
        assert len({*ids}) == len(ids) == len(self.model.readable_events())
        assert self.call("GET", "/_sim/world").data["crashes"] == []

    def events_are_forgotten(self):
        """The last event is listed for exactly 30 days."""
        self.pass_time(LONGEST)
        self.events_agree()
        self.pass_time(EVENTS_ARE_KEPT - (self.model.now - self.model.events[-1][2]))
        for _ in "ab":
            assert len(self.walk("events", 100)) == len(self.model.readable_events())
            self.pass_time(1)

    def walk(self, path, limit, between=lambda: None):
        items, cursor = [], ""
        while cursor is not None:
            page = self.call("GET", f"/v2/{path}?limit={limit}&cursor={cursor}").data
            assert page["has_more"] == (page["next_cursor"] is not None)
            items, cursor = [*items, *page["data"]], page["next_cursor"]
            between()
        return items
