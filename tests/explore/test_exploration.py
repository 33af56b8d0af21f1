from contextlib import suppress
from functools import partial
from unittest.mock import ANY

import httpx2
import pytest

from deck_sim.explore import watch
from deck_sim.explore.exploration import Plan, Report, explore
from deck_sim.explore.watch import Life, Watch


@pytest.fixture
def run(server, sim, key):
    """A run of a program, which is a function; its failure is the text of the error."""

    def make(program):
        def run(watch):
            with watch.of(server.worlds, key):
                try:
                    program()
                except (AssertionError, httpx2.HTTPError) as error:
                    return f"{type(error).__name__} {getattr(error, 'code', '')}".rstrip()
                finally:
                    sim.delete("/world")

        return run

    return make


@pytest.fixture
def explored(run):
    """The report on a program; its progress is in `report.progress`."""

    def explored(program, **plan):
        baseline, run_program = Watch(), run(program)
        assert run_program(baseline) is None
        report = Report("it", "again {}".format)
        report.progress = []
        explore(
            baseline, run_program, Plan(**plan), report, lambda *row: report.progress.append(row)
        )
        return report

    return explored


@pytest.fixture
def create(api):
    """A program that makes an agent, and tries again if that fails."""

    def create():
        for _ in range(9):
            try:
                if api.post("/agents", json={"name": "a"}).is_success:
                    return
            except httpx2.TransportError:
                pass

    return create


def test_timelines_are_kept_on_demand(explored, create, monkeypatch):
    assert "timeline" not in explored(create).as_json()
    monkeypatch.setattr(watch, "_MOST_LINES", 3)
    report = explored(create, keeps_timelines=True).as_json()
    assert [text for _, text in report["timeline"]] == ["POST /v2/agents -> 201", ANY]
    timeline = report["results"][0]["timeline"]
    assert [text for _, text in timeline][0::3] == [
        "POST /v2/agents -> 201 (fault: lost_response)",
        "1 more line left out",
    ]
    for row in report["results"]:
        assert ("timeline" in row) == (row["verdict"] == "did not survive")


def test_a_program_runs_with_each_trouble(explored, create):
    report = explored(create)
    assert [(f"{result.trouble}", result.verdict) for result in report.results] == [
        ("lost_response at POST /v2/agents #1", "did not survive"),
        ("reset at POST /v2/agents #1", "survived"),
        ("unavailable at POST /v2/agents #1", "survived"),
        ("rate_limited at POST /v2/agents #1", "did not survive"),
        ("fails_again at POST /v2/agents #1", "did not survive"),
    ]
    assert [result.problems for result in report.results][:2] == [
        ["2 agents where the baseline has 1"],
        (),
    ]
    text = "the call is repeated before its `Retry-After` has passed"
    assert report.results[3].problems == [text]
    (finding,) = report.results[0].findings
    assert finding.startswith("retries_without_key: `POST /v2/agents` got no answer")
    assert report.progress == [(number, 5) for number in range(6)]
    assert (report.failed, report.not_tried) == (True, 0)


def test_a_call_that_is_repeated_too_early_is_a_finding(explored, api, sim):
    """Unless two seconds have passed; other calls may come meanwhile."""
    waits = {
        "no time": (lambda: None, True),
        "half": (lambda: sim.post("/clock/advance", json={"sleep": "1s"}), True),
        "all": (lambda: sim.post("/clock/advance", json={"sleep": "2s"}), False),
        "to a millisecond": (lambda: sim.post("/clock/advance", json={"sleep": "1.9995s"}), False),
    }

    def program(wait):
        while api.post("/agents", json={"name": "a"}).status_code == 429:
            api.post("/agents", json={"name": "another"})
            wait()

    for wait, is_finding in waits.values():
        report = explored(partial(program, wait), only=["rate_limited"])
        assert report.failed == is_finding


def test_a_read_may_be_repeated_by_another_part_of_the_program(explored, api, sim):
    def program():
        for _ in range(4):
            api.get("/agents")
        sim.post("/clock/advance", json={"sleep": "1s"})
        assert api.get("/agents").status_code == 200

    report = explored(program, only=["rate_limited at GET /v2/agents #1"])
    assert [result.verdict for result in report.results] == ["survived"]


def test_a_failure_is_named_instead_of_what_follows_from_it(explored, api):
    def program():
        api.post("/agents", json={"name": "a"}).raise_for_status()

    results = explored(program).results
    problems = {result.trouble.kind.name: result.problems for result in results}
    assert problems["unavailable"] == ["HTTPStatusError"]
    text = "Deck has one agent that the program does not know"
    assert problems["lost_response"] == [text, "RemoteProtocolError"]


