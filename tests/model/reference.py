"""The contract of both editions as a second, plain implementation: dicts, lists and ifs.

It is written from the contract and imports nothing of the product. Time is in whole seconds since
the start. A thing is a dict with the fields that the API must show, and private ones that begin
with `_`. A call that must be refused raises `Refused` before it changes anything.
"""

from typing import ClassVar

from .scripts import read_step, seconds

SILENCE, WINDOW, ATTEMPTS = 30 * 60, 5 * 60, 3
BETWEEN_SHOTS, SHOTS_ARE_KEPT = 5, 15 * 24 * 3600
A_DAY, EVENTS_ARE_KEPT = 24 * 3600, 30 * 24 * 3600
RESULTS = {"completed": "success", "failed": "failure", "canceled": "unknown"}
FINISHED = (*RESULTS,)
USUALLY = {
    "task_run": {
        "on_rejected": [{"failed": "auth/mfa_invalid"}],
        "on_timeout": [{"failed": "interaction/interaction_timeout"}],
    },
    "connection": {"on_rejected": ["invalid"], "on_timeout": ["disconnected"]},
}


class Refused(Exception):
    """A call that must be answered with this HTTP status and these error codes."""

    def __init__(self, status, *codes):
        super().__init__(status, codes)
        self.status, self.codes = status, [*codes]


