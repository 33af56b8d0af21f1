from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.call_journal import Call
from deck_sim.runtime.lint import LINT_RULES, POLL_INTERVAL
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, shipped

RUN, START = "/v2/task-runs/trun_1", "/v2/tasks/task_1/run"
ANSWER = f"{RUN}/interaction"
KEYED, OTHER = {"idempotency-key": "k"}, {"idempotency-key": "l"}
BODY = {"connection_id": "conn_1"}


def at(seconds):
    return FROZEN_START + timedelta(seconds=seconds)


def call(seconds, what, status=200, body=None, headers=None, after=0, **answered):
    """A call in the journal; `after` counts the timeline entries before it."""
    id_, answered = f"req_{seconds}_{what}_{status}", {"id": "x", **answered}
    sent = (at(seconds), id_, *what.split(), "", status, dump_json(body))
    return Call(*sent, (), None, after, headers or {}, answered, caused=(0, 0))


def read(seconds, status, path=RUN):
    shown_read = call(seconds, f"GET {path}")
    shown_read.answered["status"] = status
    return shown_read


def start(seconds, status, headers=None, body=BODY):
    return call(seconds, f"POST {START}", status, body, headers)


def answer(seconds, status, code="1"):
    """A call that answers a prompt; before it the timeline has one entry for each second."""
    return call(seconds, f"POST {ANSWER}", status, {"inputs": {"code": code}}, after=seconds)


def tried(seconds, status=200, fault=None):
    return AttemptResult(at(seconds), 1, status == 200, status, None, 1, {}, {}, fault)


def find(
    calls, attempts=(), lines=(), mode="frozen", edition="connections", interval=POLL_INTERVAL
):
    """The names and sentences of the findings in these calls."""
    simulation = Simulation("key", Settings(edition=edition, mode=mode), Library(shipped()))
    for line in lines:
        simulation.world.note("task_run", "x", line)
    for call in calls:
        simulation.journal.append(call)
    if attempts:
        fields = {"event_type": "task_run.queued", "event_id": "evt_1"}
        delivery = simulation.world.create("event_delivery", fields, silent=True)
        simulation.world.delivery_log[delivery.id] = [*attempts]
    return [(rule.name, what) for rule in LINT_RULES for what, _ in rule.find(simulation, interval)]


def check(rule, *cases):
    """Each case has the parts of the only finding, or none, and the arguments of `find`."""
    wrong = []
    for texts, calls, *arguments in cases:
        findings = find(calls, *arguments[:2], **dict(*arguments[2:]))
        fits = [name == rule and all(text in what for text in texts) for name, what in findings]
        if fits != ([True] if texts else []):
            wrong.append((texts, findings))
    assert wrong == []


STUCK = [read(0, "running")] * 4
HASTY = [read(seconds / 2, "running") for seconds in range(4)]
HALF = {"interval": timedelta(milliseconds=500)}
NEVER = {"interval": timedelta()}


def test_frequent_reads_are_a_finding():
    stored = [read(seconds / 2, "unverified", "/v2/credentials/x_1") for seconds in range(4)]
    learning = [read(seconds / 2, "learning", "/v2/tasks/x_1") for seconds in range(4)]
    other = {"edition": "credentials"}
    check(
        "polls_too_often",
        (["`trun_1` was read again less than 1s after the last read, 3 times"], HASTY),
        (["less than 1s after the last read, 2 times"], HASTY[:3]),
        ([], HASTY[:2]),
        (["less than 1s after the last read, 3 times"], STUCK, (), (), {"mode": "real"}),
        ([], STUCK, (), (), NEVER),
        (["less than 1s after the last read, 3 times"], stored, (), (), other),
        ([], learning, (), (), other),
        ([], STUCK, (), (), {"mode": "on_poll"}),
        ([], HASTY, (), (), HALF),
        ([], [read(n, "running") for n in range(9)]),
        ([], [read(0, "running", f"/v2/task-runs/trun_{n}") for n in range(9)]),
        ([], [read(0, "live", "/v2/tasks/task_1")] * 9),
        ([], [call(0, f"GET {RUN}", 404)] * 9),
        ([], [call(0, "GET /v2/agents")] * 9),
        ([], [call(0, "GET /v2/nothing/x")] * 9),
    )