def test_a_difference_of_worlds_stands_before_the_failed_assertion(explored, api):
    def program():
        path = f"/agents/{api.post('/agents', json={'name': 'a'}).json()['id']}"
        answer, _ = api.get(path), api.get(path)
        assert answer.is_success
        api.delete(path)

    (result,) = explored(program, only=["unavailable at GET /v2/agents/* #1"]).results
    text = "1 agent neither canceled nor deleted, where the baseline has 0"
    assert (result.cause, result.problems) == ("wrong state", [text, "AssertionError"])


def test_what_a_program_leaves_unused_when_it_stops_is_no_finding(explored, api, sim):
    def program():
        sim.post("/faults", json={"match": "GET /v2/agents", "status": 404})
        api.post("/agents", json={"name": "a"}).raise_for_status()
        api.get("/agents")

    (result,) = explored(program, only=["reset at POST /v2/agents #1"]).results
    assert (result.cause, result.findings) == ("not repeated", [])


def test_findings_of_the_baseline_are_not_repeated(explored, create, sim):
    def program():
        sim.post("/queue", json={"resource": "task_run", "scenarios": ["success"]})  # not played
        create()

    (result,) = explored(program, only=["lost_response"]).results
    assert [text.partition(":")[0] for text in result.findings] == ["retries_without_key"]


def test_the_number_of_runs_can_be_limited(explored, create):
    first = explored(create, limit=1)
    assert (len(first.results), first.not_tried) == (1, 4)
    answers = iter([True, True, False, False])
    timed = explored(create, may_begin=lambda: next(answers))
    assert (len(timed.results), timed.not_tried) == (2, 3)
    assert timed.summary().endswith("; 3 not tried (limit of runs or time)")


def test_some_troubles_alone_are_tried(explored, create):
    report = explored(create, only=["reset", "late"], skip=["lost_response"])
    assert [result.trouble.kind.name for result in report.results] == ["reset"]
    assert report.missing == ["late"]


def test_a_program_that_cannot_be_repeated_is_not_explored(explored, api):
    """Its second run fails, makes other calls, or has other worlds; the report says which."""
    calls = iter(["agents", "agents/1", None])

    def program():
        if path := next(calls):
            api.get(f"/{path}")

    report = explored(program)
    assert report.error.splitlines() == [
        "the two runs without trouble differ; make both do the same:",
        "  only in the first run: GET /v2/agents -> 200",
        "  only in the second run: GET /v2/agents/* -> 404",
    ]
    assert (report.failed, report.results) == (True, [])


def test_a_program_whose_second_run_fails_is_not_explored(explored, api):
    calls = iter(["a", ""])

    def program():
        api.get("/agents")
        assert next(calls)

    assert explored(program).error.endswith("same:\n  the second run fails: AssertionError")


def test_a_program_whose_second_run_ends_otherwise_is_not_explored(explored, api):
    """Its calls are the same."""
    keys = iter("aaab")

    def program():
        for _ in range(2):
            headers = {"Idempotency-Key": next(keys)}
            api.post("/agents", json={"name": "a"}, headers=headers)

    lines = explored(program).error.splitlines()
    assert lines[1:] == ["  2 agents where the baseline has 1"]


def test_a_trouble_whose_call_is_not_made_is_not_tested(explored, api):
    """Such as of a program that gives up before."""
    calls = iter(range(2))

    def program():
        number = next(calls, 2)
        api.post("/agents", json={"name": "a"})
        if number < 2:
            api.get("/agents")

    report = explored(program, only=["unavailable at GET /v2/agents #1"])
    (result,) = report.results
    assert (result.occurred, result.verdict, report.failed) == (False, "not tested", False)


def test_worlds_are_told_apart_by_when_they_began(explored, api, sim):
    """A world begins with the first call and with each reset; it has its own places."""

    def program():
        for _ in range(2):
            api.get("/agents")
            sim.post("/reset")

    report = explored(program, only=["unavailable"])
    assert [f"{result.trouble}" for result in report.results] == [
        "unavailable at GET /v2/agents #1 in world 1",
        "unavailable at GET /v2/agents #1 in world 2",
    ]
    assert [result.verdict for result in report.results] == ["survived", "survived"]


def test_other_worlds_in_the_second_run_are_named(explored, api, sim, key):
    rounds = iter([2, 1])

    def program():
        for _ in range(next(rounds)):
            api.get("/agents")
            sim.post("/reset")

    first, second = f"['{key}/1', '{key}/2']", f"['{key}/1']"
    assert explored(program).error.splitlines()[1:] == [
        f"  the first run called the worlds {first}, the second {second}; use the same API keys"
        " and resets in each run (a reset begins a key's next world)"
    ]


