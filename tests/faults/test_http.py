"""What goes wrong with a call, seen from the other end of a real line."""

import httpx2
import pytest

RUN = "POST /v2/tasks/*/run"


@pytest.fixture
def put(sim):
    """Put a fault of the next run's call into the world."""

    def put(match=RUN, **fault):
        answer = sim.post("/faults", json={"match": match, **fault})
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    return put


@pytest.fixture
def call(api, task, connection):
    """Ask for a run; the answer, whatever it is."""

    def call(**headers):
        body = {"connection_id": connection["id"]}
        return api.post(f"/tasks/{task['id']}/run", json=body, headers=headers)

    return call


@pytest.fixture
def runs(sim):
    """How many runs there are."""
    return lambda: len(sim.get("/task-runs").json()["data"])


@pytest.fixture
def last_call(sim):
    """What the journal keeps of the last call: its status, and its fault."""

    def last_call():
        call = sim.get("/requests").json()["data"][-1]
        return call["status"], call["fault"]

    return last_call


def test_deck_can_refuse_a_call_with_any_of_its_errors(put, call, runs, last_call):
    """`error` answers in the envelope, with `Retry-After` if asked for it; nothing is done."""
    put(error="rate_limit/rate_limit_exceeded", retry_after=7)
    answer = call()
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json()["errors"][0]["code"] == "rate_limit_exceeded"
    assert answer.json()["request_id"].startswith("req_")
    assert (runs(), last_call()) == (0, (429, "error"))


def test_a_text_with_words_that_a_fault_does_not_know_has_blanks(put, call):
    """The catalog's texts name things; a fault knows none, and says no wrong one."""
    put(error="request/task_not_found")
    answer = call()
    assert answer.json()["errors"][0]["message"] == "No task has the id `…`."
    assert "retry-after" not in answer.headers


@pytest.mark.parametrize(
    ("status", "reason"), [(502, "Bad Gateway"), (504, "Gateway Timeout"), (499, "Error")]
)
def test_a_proxy_answers_with_a_page_of_its_own(put, call, runs, last_call, status, reason):
    """`status` is a page of HTML that knows no envelope; nothing is done."""
    put(status=status)
    answer = call()
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert f"<h1>{status} {reason}</h1>" in answer.text
    assert (runs(), last_call()) == (0, (status, "status"))


def test_a_proxy_can_say_when_to_come_again(put, call):
    """`retry_after` goes with a proxy's page, too."""
    put(status=503, retry_after=2)
    assert call().headers["retry-after"] == "2"


def test_the_line_can_be_reset_before_anything_is_done(put, call, runs, last_call):
    """`reset` breaks the line hard; nothing is done, and the journal knows no status."""
    put(reset=True)
    with pytest.raises(httpx2.ReadError):
        call()
    assert (runs(), last_call()) == (0, (0, "reset"))


def test_an_answer_can_get_lost_after_the_work_is_done(put, call, runs, last_call):
    """`lost_response` closes the line without a byte; the run is there all the same."""
    put(lost_response=True)
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        call()
    assert (runs(), last_call()) == (1, (201, "lost_response"))


def test_an_answer_can_end_in_the_middle(put, call, runs):
    """`truncate` sends half of what its headers promise, and closes the line."""
    put(truncate=True)
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending complete message body"):
        call()
    assert runs() == 1


def test_an_answer_can_be_empty(put, call, runs):
    """`empty` has the status and no body."""
    put(empty=True)
    answer = call()
    assert (answer.status_code, answer.content, runs()) == (201, b"", 1)


def test_an_answer_can_be_no_json(put, call, runs):
    """`malformed` leaves out the last brace."""
    put(malformed=True)
    answer = call()
    with pytest.raises(ValueError, match="delimiter"):
        answer.json()
    assert (answer.status_code, runs()) == (201, 1)


def test_an_answer_can_come_byte_by_byte(put, call, runs):
    """`drip` changes no byte."""
    put(drip=True)
    answer = call()
    assert (answer.json()["status"], runs()) == ("queued", 1)


def test_what_is_spoiled_says_so_in_a_header(put, call):
    """A checker can tell a spoiled answer from a wrong one; no other has the header."""
    put(empty=True, times=1)
    assert call().headers["deck-sim-fault"] == "empty"
    assert "deck-sim-fault" not in call().headers


def test_the_same_key_gets_the_answer_that_was_lost(put, call, runs):
    """A retry under its idempotency key gets the stored answer, and starts no second run."""
    put(lost_response=True, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        call(**{"Idempotency-Key": "k"})
    again = call(**{"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["deck-sim-replayed"]) == (201, "true")
    assert runs() == 1


def test_without_a_key_a_second_run_exists(put, call, runs):
    """A retry of a lost answer without a key is another run."""
    put(lost_response=True, times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        call()
    assert (call().status_code, runs()) == (201, 2)


def test_a_fault_strikes_the_calls_that_it_is_for(put, api, agent):
    """`after` of them pass, `times` are struck; what it is not for is not counted."""
    put(match="GET /v2/agents/*", after=1, times=2, status=502)
    path = f"/agents/{agent()['id']}"
    statuses = [api.get(path).status_code for _ in range(5)]
    assert statuses == [200, 502, 502, 200, 200]
    assert api.get("/agents").status_code == 200


def test_one_call_is_struck_by_the_first_that_is_due(put, api, sim):
    """The others count the call all the same, and strike the next that they are for."""
    put(match="GET /v2/agents", times=1, status=502)
    put(match="GET /v2/agents", after=1, times=1, status=503)
    assert [api.get("/agents").status_code for _ in range(3)] == [502, 503, 200]
    counts = [(fault["met"], fault["fired"]) for fault in sim.get("/faults").json()["data"]]
    assert counts == [(3, 1), (3, 1)]


def test_calls_of_the_control_api_are_never_struck(put, sim):
    """Whoever drives the world is not in it."""
    put(match="**", status=502)
    assert sim.get("/world").status_code == 200


def test_a_question_for_the_head_is_spoiled_like_any_other(put, api):
    """HEAD has no body, whatever goes wrong."""
    put(match="HEAD /v2/agents", status=503)
    answer = api.head("/agents")
    assert (answer.status_code, answer.content) == (503, b"")


def test_the_timeline_tells_what_went_wrong(put, call, sim):
    """The line of a call ends with its fault."""
    put(status=502)
    call()
    line = sim.get("/timeline").json()["data"][-1]["what"]
    assert line.endswith("/run -> 502 (fault: status)")


@pytest.mark.parametrize(
    ("fault", "told"), [({"drip": True}, ["id", "status"]), ({"lost_response": True}, [])]
)
def test_the_journal_knows_what_a_caller_was_told(put, call, sim, fault, told):
    """Nobody is blamed for not knowing what never arrived."""
    put(**fault)
    try:
        call()
    except httpx2.RemoteProtocolError:
        assert told == []
    assert sorted(sim.get("/requests").json()["data"][-1]["answered"]) == told