def test_a_frozen_clock_is_named_before_the_client_is_blamed():
    """Reads between which something happened, or during an advance, are no polls."""
    text = "this world's clock is frozen: `trun_1` was read 4 times, and nobody advanced the clock"
    pairs = [read(seconds, "running") for seconds in (0, 0, 10, 10, 20, 20)]
    check(
        "polls_a_frozen_clock",
        ([text], STUCK),
        (["3 times"], [*STUCK[:3], *pairs[2:]]),
        ([], STUCK[:2]),
        ([], pairs),
        ([], [replace(read(0, "running"), after=after) for after in range(9)]),
        ([], [replace(read(0, "running"), caused=())] * 9),
        ([], STUCK, (), (), NEVER),
    )
    names = [name for name, _ in find([*STUCK, *HASTY])]
    assert names == ["polls_a_frozen_clock", "polls_too_often"]


def test_a_program_that_sleeps_in_the_world_polls_no_frozen_clock(
    api, sim, receiver, subscribe, run_task
):
    """Its handler reads the run at the same moments, while the clock is being advanced."""
    prompt = {"type": "mfa", "message": "Code?", "fields": [{"name": "code", "type": "string"}]}
    pause = {"interaction_required": {**prompt, "timeout": "10s"}}
    steps = [{"queued": "10s"}, {"running": "10s"}, pause, {"running": "1s"}, "completed"]
    added = sim.put("/scenarios/slow", json={"summary": "Slow.", "task_run": steps})
    assert added.status_code == 200, added.text

    def handle(arrival, line):
        run = arrival.data["data"]
        for _ in range(2):
            api.get(f"/task-runs/{run['id']}")
        return 200

    subscribe("task_run.running", "task_run.interaction_required")
    receiver.say(handle)
    run = run_task("slow")
    while run["status"] != "failed":
        sim.post("/clock/advance", json={"sleep": "5000ms"}).raise_for_status()
        run = api.get(f"/task-runs/{run['id']}").json()
    assert receiver.types() == ["task_run.running", "task_run.interaction_required"]
    assert sim.get("/lint").json()["data"] == []


def test_reads_of_a_finished_run_are_a_finding():
    """One further read is allowed; two are polling. Each delivery excuses one read."""
    calls = [*[read(0, "completed")] * 5, *[read(9, "completed")] * 2]
    attempts = [tried(n) for n in (0, 0, 0, 7, 9.5)]
    check(
        "polls_what_is_finished",
        *(
            ([f"read 2 times after it was `{status}`"], [read(10 * n, status) for n in range(3)])
            for status in ("completed", "failed", "canceled")
        ),
        ([], [read(0, "running"), read(10, "failed"), read(20, "failed")]),
        (["read 3 times after it was `completed`"], calls, attempts),
        ([], calls[:5], attempts),
        ([], [read(0, "running")] * 5, attempts),
        ([], [read(1, "completed")] * 5, attempts),
        ([], [start(0, 201, KEYED), start(0, 201, KEYED), *calls[:5]], attempts[:3]),
    )