class Reference:
    """The part of both editions: clock, scripts, agents, sources, tasks, runs."""

    review = ""  # the status in which a reviewer has to decide
    cancelable = ()
    answers_in = ""  # the key of an answer's body
    commands: ClassVar = {}  # by name: the statuses that allow it, and the one that it leads to

    def __init__(self):
        self.now, self.order = 0, 0
        self.things, self.events, self.timers, self.stories = {}, [], [], {}
        self.answers = {}  # by idempotency key
        self.options = {"timeout_cap": None, "screenshots": False, "connection_idle": None}
        self.options["empty_for_null"] = False

    # Time

    def pass_time(self, length):
        """Fire all timers that are due by then, in order of moment and arming."""
        until = self.now + length
        while due := min((t for t in self.timers if t[0] <= until), default=None):
            self.timers.remove(due)
            self.now = due[0]
            self.fall_due(self.things[due[2]], due[3])
        self.now = until

    def next_due(self):
        """Seconds until the next timer, except screenshots, or None."""
        return min((at - self.now for at, *_, name in self.timers if name != "shot"), default=None)

    def arm(self, thing, name, length):
        """Set a timer; one of the same name is replaced."""
        self.disarm(thing, name)
        self.order += 1
        self.timers.append((self.now + length, self.order, thing["id"], name))

    def disarm(self, thing, *names):
        self.timers = [t for t in self.timers if t[2] != thing["id"] or t[3] not in names]

    def fall_due(self, thing, name):
        if name == "step":
            self.end_step(thing)
        elif name == "window":
            self.end_step(thing, self.branch(thing, "on_timeout"))
        elif name == "shot":
            thing["_shots"].append(self.now)
            self.arm(thing, "shot", BETWEEN_SHOTS)
        else:  # the task's timeout, or half an hour of silence
            self.fail(thing, "task/timeout")

    # Options

    def set_option(self, name, value):
        """Set an option of the world; one that changes counts from now."""
        changes = self.options[name] != value
        self.options[name] = value
        for thing in self.things.values() if changes else ():
            if name == "screenshots" and thing["object"] == "task_run":
                self.shoot(thing)
            elif name == "connection_idle" and thing["object"] == "connection":
                self.rest(thing)

    def shoot(self, run):
        self.disarm(run, "shot")
        if self.options["screenshots"] and run["status"] == "running":
            self.arm(run, "shot", BETWEEN_SHOTS)

    def shots(self, run):
        return [at for at in run["_shots"] if at >= self.now - SHOTS_ARE_KEPT]

    def above_cap(self, fields):
        """The codes of a timeout that the plan does not allow."""
        cap = self.options["timeout_cap"]
        timeout = fields.get("settings", {}).get("timeout_seconds", 0)
        return ["input_invalid"] if cap and timeout > cap else []

    # Things and their events

    def add(self, kind, answer, **fields):
        """Add a thing under the id that the product gave it."""
        moments = {"created_at": self.now, "updated_at": self.now}
        thing = {"id": answer.get("id"), "object": kind, **moments, **fields}
        self.things[thing["id"]] = thing
        return thing

    def all(self, kind):
        """The things of a kind in lists, oldest first."""
        every = self.things.values()
        return [thing for thing in every if thing["object"] == kind and "_gone" not in thing]

    def get(self, kind, id_):
        """The thing with an id; refuses unknown and deleted ones."""
        thing = self.things.get(id_)
        if thing is None or thing["object"] != kind or "_gone" in thing:
            raise Refused(404, f"{kind}_not_found")
        return thing

    def is_there(self, id_):
        return id_ in self.things and "_gone" not in self.things[id_]

    def show(self, thing):
        view = {name: value for name, value in thing.items() if not name.startswith("_")}
        if thing["object"] == "agent":
            tasks = [task for task in self.all("task") if task["agent_id"] == thing["id"]]
            names = ("id", "object", "name", "status")
            view["tasks"] = [{name: task[name] for name in names} for task in tasks]
        if "runtime_ms" in thing and "_started" in thing and thing["status"] not in FINISHED:
            view["runtime_ms"] = 1000 * (self.now - thing["_started"])
        return view

    def emit(self, what, thing):
        """Add an event, which keeps the thing as it is now."""
        self.events.append((f"{thing['object']}.{what}", self.show(thing), self.now))

    def readable_events(self):
        return [event for event in self.events if event[2] >= self.now - EVENTS_ARE_KEPT]

    def enter(self, thing, status, **fields):
        if "interaction" in thing:
            thing["interaction"] = None
        thing.update(status=status, updated_at=self.now, **fields)
        if "runtime_ms" in thing:
            self.count_runtime(thing)
        self.precede(thing)
        self.emit("canceling" if status == "cancelling" else status, thing)
        self.follow(thing)
        if thing["object"] == "task_run":
            self.shoot(thing)

    def count_runtime(self, thing):
        """Set `runtime_ms` of a run or session: from the first time in `running` to the end."""
        if thing["status"] == "running":
            thing.setdefault("_started", self.now)
        if thing["status"] in FINISHED:
            thing["runtime_ms"] = 1000 * (self.now - thing.get("_started", self.now))
            if thing["object"] == "task_run":
                if "result" in thing:
                    thing["result"] = thing["result"] or RESULTS[thing["status"]]
                self.stop(thing)

    def precede(self, thing):
        """Change other things before the event of a transition, as the edition does."""

    def follow(self, thing):
        """Change other things after a transition, as the edition does."""

    def live_runs(self, thing):
        users = (run for run in self.all("task_run") if run["status"] not in FINISHED)
        return [run for run in users if run.get(f"{thing['object']}_id") == thing["id"]]

    def fail(self, run, *errors):
        self.enter(run, "failed", errors=[*errors])

    # Scripts

    def begin(self, thing, steps):
        self.stories[thing["id"]] = {"steps": [*steps], "wrong": 0}
        self.play(thing)

    def stop(self, thing):
        self.stories.pop(thing["id"], None)
        self.disarm(thing, "step", "window", "silence", "timeout")

    def play(self, thing):
        """Play steps until one waits."""
        while (story := self.stories.get(thing["id"])) and story["steps"]:
            if self.do(thing, *read_step(story["steps"][0])):
                return
            story["steps"].pop(0)

    def do(self, thing, word, how):
        """Play a step; returns whether the story then waits."""
        run = thing["object"] == "task_run"
        if word == "interaction_required":
            fields = [{**field, "label": field["name"]} for field in how["fields"]]
            interaction = {"type": how["type"], "message": how["message"], "fields": fields}
            self.enter(thing, word, interaction=interaction)
            self.wait(thing, "window", seconds(how.get("timeout", f"{WINDOW}s")), silent=run)
            return True
        if word == "approval":
            self.enter(thing, self.review)
            self.wait(thing, "step", seconds(how) if how else None, silent=True)
            return True
        if word == "completed":
            more = {"result": how["result"]} if "result" in how else {}
            self.enter(thing, "completed", output=how.get("output"), **more)
        elif word == "canceled":
            self.cancel_run(thing)
        elif word == "failed" and run:
            self.fail(thing, how)
        elif word in ("failed", "invalid", "disconnected", "terminated"):
            self.enter(thing, word)
            self.stop(thing)
        else:
            if thing["status"] != word:
                self.enter(thing, word)
            length = None if how in (None, "stuck") else seconds(how)
            self.wait(thing, "step", length, silent=run and how == "stuck")
            return how is not None
        return False

    def wait(self, thing, name, length, *, silent):
        if silent:
            self.arm(thing, "silence", SILENCE)
        if length is not None:
            self.arm(thing, name, length)

    def branch(self, thing, name):
        """The steps that follow the last wrong answer, or the timeout, of a prompt."""
        step = read_step(self.stories[thing["id"]]["steps"][0])[1]
        return step.get(name, USUALLY[thing["object"]][name])

    def end_step(self, thing, branch=()):
        self.disarm(thing, "step", "window", "silence")
        story = self.stories[thing["id"]]
        story.update(steps=[*branch, *story["steps"][1:]], wrong=0)
        self.play(thing)

    # Calls that both editions have

    def need(self, thing, *statuses):
        if thing["status"] not in statuses:
            raise Refused(409, "state_invalid")

    def create(self, answer, kind, **fields):
        thing = self.add(kind, answer, **fields)
        self.emit("created", thing)
        return self.show(thing)

    def create_task(self, answer, agent_id, **fields):
        gone = [] if self.is_there(agent_id) else ["agent_not_found"]
        if wrong := gone + self.above_cap(fields):
            raise Refused(404 if gone else 400, *wrong)
        if fields.get("id") in self.things:
            raise Refused(409, "state_invalid")
        return self.create(answer, "task", **{"agent_id": agent_id, "status": "learning"} | fields)

    def update(self, kind, id_, **fields):
        """`PATCH` of an agent or a task: an event, unless it is empty."""
        thing = self.get(kind, id_)
        if wrong := self.above_cap(fields):
            raise Refused(400, *wrong)
        if fields:
            thing.update(fields, updated_at=self.now)
            self.emit("updated", thing)
        return self.show(thing)

    def delete(self, kind, id_):
        """`DELETE`: the second one gets the same answer."""
        thing = self.things[id_]
        if "_gone" not in thing:
            thing.update(updated_at=self.now)
            self.emit("deleted", thing)
            thing["_gone"] = True
        return {"id": id_, "object": kind, "deleted": True}

    def reset_task(self, id_):
        task = self.get("task", id_)
        task.update(status="learning", updated_at=self.now)
        self.emit("reset", task)
        return self.show(task)

    def begin_run(self, answer, task, steps, **uses):
        """Create a run; the answer shows it `queued`, even if its script moves it at once."""
        about = {"task_id": task["id"], "agent_id": task["agent_id"], **uses}
        empty = {"runtime_ms": 0, "output": None, "errors": [], "interaction": None}
        run = self.add("task_run", answer, status="queued", _shots=[], **about, **empty)
        self.emit("queued", run)
        view = self.show(run)
        self.arm(run, "timeout", task["settings"]["timeout_seconds"])
        self.begin(run, steps)
        return view

    def cancel(self, id_):
        run = self.get("task_run", id_)
        self.need(run, *self.cancelable)
        self.cancel_run(run)
        return self.show(run)

    def command(self, name, kind, id_):
        """Apply a command of a caller or of the website to a login."""
        statuses, status = self.commands[name]
        thing = self.get(kind, id_)
        self.need(thing, *statuses)
        self.enter(thing, status)
        self.stop(thing)
        return self.show(thing)

    def answer(self, kind, id_, inputs):
        thing = self.get(kind, id_)
        self.need(thing, "interaction_required")
        missing = [] if inputs.get("code") else ["input_missing"]
        wrong = [*missing, *("input_invalid" for name in inputs if name != "code")]
        if wrong:
            raise Refused(400, *wrong)
        story = self.stories[id_]
        step = read_step(story["steps"][0])[1]
        if step.get("accept", inputs) == inputs:
            self.end_step(thing)
        elif story["wrong"] + 1 < step.get("attempts", ATTEMPTS):
            story["wrong"] += 1
            self.play(thing)
        else:
            self.end_step(thing, self.branch(thing, "on_rejected"))
        return self.show(thing)

    def review_run(self, id_, *, approved):
        run = self.get("task_run", id_)
        self.need(run, self.review)
        self.end_step(run, () if approved else [{"failed": "task/review_rejected"}])
        return self.show(run)

    # Idempotency keys

    def recall(self, key, name):
        at, kept_name, answer = self.answers.get(key, (-A_DAY, None, None))
        if self.now - at >= A_DAY:
            return None
        if kept_name != name:
            raise Refused(409, "idempotency_error")
        return answer
