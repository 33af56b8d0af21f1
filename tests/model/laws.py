"""Rules that hold in any world, checked on answers of the API, without the model."""

import re
from datetime import UTC, datetime

from deck_sim.contract.editions import EDITIONS

# The prefixes of ids; answers have numbers: `req` of the Deck API, `ctl` of the control API.
PREFIXES = {
    "agent": "agt",
    "source": "src",
    "task": "task",
    "connection": "conn",
    "credential": "cred",
    "session": "sess",
    "task_run": "trun",
    "event": "evt",
    "answer": "req|ctl",
}


def words_after(edition, kind):
    """By the word of an event, the words that may follow it; `None` is before the first.

    The rows come from the product: tests/contract/test_machines.py is their judge.
    """
    row = EDITIONS[edition].kinds[kind]
    first, event = row.machine.initial, row.machine.events.__getitem__
    after = {event(s): [event(n) for n in follows] for s, follows in row.machine.follows.items()}
    if "created" in row.lifecycle:  # the creation is an event instead of the first status
        return {None: ["created"], "created": after[event(first)], **after}
    return {None: [event(first)], **after}


KINDS = {
    "connections": ("connection", "task_run"),
    "credentials": ("credential", "session", "task_run"),
}
FINISHED = ("completed", "failed", "canceled", "terminated", "deleted")


class Laws:
    """The answers of one world so far, and checks of the next ones."""

    def __init__(self, edition):
        self.tables = {kind: words_after(edition, kind) for kind in KINDS[edition]}
        self.ids, self.words, self.finished = set(), {}, {}
        self.last_moment = datetime.min.replace(tzinfo=UTC)

    def see_new(self, kind, id_):
        assert id_ not in self.ids, f"{id_} is used twice"
        assert re.fullmatch(f"({PREFIXES[kind]})_[A-Za-z0-9]{{16}}", id_), f"{id_} is not an id"
        self.ids.add(id_)

    def see_answer(self, answer):
        """Each answer has a number of its own, unless it is a replay."""
        if "deck-sim-replayed" not in answer.headers:
            self.see_new("answer", answer.data["request_id"])

    def see_event(self, event):
        """A new event has a new id, is no earlier than the last, and its status may follow."""
        self.see_new("event", event["id"])
        moment = datetime.fromisoformat(event["created_at"])
        assert moment >= self.last_moment, f"{event['id']} is out of order"
        self.last_moment = moment
        kind, word = event["type"].split(".")
        if kind in self.tables:
            id_ = event["data"]["id"]
            before = self.words.get(id_, [None])[-1]
            assert word in self.tables[kind].get(before, ()), f"{id_}: {before} -> {word}"
            self.words.setdefault(id_, []).append(word)

    def see(self, thing):
        """A final resource does not change."""
        if thing["id"] not in self.ids:
            self.see_new(thing["object"], thing["id"])
        created, updated = map(datetime.fromisoformat, (thing["created_at"], thing["updated_at"]))
        assert updated >= created, thing
        was = self.finished.get(thing["id"], thing)
        renamed = {"external_id", "updated_at"} if thing["object"] == "connection" else set()
        for name in was.keys() - renamed:
            assert thing[name] == was[name], f"{thing['id']} was final, and its `{name}` changed"
        if thing.get("status") in FINISHED:
            self.finished[thing["id"]] = thing

    def see_timeline(self, entries):
        """The timeline has one event for each transition."""
        steps = {}
        for entry in entries:
            is_step = " -> " in entry["what"] or "created" in entry["what"]
            if entry["kind"] in self.tables and is_step:
                steps[entry["id"]] = steps.get(entry["id"], 0) + 1
        assert steps == {id_: len(words) for id_, words in self.words.items()}
