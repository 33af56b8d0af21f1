"""The fuzzer repeats what it sent, and finds what is planted."""

import json
from collections import Counter

import pytest
from checked import FOUND

from deck_sim.contract.editions import EDITIONS
from deck_sim.runtime.registry import WorldRegistry
from deck_sim.server import app
from deck_sim.server.control import routes
from deck_sim.server.fault_injection import fire_call_fault
from deck_sim.server.request import Answer, error_answer
from deck_sim.server.serve import Server

from .calls import find_calls
from .fuzz import Finding, Fuzzer
from .inputs import Framing, Input
from .judges import judge
from .simulator import Client
from .wire import Answer as Received
from .wire import BadAnswer, parse_answer


@pytest.fixture
def fuzzer(checked):
    """A fuzzer of a server in this process, whose answers are held against the document, too."""
    with Server(WorldRegistry()) as server:
        yield Fuzzer(Client(server.port), seed=7)


def test_every_call_is_made():
    for name, edition in EDITIONS.items():
        made = {f"{call.method} {call.path}" for call in find_calls(name)[0]}
        assert made >= {row.call.replace(" ", " /v2", 1) for row in edition.every_operation}
        assert made >= {f"{row.method} /_sim{row.path}" for row in routes.ROUTES}


def test_a_seed_and_a_number_give_the_bytes(fuzzer):
    inputs, again = fuzzer.inputs_of(0), Fuzzer(fuzzer.simulator, 7).inputs_of(0)
    assert {n: inputs.make(n).data for n in range(50)} == {
        n: again.make(n).data for n in reversed(range(50))
    }


def test_most_inputs_are_sound_and_some_are_not(fuzzer):
    made = [fuzzer.inputs_of(1).make(number).framing for number in range(400)]
    found = Counter(made)
    assert found[Framing.SOUND] > 10 * found[Framing.LAST] > 40
    assert found[Framing.BROKEN] > 20


def test_nothing_is_found_in_a_sound_server(fuzzer):
    fuzzer.run(range(120))
    assert {200, 400, 404} <= fuzzer.statuses.keys()


def answer_500(error, request_id):
    answer = error_answer(error, request_id)
    answer.status = 500
    return answer


def leave_out_the_envelope(error, request_id):
    answer = Answer({"detail": "no"}, error.status)
    answer.serialize(request_id)
    return answer


def change_the_world(request):
    request.world.script_errors.append("changed")
    return fire_call_fault(request)


@pytest.mark.parametrize(
    ("place", "mistake", "told"),
    [
        ("error_answer", answer_500, "a 500 that nobody asked for"),
        ("error_answer", leave_out_the_envelope, "no envelope|next request got"),
        ("fire_call_fault", change_the_world, "changed the world"),
    ],
)
def test_a_planted_mistake_is_found_and_found_again(fuzzer, monkeypatch, place, mistake, told):
    monkeypatch.setattr(app, place, mistake)
    with pytest.raises(Finding, match=told) as found:
        fuzzer.run(range(400))
    with pytest.raises(Finding, match=told):
        fuzzer.run_one(found.value.number, after_all=True)
    FOUND.clear()  # those mistakes do not fit the document, either


INPUT = Input(0, b"", "GET", "/v2/agents", Framing.SOUND)
ENVELOPE = {
    "errors": [{"type": "api", "code": "api_error", "message": "No."}],
    "request_id": "req_1",
}


@pytest.mark.parametrize(
    ("status", "body", "wrong"),
    [
        (200, '{"request_id": "req_1"}', None),
        (404, json.dumps(ENVELOPE), None),
        (501, json.dumps(ENVELOPE), None),
        (500, json.dumps(ENVELOPE), "a 500 that nobody asked for"),
        (502, "<html>", "a 502 that nobody asked for"),
        (404, "not found", "not JSON"),
        (404, '{"detail": "not found"}', "no envelope"),
        (404, json.dumps({**ENVELOPE, "request_id": None}), "without its request_id"),
        (404, '{"errors": [{"type": "api", "code": "x"}]}', "without its type, code or message"),
        (200, '{"value": NaN}', "not JSON"),
        (200, "[]", "no object"),
        (200, "{}", "without its request_id"),
    ],
)
def test_an_answer_is_judged(status, body, wrong):
    found = judge(INPUT, Received(status, {}, body.encode()))
    assert found is None if wrong is None else wrong in found


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1", b"ab"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\nH", b"ab"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", None),
    ],
)
def test_an_answer_is_read_as_it_is_framed(data, body):
    taken = parse_answer(data, "GET", at_end=False)
    assert (taken and taken[0].body) == body


@pytest.mark.parametrize(
    "data",
    [
        b"ab",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
    ],
)
def test_bytes_that_are_no_answer_are_refused(data):
    with pytest.raises(BadAnswer):
        parse_answer(data, "GET", at_end=True)
