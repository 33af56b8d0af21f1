"""What must hold of any world, whatever was done: read from the API alone, without the model."""

import re

# What the ids of a kind begin with, and the numbers of answers: of calls of Deck, and of control.
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
ASKED = ("running", "interaction_required", "failed")
# What may follow what; `None` is what a thing begins as. From sections 3 and 4 of the contract.
MAY_FOLLOW = {
    "connections": {
        "connection": {
            None: ("connecting",),
            "connecting": ("connected", "interaction_required", "invalid", "terminated"),
            "interaction_required": (
                "connected",
                "interaction_required",
                "invalid",
                "disconnected",
                "terminated",
            ),
            "connected": ("disconnected", "invalid", "terminated"),
            "disconnected": ("connecting", "terminated"),
            "invalid": ("terminated",),
        },
        "task_run": {
            None: ("queued",),
            "queued": ("running", "failed", "canceled"),
            "running": ("interaction_required", "pending", "completed", "failed", "canceled"),
            "interaction_required": ASKED,
            "pending": ("completed", "failed", "canceled"),
        },
    },
    "credentials": {
        "credential": {
            None: ("created",),
            "created": ("verified", "invalid", "deleted"),
            "unverified": ("verified", "invalid", "deleted"),
            "verified": ("unverified", "invalid", "deleted"),
            "invalid": ("unverified", "verified", "deleted"),
        },
        "session": {
            None: ("queued",),
            "queued": ("running", "completing", "failed"),
            "running": ("idle", "completing", "failed"),
            "idle": ("running", "completing", "failed"),
            "completing": ("completed",),
        },
        "task_run": {
            None: ("queued",),
            "queued": ("running", "failed", "canceling"),
            "running": (
                "interaction_required",
                "review_required",
                "completed",
                "failed",
                "canceling",
            ),
            "interaction_required": (*ASKED, "canceling"),
            "review_required": ("completed", "failed", "canceling"),
            "canceling": ("canceled",),
        },
    },
}
FINISHED = ("completed", "failed", "canceled", "terminated", "deleted")


class Laws:
    """What was seen of a world, and what must hold of what comes next."""

    def __init__(self, edition):
        self.tables = MAY_FOLLOW[edition]
        self.ids, self.last_moment, self.words, self.finished = set(), "", {}, {}

    def see_new(self, kind, id_):
        """Something new has an id that nothing else has, and that looks as ids of its kind do."""
        assert id_ not in self.ids, f"{id_} comes twice"
        assert re.fullmatch(f"({PREFIXES[kind]})_[A-Za-z0-9]{{16}}", id_), f"{id_} is no id"
        self.ids.add(id_)

    def see_answer(self, answer):
        """Each answer has a number of its own, unless it is the one that was given before."""
        if "deck-sim-replayed" not in answer.headers:
            self.see_new("answer", answer.data["request_id"])

    def see_event(self, event):
        """A new event: a new id, no earlier than the last, a step that its table has."""
        self.see_new("event", event["id"])
        assert event["created_at"] >= self.last_moment, f"{event['id']} is out of order"
        self.last_moment = event["created_at"]
        kind, word = event["type"].split(".")
        if kind in self.tables:
            id_ = event["data"]["id"]
            before = self.words.get(id_, [None])[-1]
            assert word in self.tables[kind].get(before, ()), f"{id_}: {before} -> {word}"
            self.words.setdefault(id_, []).append(word)

    def see(self, thing):
        """A thing as it is shown: if it was over, as it was."""
        if thing["id"] not in self.ids:
            self.see_new(thing["object"], thing["id"])
        assert thing["updated_at"] >= thing["created_at"], thing
        was = self.finished.get(thing["id"], thing)
        renamed = {"external_id", "updated_at"} if thing["object"] == "connection" else set()
        for name in was.keys() - renamed:
            assert thing[name] == was[name], f"{thing['id']} was over, and its `{name}` changed"
        if thing.get("status") in FINISHED:
            self.finished[thing["id"]] = thing

    def see_timeline(self, entries):
        """All that happened: one event for each step."""
        steps = {}
        for entry in entries:
            if entry["kind"] in self.tables and (
                " -> " in entry["what"] or "created" in entry["what"]
            ):
                steps[entry["id"]] = steps.get(entry["id"], 0) + 1
        assert steps == {id_: len(words) for id_, words in self.words.items()}
