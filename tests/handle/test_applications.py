import asyncio
import gc
import itertools
import logging
import socket
import threading
from concurrent.futures import Future
from datetime import timedelta
from queue import SimpleQueue

import anyio
import django.conf
import django.core.asgi
import django.http
import django.urls
import fastapi
import flask
import freezegun
import httpx2
import pytest
from standardwebhooks import Webhook

from deck_sim import Deck, DeckSim, DeckSimError
from deck_sim.handle.connect import applications
from deck_sim.handle.connect.threads import result_of
from deck_sim.handle.connect.transports import server_at

django.conf.settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], DEBUG=False)
urlpatterns = []
PATH = "/webhooks/deck"


def make_fastapi(take):
    app = fastapi.FastAPI()

    async def read(request: fastapi.Request):
        return await request.body()

    @app.post(PATH)
    def hook(request: fastapi.Request, body=fastapi.Depends(read)):  # noqa: B008 - FastAPI's way
        return fastapi.Response(status_code=take(request.headers, body))

    return app


def make_flask(take):
    app = flask.Flask(__name__)

    @app.post(PATH)
    def hook():
        return "", take(flask.request.headers, flask.request.get_data())

    return app


def make_django(take):
    def hook(request):
        request.get_host()  # which Django checks
        return django.http.HttpResponse(status=take(request.headers, request.body))

    urlpatterns[:] = [django.urls.path(PATH.removeprefix("/"), hook)]
    django.urls.clear_url_caches()
    return django.core.asgi.get_asgi_application()


MAKERS = {"FastAPI": make_fastapi, "Flask": make_flask, "Django": make_django}


class Taker:
    """The webhook endpoint of the applications: verifies, and answers a prompt for a code."""

    def __init__(self, deck):
        self.deck, self.types = deck, set()
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        self.client = httpx2.Client(transport=deck.transport, headers=headers)

    def __call__(self, headers, body):
        lower = {name.lower(): value for name, value in headers.items()}
        event = Webhook(self.deck.webhook_secret).verify(body, lower)
        status = 204 if self.types else 503
        self.types.add(event["type"])
        if event["type"] == "task_run.interaction_required":
            path = f"/task-runs/{event['data']['id']}/interaction"
            self.client.post(self.deck.base_url + path, json={"inputs": {"code": "123456"}})
        return status


@pytest.mark.parametrize("name", MAKERS)
def test_an_application_is_called_and_may_call_the_api(anywhere, name):
    taker = Taker(anywhere)
    with taker.client:
        anywhere.deliver_to(MAKERS[name](taker))
        run = anywhere.start_run("mfa_then_success")
        anywhere.advance_until("task_run.completed", run)
    words = ("completed", "interaction_required", "queued", "running")
    assert sorted(taker.types) == [f"task_run.{word}" for word in words]
    logged = [delivery["log"][0]["status"] for delivery in anywhere.deliveries]
    assert logged == [503] + [204] * (len(logged) - 1)


def wsgi(work):
    def app(environ, start_response):
        work()
        start_response("200 OK", [("X-Seen", "yes")])
        return [b""]

    return app


def asgi(work):
    async def app(scope, receive, send):
        await work()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    return app


def agent(deck):
    deck.create("agents", {"name": "Concierge"})


def deliver(deck, *apps):
    """Deliver an event to applications; return the attempts, those of each in a list."""
    for app in apps:
        deck.deliver_to(app)
    agent(deck)
    deck.settle()
    return [delivery["log"] for delivery in deck.deliveries]


@pytest.mark.deck(clock="real")
def test_applications_are_called_in_the_background(deck):
    """A `real` clock delivers while no method waits."""
    heard = SimpleQueue()

    async def react():
        heard.put("asgi")

    deck.deliver_to(asgi(react), events="agent.created")
    deck.deliver_to(wsgi(lambda: heard.put("wsgi")), events="agent.created")
    agent(deck)
    assert {heard.get(timeout=20), heard.get(timeout=20)} == {"asgi", "wsgi"}


def test_a_wsgi_application_is_called_on_the_waiting_thread(anywhere):
    """The test's database transaction belongs to that thread."""
    threads = []
    ((attempt,),) = deliver(anywhere, wsgi(lambda: threads.append(threading.current_thread())))
    assert attempt["response_headers"]["x-seen"] == "yes"
    assert anywhere.replay(anywhere.deliveries[-1])["attempts"] == 2
    assert threads == [threading.current_thread()] * 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_asgi_application_is_called_on_the_loop_of_its_registration(anywhere, backend):
    """Its locks and clients belong to that loop."""
    loops = []

    async def work():
        loops.append(anyio.lowlevel.current_token().native_token)

    async def play():
        await work()
        anywhere.deliver_to(asgi(work))
        agent(anywhere)
        await anywhere.async_settle()
        await anywhere.async_replay(anywhere.deliveries[-1])

    anyio.run(play, backend=backend)
    assert loops == [loops[0]] * 3


