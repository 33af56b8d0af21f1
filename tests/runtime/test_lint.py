"""The lint rules: what each finds, and what it accepts."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from deck_sim.engine.deliveries import AttemptResult
from deck_sim.engine.world import FROZEN_START
from deck_sim.runtime.journal import Call
from deck_sim.runtime.lint import LINT_RULES, find_problems
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.settings import Settings
from deck_sim.runtime.simulation import Simulation
from deck_sim.scenario.library import Library, shipped

BODY = {"connection_id": "conn_1"}
RUN, START = "/v2/task-runs/trun_1", "/v2/tasks/task_1/run"
ANSWER = f"{RUN}/interaction"
KEYED, OTHER = {"idempotency-key": "k"}, {"idempotency-key": "l"}


def at(seconds):
    return FROZEN_START + timedelta(seconds=seconds)


def call(seconds, what, status=200, body=None, headers=None, after=0, **answered):
    """A call in the journal; `after` counts the timeline entries before it."""
    id_, answered = f"req_{seconds}_{what}_{status}", {"id": "x", **answered}
    sent = (at(seconds), id_, *what.split(), "", status, dump_json(body))
    return Call(*sent, (), None, after, headers or {}, answered)


def read(seconds, status, path=RUN):
    """A read that showed this status."""
    found = call(seconds, f"GET {path}")
    found.answered["status"] = status
    return found


def tried(seconds, status=200, fault=None):
    return AttemptResult(at(seconds), 1, status == 200, status, None, 1, {}, {}, fault)


@pytest.fixture
def found():
    """Return the names and sentences of the findings in these calls."""

    def found(*calls, attempts=(), lines=(), mode="frozen", edition="connections", **options):
        settings = Settings(edition=edition, mode=mode)
        simulation = Simulation("key", settings, Library(shipped()))
        for line in lines:
            simulation.world.note("task_run", "x", line)
        simulation.journal.extend(calls)
        if attempts:
            fields = {"event_type": "task_run.queued", "event_id": "evt_1"}
            made = simulation.world.create("event_delivery", fields, silent=True)
            simulation.world.attempts[made.id] = list(attempts)
        findings = find_problems(simulation, **options)
        return [(rule.name, finding.what) for rule, finding in findings]

    return found


def test_frequent_reads_are_a_finding(found):
    """Three reads of an unfinished run, each within the interval of the one before."""
    calls = [read(seconds / 2, "running") for seconds in range(4)]
    assert found(*calls) == [("polls_too_often", "`trun_1` was read 3 times within 1s of a read")]
    assert [name for name, _ in found(*calls[:3])] == ["polls_too_often"]
    assert found(*calls[:2]) == []


def test_a_frozen_clock_is_named_before_the_client_is_blamed(found):
    """Reads between which it did not move; other early reads are still the client's."""
    polls = [read(0, "running") for _ in range(4)]
    text = "this world's clock is frozen: `trun_1` was read 3 times, and nobody advanced the clock"
    assert found(*polls) == [("polls_a_frozen_clock", text)]
    assert [name for name, _ in found(*polls, mode="real")] == ["polls_too_often"]
    hasty = [read(seconds / 2, "running") for seconds in range(4)]
    assert [name for name, _ in found(*polls, *hasty)] == [
        "polls_a_frozen_clock",
        "polls_too_often",
    ]
    assert [name for name, _ in found(*polls[:3])] == ["polls_a_frozen_clock"]
    assert found(*polls[:2]) == found(*polls, poll_interval=timedelta(0)) == []


@pytest.mark.parametrize(
    ("path", "status", "count"), [("credentials", "unverified", 1), ("tasks", "learning", 0)]
)
def test_polling_is_about_resources_that_a_client_waits_for(found, path, status, count):
    """A credential changes by itself; a task does not."""
    calls = [read(seconds / 2, status, f"/v2/{path}/x_1") for seconds in range(4)]
    assert len(found(*calls, edition="credentials")) == count