def test_worlds_that_are_still_there_are_looked_at_in_the_end(server, api, sim, key):
    """And all worlds of a server, if no key is given; others are not watched."""
    every, other = Watch(), Watch()
    with every.of(server.worlds), other.of(server.worlds, "another"):
        api.get("/agents")
        sim.post("/reset")
        api.post("/agents", json={"name": "a"})
    every.finish()
    assert [life.name for life in every.lives] == [f"{key}/1", f"{key}/2"]
    assert [life.outcome.counts["agent"] for life in every.lives] == [0, 1]
    assert other.lives == []
    assert (every.all_delivered, every.occurred) == (True, False)


def test_a_restored_world_is_noticed_if_its_key_is_watched(server, api, sim, key):
    watched, other = Watch(), Watch()
    with watched.of(server.worlds, key), other.of(server.worlds, "another"):
        snapshot = sim.post("/snapshots").json()["id"]
        for _ in range(2):  # the first replaces a world that began in the `with` block
            sim.post(f"/snapshots/{snapshot}/restore").raise_for_status()
    assert (watched.has_restored, other.has_restored) == (True, False)


def test_moves_of_the_clock_are_compared_as_far_as_both_runs_have_them(server, simulation):
    def life(*states):
        return Life("life", simulation(), server.worlds, states=[(state,) for state in states])

    assert not life("queued").differs(life("queued", "running"))
    assert life("queued").differs(life("running", "queued"))


def test_an_advance_waits_for_retries_if_all_was_delivered_without_trouble(
    explored, api, subscribe, receiver, simulation, sim
):
    waits = []

    def program():
        subscribe("agent.created")
        api.post("/agents", json={"name": "a"})
        sim.post("/clock/advance", json={"by": "1m"})
        waits.append(bool(simulation().exploration.finishes))

    assert not explored(program, only=["lost_once"]).failed
    receiver.say(500, 200, 200, 500, 200)
    explored(program, only=["duplicate"])
    assert waits == [False, False, True, False, False, False]


@pytest.fixture
def forget(api):
    """A program that makes an agent with a key, and forgets the key when it fails again."""

    def forget():
        for key in ("one", "one", "two"):
            with suppress(httpx2.TransportError):
                headers = {"Idempotency-Key": key}
                if api.post("/agents", json={"name": "a"}, headers=headers).is_success:
                    break

    return forget


PAIR = "lost_response at POST /v2/agents #1 and reset at POST /v2/agents #2"


def test_two_troubles_at_once_do_damage_that_each_alone_does_not(explored, forget):
    """Another place for the second one: the repetition."""
    report = explored(forget, only=["reset", "lost_response"], pairs=True)
    assert {result.verdict for result in report.results[:2]} == {"survived"}
    problems = {f"{result.trouble}": result.problems for result in report.results}
    assert problems[PAIR] == ["2 agents where the baseline has 1"]
    assert report.progress[3:] == [(number, 6) for number in range(2, 7)]


def test_a_pair_is_tried_once_in_the_order_of_its_places(explored, create, api):
    def program():
        create()
        for _ in range(2):
            with suppress(httpx2.TransportError):
                api.get("/agents")
                break

    report = explored(program, only=["reset"], pairs=True)
    write, read = "reset at POST /v2/agents #1", "reset at GET /v2/agents #1"
    pairs = [f"{write} and reset at POST /v2/agents #2", f"{write} and {read}"]
    assert [f"{result.trouble}" for result in report.results] == [write, read, *pairs]


def test_no_pair_repeats_what_a_trouble_alone_has_found(explored, create):
    """Here, that a write is repeated without a key."""
    report = explored(create, only=["reset", "lost_response"], pairs=True)
    names = [f"{result.trouble}" for result in report.results]
    assert names[0].startswith("lost_response at ")
    assert not [name for name in names[1:] if "lost_response" in name]


def test_a_pair_can_be_repeated_by_its_name(explored, forget):
    """After those of its troubles that are possible alone."""
    missing = f"{PAIR} in world 2"
    report = explored(forget, only=[PAIR, missing])
    assert [f"{result.trouble}" for result in report.results] == [PAIR.partition(" and ")[0], PAIR]
    assert (report.failed, report.missing) == (True, [missing])


def test_the_limit_is_for_pairs_too(explored, forget):
    report = explored(forget, only=["reset", "lost_response"], pairs=True, limit=3)
    assert (len(report.results), report.not_tried) == (3, 3)


