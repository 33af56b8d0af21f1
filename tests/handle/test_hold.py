import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from deck_sim import DeckSimError


@pytest.fixture
def in_thread():
    with ThreadPoolExecutor() as threads:
        yield threads.submit


def test_cancel_wins_over_complete(deck, run, api):
    started = run()
    with deck.hold("task_run.completed", started) as hold:
        report = deck.advance("1m")
        assert [stopped["id"] for stopped in report.held] == hold.held == [started["id"]]
        assert f"{started['id']} is held before task_run.completed" in str(report)
        assert api.post(f"/task-runs/{started['id']}/cancel").status_code == 200
    assert deck.runs[0]["status"] == "canceled"
    assert hold.release() == []  # a second time


def test_the_end_of_a_world_releases_its_answers(deck, run, in_thread):
    hold = deck.hold("POST /v2/tasks/*/run")
    started = in_thread(run)
    _until(lambda: hold.answers)
    waiting = in_thread(lambda: asyncio.run(deck.async_start_run()))
    _until(lambda: hold.answers == 2)
    deck.reset()
    assert started.result()["status"] == "queued"
    with pytest.raises(DeckSimError, match=r"^`trun_.*` is gone: its world was reset"):
        waiting.result(timeout=20)
    with pytest.raises(DeckSimError, match="its world was reset; holds that remain: none"):
        _ = hold.held


def test_a_failed_release_does_not_hide_the_error_of_the_block(deck):
    def lose(*, also):
        with deck.hold("task_run.completed"):
            deck.reset()
            also()

    with pytest.raises(ZeroDivisionError):
        lose(also=lambda: 1 / 0)
    with pytest.raises(DeckSimError, match="this world has no hold"):
        lose(also=lambda: None)


@pytest.mark.deck(strict=False)
def test_a_hold_counts_what_it_stopped(deck, run, api, in_thread):
    started = run()
    with deck.hold("task_run.completed") as hold, deck.hold("task_run.failed", started) as idle:
        assert (repr(hold), idle.of) == ("Hold('task_run.completed')", started["id"])
        deck.settle()
        api.post(f"/task-runs/{started['id']}/cancel")
        assert (hold.held, hold.met) == ([], 1)
    assert (hold.met, idle.met) == (1, 0)
    with deck.hold("GET /v2/agents") as hold:
        deck.fault("GET /v2/agents", status=503, times=1)  # replaces the call
        assert api.get("/agents").status_code == 503
        deck.fault("GET /v2/agents", drip=True, times=1)
        answer = in_thread(api.get, "/agents")
        _until(lambda: hold.answers)
    assert (answer.result().status_code, hold.met) == (200, 1)


@pytest.mark.parametrize("client", ["socket", "transport"])
@pytest.mark.deck(strict=False)
def test_a_client_may_leave_before_its_answer_is_released(deck, client):
    transport = deck.transport if client == "transport" else None
    headers = {"Authorization": f"Bearer {deck.api_key}"}
    with deck.hold("GET /v2/agents") as hold, httpx2.Client(transport=transport) as hasty_client:
        with pytest.raises(httpx2.ReadTimeout):
            hasty_client.get(f"{deck.base_url}/agents", headers=headers, timeout=0.1)
        _until(lambda: hold.met == 1 and not hold.answers)  # it may come after its client has left
    _until(lambda: deck.requests[-1]["unanswered"] == "its client gave up")
    assert deck._control("show_request", id=deck.requests[-1]["request_id"])["response"] is None


def _until(came):
    while not came():
        pass