def test_a_read_right_after_a_delivery_is_not_polling(found):
    """Each delivery excuses one read."""
    calls = [*[read(0, "completed")] * 5, *[read(9, "completed")] * 2]
    attempts = [tried(n) for n in (0, 0, 0, 7, 9.5)]
    what = "`trun_1` was read 3 times after it was `completed`"
    assert found(*calls, attempts=attempts) == [("polls_what_is_finished", what)]
    assert found(*calls[:5], attempts=attempts) == []
    assert found(*[read(0, "running")] * 5, attempts=attempts) == []
    assert found(*[read(1, "completed")] * 5, attempts=attempts) == []
    assert found(start(0, 201), start(0, 201), *calls[:5], attempts=attempts[:3]) == []


def test_other_reads_are_not_a_finding(found):
    """Slow ones, those of different runs or of no run, and any on a clock that jumps."""
    half = timedelta(milliseconds=500)
    findings = [
        found(*(read(0, "running") for n in range(9)), mode="on_poll"),
        found(*(read(n / 2, "running") for n in range(9)), poll_interval=half),
        *(
            found(*calls)
            for calls in (
                [read(n, "running") for n in range(9)],
                [read(0, "running", f"/v2/task-runs/trun_{n}") for n in range(9)],
                [read(0, "live", "/v2/tasks/task_1")] * 9,
                [call(0, f"GET {RUN}", 404)] * 9,
                [call(0, "GET /v2/agents")] * 9,
                [call(0, "GET /v2/nothing/x")] * 9,
            )
        ),
    ]
    assert findings == [[]] * 8


def test_reads_of_a_finished_run_are_a_finding(found):
    """One further read is allowed; two are polling."""
    for status in ("completed", "failed", "canceled"):
        calls = [read(0, "running"), *(read(10 * n, status) for n in range(1, 4))]
        assert found(*calls[:3]) == []
        what = f"`trun_1` was read 2 times after it was `{status}`"
        assert found(*calls) == [("polls_what_is_finished", what)]


def start(seconds, status, headers=None, body=BODY):
    """A call that starts a run."""
    return call(seconds, f"POST {START}", status, body, headers)


def test_an_unsafe_retry_of_a_create_is_a_finding(found):
    """The failed call may have been done."""
    for headers, again, how in (
        (None, None, "without an"),
        (KEYED, OTHER, "with another"),
        (KEYED, None, "with another"),
    ):
        what = f"`POST {START}` failed with 503 and was sent again {how} idempotency key"
        findings = found(start(0, 503, headers), start(1, 201, again))
        assert findings == [("retries_without_key", what)]


def test_a_retry_of_a_create_without_an_answer_is_a_finding(found):
    """Whether the call was done or not: the client cannot know."""
    what = f"`POST {START}` got no answer (fault `reset`) and was sent again without an"
    for status in (0, 201):
        lost = replace(start(0, status), unanswered="fault `reset`")
        assert found(lost, start(1, 201)) == [("retries_without_key", f"{what} idempotency key")]
        assert found(replace(lost, headers=KEYED), start(1, 201, KEYED)) == []


def test_a_safe_retry_is_not_a_finding(found):
    """The same key, another body, a refusal, or a read."""
    for calls in (
        [start(0, 503, KEYED), start(1, 201, KEYED)],
        [start(0, 201), start(1, 201)],
        [start(0, 400), start(1, 201)],
        [start(0, 503), start(1, 201, body={"connection_id": "conn_2"})],
        [start(0, 503)],
        [call(0, f"GET {RUN}", 503), call(1, f"GET {RUN}", 503)],
    ):
        assert found(*calls) == []