def test_otherwise_an_asgi_application_has_one_loop_of_ours(anywhere):
    """It is registered where no loop runs, or that loop has ended."""
    loops = []

    async def work():
        loops.append(asyncio.get_running_loop())

    async def give():
        anywhere.deliver_to(asgi(work))
        return asyncio.get_running_loop()

    first = asyncio.run(give())
    assert [len(log) for log in deliver(anywhere, asgi(work))] == [1, 1]
    assert loops == [loops[0]] * 2
    assert loops[0] is not first


@pytest.mark.deck(strict=False)
def test_an_application_whose_trio_loop_has_ended_is_not_called(anywhere):
    calls = []

    async def register():
        anywhere.deliver_to(asgi(lambda: calls.append("called")))

    anyio.run(register, backend="trio")
    attempt = deliver(anywhere)[0][0]
    assert (attempt["status"], calls) == (500, [])
    assert "deck-sim-raised" not in attempt["response_headers"]


def test_background_tasks_are_done_when_the_advance_returns(anywhere):
    """Also in a frozen process: our own loop has real time."""
    done = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"o", "more_body": True})
        await send({"type": "http.response.body", "body": b"k"})
        await asyncio.sleep(0.01)
        done.append((await receive())["more_body"])  # the body comes in one message
        done.append((await receive())["type"])

    with freezegun.freeze_time("2020-01-01"):
        deliver(anywhere, app)
    assert done == [False, "http.disconnect"]


def boom():
    raise ZeroDivisionError("boom")


async def async_boom():
    boom()


async def silent(scope, receive, send):
    """Return without an answer."""


@pytest.mark.deck(strict=False)
def test_an_application_that_fails_answers_500(anywhere, caplog):
    caplog.set_level(logging.ERROR, "deck_sim")
    for app in (wsgi(boom), asgi(async_boom), silent):
        anywhere.deliver_to(app)
    agent(anywhere)
    anywhere.advance("0s")
    assert [row["log"][0]["status"] for row in anywhere.deliveries] == [500] * 3
    assert caplog.text.count("ZeroDivisionError: boom") == 2


@pytest.mark.deck(strict=False)
def test_a_mistake_of_the_application_is_one_traceback(anywhere, caplog):
    numbers = itertools.count()

    async def fail():
        raise KeyError(next(numbers))

    deliver(anywhere, asgi(fail))
    assert caplog.text.count("Traceback (most recent call last)") == 1
    assert "failed on a webhook, 3 times: KeyError(2)" in caplog.text


@pytest.mark.deck(strict=False)
def test_a_failure_inside_the_application_fails_the_test(anywhere, caplog):
    """`pytest.fail` is no Exception, and reaches the test, so it is not logged. The next attempt
    may come while another test runs.
    """
    failures = iter([lambda: pytest.fail("in the handler")])
    with pytest.raises(pytest.fail.Exception, match="in the handler"):
        deliver(anywhere, wsgi(lambda: next(failures, lambda: None)()))
    assert caplog.records == []


def test_an_application_cannot_advance_the_clock_that_waits_for_it(anywhere):
    threads = []

    def work():
        threads.append(threading.current_thread())
        with pytest.raises(DeckSimError, match="a webhook receiver cannot move the clock of its"):
            anywhere.advance("1s")

    deliver(anywhere, wsgi(work), wsgi(work))
    assert threads == [threading.current_thread()] * 2


def test_a_receiver_that_sleeps_takes_no_time(anywhere):
    began = anywhere.clock.now
    deliver(anywhere, wsgi(lambda: anywhere.sleep(5)))
    assert anywhere.clock.now == began


def test_a_receiver_that_sleeps_as_long_as_retry_after_says_has_waited(deck, deck_client):
    deck.fault("POST /v2/sources", error="rate_limit/rate_limit_exceeded", retry_after=5, times=2)

    def work():
        for seconds in (4, 5, 5):
            deck_client.post("/sources", json={"name": "a"})
            deck.sleep(seconds)

    deliver(deck, wsgi(work))
    hasty = [row["name"] for row in deck.lint if row["name"] == "ignores_retry_after"]
    assert len(hasty) == 1  # after four seconds