RAISES = b"HTTP/1.1 500 So\r\nDeck-Sim-Raised: KeyError: 'a'\r\nContent-Length: 0\r\n\r\n"


def test_an_error_that_an_application_raises_for_a_late_webhook_is_a_finding(
    explored, api, subscribe, receiver, sim
):
    names = []

    def program():
        names.clear()
        subscribe("agent.created")
        for name in ("a", "b"):
            api.post("/agents", json={"name": name})
        sim.post("/clock/advance", json={"by": "1m"})

    def handle(arrival, _socket):
        names.append(arrival.data["data"]["name"])
        return RAISES if names[0] == "b" and names[-1] == "a" else 200

    receiver.say(handle)
    (result,) = explored(program, only=["late"]).results
    assert result.problems == ["the application raised an error for 1 webhook: KeyError: 'a'"]
    assert (result.cause, result.findings) == ("crash", [])


def test_a_receiver_that_accepts_a_forged_message_is_a_finding(
    explored, api, subscribe, receiver, sim
):
    def program():
        subscribe("agent.created")
        api.post("/agents", json={"name": "a"})
        sim.post("/clock/advance", json={"by": "1m"})

    (result,) = explored(program, only=["forged"]).results
    assert result.problems == ["a webhook with a wrong signature was answered 200"]
    receiver.say(200, 200, 401, 200, 200)
    (result,) = explored(program, only=["forged"]).results
    assert result.problems == ["a webhook with no signature was answered 200"]
    receiver.say(200, 200, 401, 401, 200)
    assert not explored(program, only=["forged"]).failed


def test_a_test_that_counts_messages_counts_the_forged_one(explored, api, subscribe, receiver, sim):
    def program():
        receiver.arrivals.clear()
        subscribe("agent.created")
        api.post("/agents", json={"name": "a"})
        sim.post("/clock/advance", json={"by": "1m"})
        assert len(receiver.arrivals) == 1

    receiver.say(200, 200, 401, 401, 200)
    (result,) = explored(program, only=["forged"]).results
    assert "count only those that are verified" in result.advice


@pytest.mark.parametrize(("text", "is_finding"), [("409 Conflict", True), ("it failed", False)])
def test_a_run_that_ends_first_is_a_finding_if_an_error_shows_the_conflict(
    explored, api, sim, text, is_finding
):
    """Another final status is none."""

    def program():
        run = sim.call("POST", "/runs", {"scenario": "success"})["resource"]
        if api.post(f"/task-runs/{run['id']}/cancel").status_code == 409:
            error = httpx2.HTTPError(text)
            error.code = text
            raise error

    (result,) = explored(program, only=["ends_first"]).results
    assert (result.verdict == "did not survive") == is_finding


def test_only_a_program_that_polls_can_lose_a_webhook(explored, subscribe, sim, api):
    """For another, the summary only says so, unless somebody asks for it."""
    polls = []

    def program():
        subscribe("task_run.completed")
        run = sim.call("POST", "/runs", {"scenario": "success"})["resource"]
        sim.post("/clock/advance", json={"by": "1m"})
        if polls:
            assert api.get(f"/task-runs/{run['id']}").status_code == 200

    report = explored(program)
    assert "lost" not in [row.trouble.kind.name for row in report.results]
    assert "; not polled after a lost webhook: 1" in report.summary()
    assert explored(program, only=["lost"]).results[0].verdict == "not tested"
    polls.append("each time")
    assert explored(program, only=["lost"]).results[0].verdict == "survived"


@pytest.fixture
def connect(api, sim):
    """A program that opens a connection, and sleeps before it tries again."""

    def connect():
        source = {"name": "S", "type": "website", "website": {"url": "https://s.example"}}
        body = {"source_id": api.post("/sources", json=source).json()["id"], "auth_method": "none"}
        for _ in range(2):
            try:
                api.post("/connections", json=body, headers={"Idempotency-Key": "one"})
            except httpx2.TransportError:
                sim.post("/clock/advance", json={"sleep": "1m"})

    return connect


def test_an_awaited_event_may_have_come_while_the_program_slept(explored, connect, sim):
    """But not before the last move of the clock: the second program waits for another event."""
    until = {"until": {"event": "connection.connected"}}

    def program(*moves):
        connect()
        for move in moves:
            assert sim.post("/clock/advance", json=move).is_success

    trouble = "lost_response at POST /v2/connections #1"
    assert not explored(partial(program, until), only=[trouble]).failed
    (result,) = explored(partial(program, {"by": "0s"}, until), only=[trouble]).results
    assert result.problems == ["AssertionError"]