def test_a_call_before_retry_after_is_a_finding(found):
    """After a 429 any call; after another refusal the same one."""
    for status, seconds, later, path, text in (
        (429, "10", 3, "/v2/agents", "after 3s"),
        (429, "10", 0, None, None),
        (429, "3", 3, "/v2/agents", None),
        (503, "9", 1, "/v2/agents", None),
        (503, "9", 1, "/v2/test", "after 1s"),
        (503, "Wed", 1, "/v2/test", None),
    ):
        first = call(0, "GET /v2/test", status, retry_after=seconds)
        calls = [first, call(later, f"GET {path}")] if path else [start(0, 429), first]
        what = [w for name, w in found(*calls) if name == "ignores_retry_after"]
        assert [text in w for w in what] == [True] * (text is not None)


@pytest.mark.parametrize(
    ("calls", "attempts", "count"),
    [
        ([start(0, 201), start(5, 201)], [tried(0, 500), tried(5)], 1),
        ([start(0, 201), start(5, 201)], [tried(0), tried(5)], 1),
        ([start(5, 201), start(5.5, 201)], [tried(5), tried(5)], 1),
        ([start(0, 201), start(0.5, 201)], [tried(0, fault="duplicate")], 1),
        ([start(0, 201), start(0.5, 201)], [tried(0, fault="delay")], 0),
        ([start(0, 201)], [tried(0, fault="duplicate")], 0),
        ([start(0, 201, KEYED), start(5, 201, KEYED)], [tried(0), tried(5)], 0),
        ([start(0, 201), start(3, 201)], [tried(0), tried(5)], 0),
        ([start(0, 201), start(7, 201)], [tried(0), tried(5)], 0),
        ([start(0, 201), start(5, 201, body={})], [tried(0), tried(5)], 0),
        ([start(0, 201)], [tried(0), tried(5)], 0),
        ([start(0, 201), start(5, 201)], [tried(0)], 0),
        ([read(0, "running"), read(5, "running")], [tried(0), tried(5)], 0),
    ],
)
def test_a_delivery_that_is_handled_twice_is_a_finding(found, calls, attempts, count):
    """Two attempts caused the same write, without a common idempotency key."""
    what = "`task_run.queued` (evt_1) was delivered twice, and `POST /v2/tasks/task_1/run` was"
    findings = found(*calls, attempts=attempts)
    assert findings == [("handles_a_delivery_twice", f"{what} called twice")] * count


def answer(seconds, status, code="1"):
    """A call that answers a prompt; before it the timeline has one entry for each second."""
    return call(seconds, f"POST {ANSWER}", status, {"inputs": {"code": code}}, after=seconds)


WRONG, MOVED = "wrong answer, 1 of 3", "interaction_required -> interaction_required"


@pytest.mark.parametrize(
    ("calls", "lines", "why"),
    [
        ([answer(0, 200), answer(1, 409)], [MOVED], "although it had been accepted"),
        ([answer(0, 200), answer(1, 200)], [WRONG], "although it was wrong"),
        ([answer(0, 200), answer(1, 200)], [MOVED], None),
        ([answer(0, 200), answer(1, 200)], [MOVED, WRONG], None),
        ([answer(0, 400), answer(1, 200)], [MOVED], None),
        ([answer(0, 200), answer(1, 200, code="2")], [WRONG], None),
    ],
)
def test_an_answer_that_is_submitted_twice_is_a_finding(found, calls, lines, why):
    """A second prompt may ask for the same, and a refused call may be corrected."""
    what = [f"`POST {ANSWER}` was sent again {why}"] if why else []
    assert [w for _, w in found(*calls, lines=lines)] == what


def test_each_rule_has_a_reason_and_a_remedy():
    """In whole sentences; names are unique."""
    assert len({rule.name for rule in LINT_RULES}) == len(LINT_RULES) == 7
    assert all(text.endswith(".") for rule in LINT_RULES for text in (rule.why, rule.fix))


def test_the_page_on_testing_has_a_row_for_each_rule():
    page = Path(__file__).parents[2].joinpath("docs/testing.md").read_text()
    assert all(f"\n| `{rule.name}` | " in page for rule in LINT_RULES)
