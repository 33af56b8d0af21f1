import json
import socket
import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from deck_sim import Deck, DeckSim, DeckSimError
from deck_sim.handle.connect import control
from deck_sim.handle.connect.threads import run_in_thread
from deck_sim.operations import CONTROL_OPERATIONS

NESTED, TOO_DEEP_FOR_JSON = json.loads("[" * 100 + "]" * 100), []
for _ in range(9000):
    TOO_DEEP_FOR_JSON = [TOO_DEEP_FOR_JSON]
CALLS = (
    ("put_scenario", {"name": "a", "body": "version: 1\nname: a\nsummary: A\n"}),
    ("put_scenario", {"name": "b", "body": {"task_run": ["complete"]}}),
    ("queue_scenarios", {"resource": "task_run", "scenarios": ["a", "b"]}),
    ("make_hold", {"event": "task_run.completed"}),
    ("release_hold", {"id": "hold_9"}),
    ("advance_clock", {"by": "1s"}),
    ("advance_clock", {"by": "soon"}),
    ("show_next", {"limit": 1}),
    ("show_next", {"limit": -1}),
    ("show_world", {}),
    ("show_scenario", {"name": ["success"]}),
    ("show_scenario", {"name": "a?c"}),
    ("change_world", {"body": {"seed": float("nan")}}),
    ("change_world", {"body": {"webhook_time": "\ud800"}}),
    ("seed_world", {"resources": {"agents": [{"created_at": timedelta()}]}}),
    ("seed_world", {"resources": {"agents": [{"created_at": object}]}}),
    ("seed_world", {"resources": {"agents": [{"name": NESTED}]}}),
    ("put_scenario", {"name": "a", "body": {"task_run": NESTED}}),
    ("change_world", {"body": {"seed": TOO_DEEP_FOR_JSON}}),
    ("advance_clock", {"by": timedelta(microseconds=1500)}),
    ("advance_clock", {"to": datetime(2026, 1, 1)}),
)


@pytest.mark.deck(strict=False)  # the hold stops nothing
def test_both_ways_to_a_world_give_the_same(deck, monkeypatch):
    def results():
        deck.reset()
        answers = []
        for operation, values in CALLS:
            try:
                answers.append(deck._control(operation, **values))
            except DeckSimError as error:
                answers.append((str(error), error.errors))
        return answers

    here = results()
    monkeypatch.setattr(control, "server_at", lambda url: None)
    there = results()
    assert here == there


def test_what_a_caller_changes_does_not_change_the_world(deck):
    names = ["success"]
    deck._control("queue_scenarios", resource="task_run", scenarios=names)
    names.append("other")
    deck.world["queues"]["task_run"].append("other")
    assert deck.world["queues"] == {"task_run": ["success"]}
    deck.reset()


def test_an_error_of_ours_is_noted(deck, monkeypatch):
    """The call fails, and so would the test at its end."""
    broken = replace(CONTROL_OPERATIONS["show_queue"], function=lambda: 1 / 0)
    monkeypatch.setitem(CONTROL_OPERATIONS, "show_queue", broken)
    with pytest.raises(DeckSimError, match="deck-sim itself failed"):
        deck._control("show_queue")
    assert "ZeroDivisionError" in deck.world["crashes"][0]
    deck.reset()


@pytest.mark.parametrize("stops", [False, True])
def test_an_answer_that_does_not_come_is_an_error(monkeypatch, stops):
    called, answer = threading.Event(), threading.Event()
    with DeckSim() as deck:
        deck.deliver_to(lambda environ, respond: called.set() or answer.wait())
        deck.create("agents", {"name": "Concierge"})
        monkeypatch.setattr(deck._control, "_seconds", 60 if stops else 0.05)
        waiting = run_in_thread(deck._control.advance, by="1s")
        called.wait()
        if stops:
            control.server_at(deck.url).stop()
        text = "was stopped" if stops else "no answer within .*; does a webhook receiver hang"
        with pytest.raises(DeckSimError, match=text):
            waiting.result()
        answer.set()


def test_the_url_of_another_server_is_named_as_the_mistake(server, receiver, monkeypatch):
    """Calls use no proxy. The error of TLS itself does not say that the scheme is wrong."""
    monkeypatch.setenv("HTTP_PROXY", receiver.url)
    with socket.socket() as unanswered:  # nothing listens there
        unanswered.bind(("127.0.0.1", 0))
        missing = f"http://127.0.0.1:{unanswered.getsockname()[1]}"
        secure = server.url.replace("http:", "https:")
        for url, text in (
            (missing, f"no deck-sim server answers at {missing}: .*; `deck-sim serve` starts one"),
            (secure, f"answers at {secure}: .*; perhaps it has no TLS"),
            (receiver.url, "answers 200, but is not deck-sim"),
        ):
            with Deck(url, "sk_test") as deck, pytest.raises(DeckSimError, match=text):
                deck.settle()


def test_an_invalid_url_is_refused():
    text = "is not the URL of a server; write one with http:// or https:// and a host, like"
    for url in ("localhost:80", "127.0.0.1:80", "ftp://a", "http://", "http://[::1", "http://a:0"):
        with pytest.raises(DeckSimError) as refusal:
            Deck(url, "sk_test")
        assert str(refusal.value).startswith(f"{url!r} {text}")


def test_an_answer_that_is_not_of_the_api_is_an_error(deck):
    """A fault may answer a call of the handle with anything."""
    answered = "POST /v2/agents answered 503"
    strange = (
        f"{answered} with a body that is not from the API; perhaps a fault or a proxy answered"
    )
    bodies = [({"error": "x"}, answered), (["x"], strange), ({"errors": ["x"]}, strange)]
    for body, text in bodies:
        deck.fault("POST /v2/agents", status=503, body=body, times=1)
        with pytest.raises(DeckSimError) as refusal:
            deck.create("agents", {"name": "Concierge"})
        assert str(refusal.value) == text


def test_twenty_messages_of_a_refused_call_are_shown(deck):
    """An agent without fields has two mistakes."""
    for agents, last in ((10, "resources.agents[9]"), (13, "… and 6 more")):
        with pytest.raises(DeckSimError) as refusal:
            deck.seed(agents=[{}] * agents)
        lines = str(refusal.value).splitlines()
        assert (len(lines), lines[-1].startswith(last)) == (20 + (agents > 10), True)


def test_certificates_are_read_only_for_https():
    """Reading them takes longer than the rest of a test's world."""
    for url, has_certificates in (("http://localhost:1", False), ("https://localhost:1", True)):
        with Deck(url, "sk_test") as deck:
            with pytest.raises(DeckSimError, match="no deck-sim server"):
                deck.reset()
            (network,) = deck.transport._networks.values()
        certificates = network._pool._ssl_context.cert_store_stats()
        assert (certificates["x509_ca"] > 0) is has_certificates


def test_a_call_that_takes_too_long_says_so(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        deck = Deck(f"http://127.0.0.1:{silent.getsockname()[1]}", "k")
        monkeypatch.setattr(deck._control, "_seconds", 0.01)
        text = r"/_sim/next.*; is the server stopped.*, or does a webhook receiver hang"
        with pytest.raises(DeckSimError, match=text):
            deck.next()
