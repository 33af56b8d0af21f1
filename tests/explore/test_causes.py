from contextlib import suppress

import httpx2
import pytest

from deck_sim.explore.causes import Aftermath, find_advice, find_cause
from deck_sim.explore.outcome import LESS, MORE, OTHER
from deck_sim.explore.places import DELIVERY, READ, WRITE, Place
from deck_sim.explore.troubles import NAMES, TROUBLE_KINDS, Trouble
from deck_sim.runtime.simulation import Exploration


@pytest.fixture
def judge(simulation, api):
    """Make calls (path, idempotency key), of which the first meets the trouble; returns the cause
    and the advice.
    """

    def judge(
        name, pattern, *keys, differences=(), is_hasty=False, has_failed=False, is_crash=True
    ):
        trouble = Trouble(TROUBLE_KINDS[NAMES.index(name)], Place(WRITE, "", (pattern,)))
        simulation().exploration = Exploration(True)
        trouble.start(simulation())
        for key in keys:
            headers = {"Idempotency-Key": key} if key else {}
            try:
                path = pattern.partition("/v2")[2].replace("*", "1")
                api.post(path, json={"name": "a"}, headers=headers)
            except httpx2.TransportError:
                pass
        aftermath = Aftermath.read(simulation())
        flags = {"is_hasty": is_hasty, "has_failed": has_failed, "is_crash": is_crash}
        cause = find_cause(trouble, differences, aftermath, **flags)
        return cause, find_advice(trouble, aftermath, cause)

    return judge


READ_AGENTS = Place(READ, "", ("GET /v2/agents",))
CREATE, CANCEL = "POST /v2/agents", "POST /v2/task-runs/*/cancel"
ANSWER = "POST /v2/task-runs/*/interaction"


@pytest.mark.parametrize(
    ("calls", "options", "cause", "advice"),
    [
        (("lost_response", CREATE, ""), {}, "work lost", "before you repeat it"),
        (("lost_response", CREATE, "a"), {}, "work lost", "with the key that was sent"),
        (("lost_response", CREATE, "a", "b"), {}, "crash", "with the key that was sent"),
        (("lost_response", CREATE, "c", "c"), {}, "crash", "a replayed answer shows an old"),
        (("lost_response", CREATE, "", ""), {"differences": [MORE]}, "work done twice", "send an"),
        (("lost_response", CANCEL, ""), {}, "not repeated", "before you repeat it"),
        (("restart", CREATE, "", ""), {"differences": [MORE]}, "work done twice", "store its"),
        (("restart", CANCEL, "", ""), {"differences": [MORE]}, "work done twice", "store its"),
        (("restart", CANCEL, ""), {}, "not repeated", "before you repeat it"),
        (("reset", CREATE, ""), {"differences": [LESS]}, "not repeated", "wait a moment"),
        (("reset", ANSWER, ""), {}, "not repeated", "ask the person again"),
        (("reset", CREATE, "", ""), {"differences": [LESS]}, "work lost", "the repetition succ"),
        (
            ("reset", CREATE, "", ""),
            {"differences": [LESS], "has_failed": True},
            "crash",
            "the repetition succ",
        ),
        (("fails_again", CREATE, "a", "a"), {}, "work lost", "repeat the call more often"),
        (("reset", CREATE, "", ""), {"differences": [MORE]}, "work done twice", "nothing that was"),
        (("reset", CREATE, "", ""), {"differences": [OTHER]}, "wrong state", "the repetition suc"),
        (("reset", CREATE, "", ""), {"is_crash": False}, "wrong state", "the repetition succ"),
        (("rate_limited", CREATE, "", ""), {"is_hasty": True}, "repeated too early", "wait a mom"),
        (("rate_limited", CREATE, "", ""), {}, "not repeated", "wait a moment"),
    ],
)
def test_cause_and_advice_follow_what_the_program_did(judge, calls, options, cause, advice):
    name, pattern, *keys = calls
    found_cause, text = judge(name, pattern, *keys, **options)
    assert found_cause == cause
    assert advice in text


@pytest.mark.parametrize("answer", [500, 200])
def test_a_webhook_is_accepted_although_the_read_for_it_failed(
    simulation, api, subscribe, receiver, advance, agent, answer
):
    """Not if it is refused: then it comes again."""
    trouble = Trouble(TROUBLE_KINDS[NAMES.index("unavailable")], READ_AGENTS)
    subscribe("agent.created")
    simulation().exploration = Exploration(True)
    trouble.start(simulation())
    receiver.say(lambda *_: api.get("/agents") and answer)
    agent(), advance("1s")
    advice = find_advice(trouble, Aftermath.read(simulation()), "not repeated")
    assert ("answer the webhook with an error" in advice) == (answer == 200)


def test_the_read_for_another_webhook_is_no_repetition(
    simulation, api, subscribe, receiver, advance, agent
):
    trouble = Trouble(TROUBLE_KINDS[NAMES.index("reset")], READ_AGENTS)
    subscribe("agent.created")
    simulation().exploration = Exploration(True)
    trouble.start(simulation())

    def handle(*_):
        with suppress(httpx2.TransportError):
            api.get("/agents")
        return 200

    receiver.say(handle)
    for _ in range(2):
        agent(), advance("1s")
    aftermath = Aftermath.read(simulation())
    assert find_cause(trouble, (), aftermath, is_hasty=False, has_failed=True, is_crash=False) == (
        "not repeated"
    )
    assert "answer the webhook with an error" in find_advice(trouble, aftermath, "not repeated")


def test_a_conflict_after_a_lost_answer_may_mean_success(simulation, api, run_task):
    path = f"/task-runs/{run_task()['id']}/cancel"
    trouble = Trouble(TROUBLE_KINDS[NAMES.index("lost_response")], Place(WRITE, "", (CANCEL,)))
    simulation().exploration = Exploration(True)
    trouble.start(simulation())
    with suppress(httpx2.TransportError):
        api.post(path)
    assert api.post(path).status_code == 409
    advice = find_advice(trouble, Aftermath.read(simulation()), "crash")
    assert advice.startswith("a 409 to the repetition")


def test_a_program_that_refuses_a_webhook_should_handle_it_when_it_comes_again(
    simulation, api, subscribe, receiver, advance, agent
):
    """The first program calls Deck at the second attempt, the other takes it for handled."""
    trouble = Trouble(TROUBLE_KINDS[NAMES.index("duplicate")], Place(DELIVERY))
    subscribe("agent.created")
    receiver.say(500, lambda *_: api.get("/agents").status_code, 500, 200)
    for has_handled in (True, False):
        agent(), advance("5m")
        aftermath = Aftermath.read(simulation())
        advice = find_advice(trouble, aftermath, "crash")
        assert ("after its webhook was handled" in advice) == (not has_handled)