@pytest.mark.deck(clock="real")
def test_a_receiver_that_moves_a_real_clock_is_refused_at_once(deck, deck_webhooks):
    """An advance would wait for the end of the delivery; what goes on after it may advance."""
    moved, ended, tasks = SimpleQueue(), threading.Event(), []

    def refuse(event):
        with pytest.raises(DeckSimError, match="a webhook receiver cannot move the clock of its"):
            deck.advance("1s")

    async def go_on():
        await asyncio.to_thread(ended.wait)
        moved.put(await deck.async_advance("1s"))

    async def move():
        await asyncio.to_thread(refuse, None)
        with pytest.raises(DeckSimError, match="a webhook receiver cannot move the clock of its"):
            await deck.async_advance("1s")
        tasks.append(asyncio.ensure_future(go_on()))

    deck_webhooks.on("agent.created", refuse)
    deck.deliver_to(asgi(move), events="agent.created")
    agent(deck)
    deck.advance("0s")
    ended.set()
    assert moved.get(timeout=20).now


def test_wrong_arguments_are_refused(deck):
    for app in (print, 5, lambda: None, "app"):
        with pytest.raises(DeckSimError, match=r"an ASGI application.*or a WSGI application"):
            deck.deliver_to(app)
    with pytest.raises(DeckSimError, match=r"agent\.created"):
        deck.deliver_to(wsgi(boom), events=["agent.creatd"])
    assert not deck.deliveries


def test_host_path_and_secret_can_be_chosen(anywhere):
    requests, mine = [], "whsec_bXkgb3duIHNlY3JldCBvZiAyNCBieXRlcw=="

    def app(environ, start_response):
        names = ("HTTP_HOST", "SERVER_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE")
        requests.append([environ[name] for name in names])
        assert len(environ["wsgi.input"].read()) == int(environ["CONTENT_LENGTH"])
        start_response("200 OK", [])
        return []

    options = {"host": "hotel.example", "secret": mine}
    assert anywhere.deliver_to(app, "/hooks/a%20b?token=1", **options).secret == mine
    assert anywhere.deliver_to(wsgi(print)).secret == anywhere.webhook_secret
    deliver(anywhere)
    assert requests == [
        ["hotel.example", "hotel.example", "/hooks/a b", "token=1", "application/json"]
    ]


@pytest.mark.parametrize("is_answered", [False, True])
def test_an_application_that_goes_on_blocks_for_the_limits_only(is_answered, monkeypatch):
    released = threading.Event()

    async def app(scope, receive, send):
        if is_answered:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body"})
        await asyncio.to_thread(released.wait)

    monkeypatch.setattr(applications, "_BACKGROUND_SECONDS", 0.01)
    with DeckSim() as deck:
        if not is_answered:
            server_at(deck.url).worlds.dispatcher._sender.limit = timedelta(milliseconds=50)
        deck.deliver_to(app)
        agent(deck)
        deck.advance("0s")
        assert deck.deliveries[0]["log"][0]["error"] == (
            None if is_answered else "no answer within 0.05 seconds"
        )
        released.set()


def test_a_closed_deck_calls_no_application(deck):
    cancelled, threads = [], []

    async def work():
        threads.append(threading.current_thread())
        running = asyncio.ensure_future(asyncio.Event().wait())
        running.add_done_callback(lambda task: cancelled.append(task.cancelled()))

    with Deck(deck.url, f"{deck.api_key}_2") as other:
        other.deliver_to(asgi(work))
        agent(other)
        other.settle()
        agent(other)
    with Deck(deck.url, f"{deck.api_key}_2") as other:
        other.advance("0s")
        assert not other.deliveries[-1]["log"][0]["ok"]
        other.delete()
    assert (cancelled, len(threads)) == ([True], 1)
    assert not threads[0].is_alive()


def test_an_application_that_hangs_leaves_no_traceback(monkeypatch, caplog):
    """It runs on a loop of ours or of the test, which is closed before the application ends."""

    async def hang(scope, receive, send):
        await asyncio.Event().wait()

    def start(deck):
        server_at(deck.url).worlds.dispatcher._sender.limit = timedelta(milliseconds=50)
        deck.deliver_to(hang)
        agent(deck)
        return deck

    async def on_this_loop():
        with DeckSim() as deck:
            await start(deck).async_advance("0s")

    monkeypatch.setattr(applications, "_BACKGROUND_SECONDS", 0.01)
    with DeckSim() as deck:
        start(deck).advance("0s")
    asyncio.run(on_this_loop())
    assert caplog.records == []


def test_work_that_fails_when_nobody_waits_any_more_is_not_reported(caplog):
    async def leave():
        work = Future()
        with anyio.move_on_after(0):
            await result_of(work)
        work.set_exception(DeckSimError("the server has been stopped"))
        await asyncio.sleep(0)

    asyncio.run(leave())
    gc.collect()
    assert caplog.records == []


def test_a_sender_that_hangs_up_leaves_no_traceback(capsys):
    server = applications.LoopbackServer(lambda path, headers, body: (200, {}, b"late"))
    ours, theirs = socket.socketpair()
    theirs.sendall(b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n")
    theirs.close()
    server.process_request_thread(ours, ("127.0.0.1", 1))
    server.stop()
    assert capsys.readouterr().err == ""