def test_an_unsafe_retry_of_a_create_is_a_finding():
    """The failed call may have been done, also if it got no answer."""
    what = f"`POST {START}` failed with 503 and was sent again"
    lost = [replace(start(0, status), unanswered="fault `reset`") for status in (0, 201)]
    silent = f"`POST {START}` got no answer (fault `reset`) and was sent again without an"
    check(
        "retries_without_key",
        ([f"{what} without an idempotency key"], [start(0, 503), start(1, 201)]),
        ([what, "with another"], [start(0, 503, KEYED), start(1, 201, OTHER)]),
        ([what, "with another"], [start(0, 503, KEYED), start(1, 201)]),
        *(([silent], [start_lost, start(1, 201)]) for start_lost in lost),
        *(([], [replace(start_lost, headers=KEYED), start(1, 201, KEYED)]) for start_lost in lost),
        ([], [start(0, 503, KEYED), start(1, 201, KEYED)]),
        ([], [start(0, 201), start(1, 201)]),
        ([], [start(0, 400), start(1, 201)]),
        ([], [start(0, 503), start(1, 201, body={"connection_id": "conn_2"})]),
        ([], [start(0, 503)]),
        ([], [call(0, f"GET {RUN}", 503), call(1, f"GET {RUN}", 503)]),
    )


def test_a_call_before_retry_after_is_a_finding():
    """After a 429 any call; after another refusal the same one."""
    check(
        "ignores_retry_after",
        *(
            (texts, [call(0, "GET /v2/test", status, retry_after=seconds), *later])
            for texts, status, seconds, later in (
                (["a 429 asked to wait 10", "after 3s"], 429, "10", [call(3, "GET /v2/agents")]),
                ([], 429, "10", []),
                ([], 429, "3", [call(3, "GET /v2/agents")]),
                ([], 503, "9", [call(1, "GET /v2/agents")]),
                (["after 1s"], 503, "9", [call(1, "GET /v2/test")]),
                ([], 503, "Wed", [call(1, "GET /v2/test")]),
                ([], 429, "1", [replace(call(0, "GET /v2/test"), real_ns=1_100_000_000)]),
            )
        ),
    )


def test_a_delivery_that_is_handled_twice_is_a_finding():
    what = "`task_run.queued` (evt_1) was delivered twice, and `POST /v2/tasks/task_1/run` was"
    what, twice = [f"{what} called twice"], [tried(0), tried(5)]
    check(
        "handles_a_delivery_twice",
        (what, [start(0, 201), start(5, 201)], [tried(0, 500), tried(5)]),
        (what, [start(0, 201), start(5, 201)], twice),
        (what, [start(5, 201), start(5.5, 201)], [tried(5), tried(5)]),
        (what, [start(0, 201), start(0.5, 201)], [tried(0, fault="duplicate")]),
        ([], [start(0, 201), start(0.5, 201)], [tried(0, fault="delay")]),
        ([], [start(0, 201)], [tried(0, fault="duplicate")]),
        ([], [start(0, 201, KEYED), start(5, 201, KEYED)], twice),
        ([], [start(0, 201), start(3, 201)], twice),
        ([], [start(0, 201), start(7, 201)], twice),
        ([], [start(0, 201), start(5, 201, body={})], twice),
        ([], [start(0, 201)], twice),
        ([], [start(0, 201), start(5, 201)], [tried(0)]),
        ([], [read(0, "running"), read(5, "running")], twice),
    )


def test_an_answer_that_is_submitted_twice_is_a_finding():
    """A second prompt may ask for the same, and a refused call may be corrected."""
    wrong, moved = "wrong answer, 1 of 3", "interaction_required -> interaction_required"
    sent = f"`POST {ANSWER}` was sent again with an answer that"
    check(
        "submits_an_answer_twice",
        ([sent, "had been accepted"], [answer(0, 200), answer(1, 409)], (), [moved]),
        ([sent, "had been wrong"], [answer(0, 200), answer(1, 200)], (), [wrong]),
        ([], [answer(0, 200), answer(1, 200)], (), [moved]),
        ([], [answer(0, 200), answer(1, 200)], (), [moved, wrong]),
        ([], [answer(0, 400), answer(1, 200)], (), [moved]),
        ([], [answer(0, 200), answer(1, 200, code="2")], (), [wrong]),
    )


def test_the_page_on_testing_has_a_row_for_each_rule():
    page = Path(__file__).parents[2].joinpath("docs/testing.md").read_text()
    assert all(f"\n| `{rule.name}` | " in page for rule in LINT_RULES)
