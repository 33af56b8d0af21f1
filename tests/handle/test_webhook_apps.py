"""Webhooks for applications in this process, written with each of the frameworks."""

import asyncio
import json
import logging
import threading
from datetime import timedelta
from functools import partial

import anyio
import django.conf
import django.core.asgi
import django.core.wsgi
import django.http
import django.urls
import fastapi
import flask
import freezegun
import httpx2
import pytest
from standardwebhooks import Webhook

from deck_sim import Deck, DeckSim, DeckSimError, WebhookReceiver
from deck_sim.server.serve import server_at
from tests.support.threads import no_thread_left

django.conf.settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], DEBUG=False)
urlpatterns = []
PATH = "/webhooks/deck"
SHORT = timedelta(milliseconds=50)


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


def make_django(get_application, take):
    def hook(request):
        request.get_host()  # which Django checks
        return django.http.HttpResponse(status=take(request.headers, request.body))

    urlpatterns[:] = [django.urls.path(PATH.removeprefix("/"), hook)]
    django.urls.clear_url_caches()
    return get_application()


MAKERS = {
    "FastAPI": make_fastapi,
    "Flask": make_flask,
    "Django, WSGI": partial(make_django, django.core.wsgi.get_wsgi_application),
    "Django, ASGI": partial(make_django, django.core.asgi.get_asgi_application),
}


class Taker:
    """The webhook endpoint of the applications: verifies, and answers a prompt for a code."""

    def __init__(self, deck):
        self.deck, self.events, self.statuses = deck, [], []
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        self.client = httpx2.Client(transport=deck.transport, headers=headers)

    def __call__(self, headers, body):
        """Take one, and say the status to answer with."""
        lower = {name.lower(): value for name, value in headers.items()}
        event = Webhook(self.deck.webhook_secret).verify(body, lower)
        self.events.append(event)
        if event["type"] == "task_run.interaction_required":
            path = f"/task-runs/{event['data']['id']}/interaction"
            self.client.post(self.deck.base_url + path, json={"inputs": {"code": "123456"}})
        return self.statuses.pop(0) if self.statuses else 204

    @property
    def types(self):
        """The types that were taken, each once."""
        return sorted({event["type"] for event in self.events})


@pytest.fixture
def taker(anywhere):
    taker = Taker(anywhere)
    yield taker
    taker.client.close()


STORY = [f"task_run.{word}" for word in ("completed", "interaction_required", "queued", "running")]


def start_run(deck):
    """A run that asks for a code."""
    deck.use("mfa_then_success")
    ready = deck.ready_task()
    return deck.create(f"tasks/{ready.task_id}/run", {"connection_id": ready.connection_id})


@pytest.mark.parametrize("name", MAKERS)
def test_an_application_is_called_and_may_call_the_api(anywhere, taker, name):
    """The webhook is verified, and the delivery is logged as any other, with the answer."""
    taker.statuses = [503]
    anywhere.deliver_to(MAKERS[name](taker))
    start_run(anywhere)
    anywhere.advance_until("task_run.completed")
    assert taker.types == STORY
    logged = [delivery["log"][0]["status"] for delivery in anywhere.deliveries]
    assert logged == [503] + [204] * (len(logged) - 1)


@pytest.mark.parametrize("name", MAKERS)
def test_an_application_is_called_while_a_twin_waits(anywhere, taker, name):
    async def play():
        anywhere.deliver_to(MAKERS[name](taker))
        start_run(anywhere)
        await anywhere.async_advance_until("task_run.completed")

    asyncio.run(play())
    assert taker.types == STORY


@pytest.mark.deck(clock="real")
@pytest.mark.parametrize("name", ["FastAPI", "Flask"])
def test_an_application_is_called_in_the_background(deck, name):
    """A `real` clock delivers while no method waits."""
    taken, heard = threading.Event(), []

    def take(headers, body):
        heard.append(json.loads(body)["type"])
        taken.set()
        return 200

    deck.deliver_to(MAKERS[name](take), events="agent.created")
    deck.create("agents", {"name": "Concierge"})
    taken.wait()
    assert heard == ["agent.created"]


def wsgi(work):
    """A WSGI application that calls this, and answers 200."""

    def app(environ, start_response):
        work()
        start_response("200 OK", [("X-Seen", "yes")])
        return [b""]

    return app


def asgi(work):
    """An ASGI application that awaits this, and answers 200."""

    async def app(scope, receive, send):
        await work()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    return app


def agent(deck):
    deck.create("agents", {"name": "Concierge"})


def test_a_wsgi_application_is_called_on_the_advancing_thread(anywhere):
    """The test's database transaction belongs to that thread."""
    threads = []
    anywhere.deliver_to(wsgi(lambda: threads.append(threading.current_thread())))
    agent(anywhere)
    anywhere.settle()
    assert threads == [threading.current_thread()]
    assert anywhere.deliveries[0]["log"][0]["response_headers"]["x-seen"] == "yes"


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_asgi_application_is_called_on_the_awaiting_loop(anywhere, backend):
    """Its locks and clients belong to that loop: asyncio's or trio's."""
    tokens = []

    async def work():
        tokens.append(anyio.lowlevel.current_token())
        await anyio.sleep(0)

    async def play():
        await anywhere.async_settle()
        tokens.append(anyio.lowlevel.current_token())

    anywhere.deliver_to(asgi(work))  # where no loop runs
    agent(anywhere)
    anyio.run(play, backend=backend)
    assert len(tokens) == 2
    assert tokens[0].native_token is tokens[1].native_token


def test_an_asgi_application_has_one_loop_of_ours(anywhere):
    """Each time the same, so that its locks and clients work."""
    loops = []

    async def work():
        loops.append(asyncio.get_running_loop())

    anywhere.deliver_to(asgi(work))
    for _ in range(2):
        agent(anywhere)
        anywhere.settle()
    assert loops[0] is loops[1]


@pytest.mark.asyncio
@pytest.mark.deck(clock="real")
async def test_an_asgi_application_is_called_on_the_loop_of_its_registration(deck):
    """If that still runs, and no twin waits."""
    called = asyncio.get_running_loop().create_future()

    async def work():
        called.set_result(asyncio.get_running_loop())

    deck.deliver_to(asgi(work), events=["agent.created"])
    agent(deck)
    assert await called is asyncio.get_running_loop()


def test_a_loop_that_has_ended_is_not_used(anywhere):
    heard = []

    async def work():
        heard.append(asyncio.get_running_loop())

    async def give():
        anywhere.deliver_to(asgi(work))
        return asyncio.get_running_loop()

    first = asyncio.run(give())
    agent(anywhere)
    anywhere.settle()
    assert heard[0] is not first


def test_background_tasks_are_done_when_the_advance_returns(anywhere):
    done = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"ok"})
        await asyncio.sleep(0.01)
        done.append((await receive())["type"])
        done.append((await receive())["type"])

    anywhere.deliver_to(app)
    agent(anywhere)
    anywhere.settle()
    assert done == ["http.request", "http.disconnect"]


def boom():
    raise ZeroDivisionError("boom")


async def async_boom():
    boom()


async def silent(scope, receive, send):
    """Return without an answer."""


@pytest.mark.deck(strict=False)
@pytest.mark.parametrize(
    ("app", "said"),
    [(wsgi(boom), "boom"), (asgi(async_boom), "boom"), (silent, "")],
    ids=["wsgi", "asgi", "silent"],
)
def test_an_application_that_fails_answers_500(anywhere, caplog, app, said):
    """The traceback is logged, and the delivery is retried."""
    caplog.set_level(logging.ERROR, "deck_sim")
    anywhere.deliver_to(app)
    agent(anywhere)
    anywhere.advance("0s")
    assert anywhere.deliveries[0]["log"][0]["status"] == 500
    assert said in caplog.text


@pytest.mark.deck(strict=False)
def test_a_failure_inside_the_application_fails_the_test(anywhere):
    """`pytest.fail` is no Exception, and reaches the test."""
    anywhere.deliver_to(wsgi(lambda: pytest.fail("in the handler")))
    agent(anywhere)
    with pytest.raises(pytest.fail.Exception, match="in the handler"):
        anywhere.settle()


def test_an_application_cannot_advance_the_clock_that_waits_for_it(anywhere):
    """That is refused, and later calls are on the same thread."""
    threads = []

    def work():
        threads.append(threading.current_thread())
        with pytest.raises(DeckSimError, match="another call is moving"):
            anywhere.advance("1s")

    anywhere.deliver_to(wsgi(work), events=["task_run.queued", "task_run.interaction_required"])
    start_run(anywhere)
    anywhere.advance_until("task_run.interaction_required")
    assert threads == [threading.current_thread()] * 2


@pytest.mark.parametrize("app", [print, 5, lambda: None, "app"])
def test_an_object_that_is_no_application_is_refused(deck, app):
    with pytest.raises(DeckSimError, match=r"an ASGI application.*or a WSGI application"):
        deck.deliver_to(app)
    assert not deck.requests


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"path": "hook"}, "begin with a slash"), ({"events": ["agent.creatd"]}, "agent.created")],
)
def test_an_invalid_destination_keeps_no_application(anywhere, wrong, said):
    """Whether the server or `deliver_to` refuses it."""
    with no_thread_left(), pytest.raises(DeckSimError, match=said):
        anywhere.deliver_to(wsgi(boom), **wrong)
    assert anywhere.apps._apps == []


def test_host_and_path_can_be_chosen(anywhere):
    seen = []

    def app(environ, start_response):
        names = ("HTTP_HOST", "SERVER_NAME", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE")
        seen.append([environ[name] for name in names])
        assert len(environ["wsgi.input"].read()) == int(environ["CONTENT_LENGTH"])
        start_response("200 OK", [])
        return []

    anywhere.deliver_to(app, "/hooks/%C3%A4?token=1", host="hotel.example")
    agent(anywhere)
    anywhere.settle()
    path = "/hooks/ä".encode().decode("latin-1")
    assert seen == [["hotel.example", "hotel.example", path, "token=1", "application/json"]]


def test_the_secret_can_be_chosen(anywhere):
    """`deliver_to` returns it; the default is that of the `Deck`."""
    mine = "whsec_bXkgb3duIHNlY3JldCBvZiAyNCBieXRlcw=="
    assert anywhere.deliver_to(wsgi(boom), secret=mine).secret == mine
    made = anywhere.deliver_to(wsgi(boom))
    assert made.secret == anywhere.webhook_secret
    shown = anywhere._control.call("GET", f"{anywhere.base_url}/event-destinations/{made.id}")
    assert shown["config"]["url"] == made.url


@pytest.mark.parametrize("edition", ["connections", "credentials"])
def test_every_edition_delivers_to_an_application(deck, edition):
    """Each has its own body for destinations, and the same signatures."""
    deck.reset(edition=edition)
    taker = Taker(deck)
    with taker.client, WebhookReceiver(deck) as receiver:
        deck.deliver_to(make_flask(taker), events=["agent.created"])
        agent(deck)
        deck.settle()
        assert taker.types == ["agent.created"]
        assert receiver.wait_for("agent.created")


def test_several_applications_get_their_own_events(anywhere):
    heard = []

    async def react():
        heard.append("asgi")

    anywhere.deliver_to(wsgi(lambda: heard.append("wsgi")), events=["agent.created"])
    anywhere.deliver_to(asgi(react), events=["agent.created"])
    agent(anywhere)
    anywhere.settle()
    assert sorted(heard) == ["asgi", "wsgi"]


def test_an_application_that_hangs_fails_after_five_seconds():
    """It blocks nothing for longer."""
    released = threading.Event()
    with DeckSim() as deck:
        server_at(deck.url).worlds.dispatcher._sender.limit = SHORT
        deck.deliver_to(asgi(lambda: asyncio.to_thread(released.wait)))
        agent(deck)
        deck.advance("0s")
        assert deck.deliveries[0]["log"][0]["error"] == "no answer within 0.05 seconds"
        released.set()


def test_a_closed_deck_calls_no_application(deck):
    """The server has forgotten it."""
    heard = []
    with Deck(deck.url, f"{deck.api_key}_2") as other:
        other.deliver_to(wsgi(lambda: heard.append(1)))
        agent(other)
    with Deck(deck.url, f"{deck.api_key}_2") as other:
        other.advance("0s")
        assert not other.deliveries[0]["log"][0]["ok"]
        other.delete()
    assert heard == []


def test_our_own_loop_ends_with_the_deck(deck):
    """Tasks that still run on it are cancelled."""
    left, threads = [], []

    async def work():
        threads.append(threading.current_thread())
        running = asyncio.ensure_future(asyncio.Event().wait())
        running.add_done_callback(lambda task: left.append(task.cancelled()))

    with Deck(deck.url, f"{deck.api_key}_2") as other:
        other.deliver_to(asgi(work))
        agent(other)
        other.settle()
        other.delete()
    assert left == [True]
    assert not threads[0].is_alive()


@pytest.mark.parametrize("tick", [False, True])
def test_an_application_is_called_in_a_frozen_process(anywhere, tick):
    """Also one that sleeps on our own loop."""
    heard = []

    async def work():
        await asyncio.sleep(0.01)
        heard.append(1)

    anywhere.deliver_to(asgi(work))
    agent(anywhere)
    with freezegun.freeze_time("2020-01-01", tick=tick):
        anywhere.settle()
    assert heard == [1]


def test_a_replay_is_answered_on_the_waiting_thread(deck):
    """As any other delivery to a WSGI application."""
    threads = []
    deck.deliver_to(make_flask(lambda *_: threads.append(threading.get_ident()) or 204))
    deck.create("agents", {"name": "Concierge"})
    deck.settle()
    assert deck.replay(deck.deliveries[-1])["attempts"] == 2
    assert set(threads) == {threading.get_ident()}


def test_a_replay_is_answered_on_the_awaiting_loop(deck):
    """The plain method would block it and refuses; its twin does not."""

    async def story():
        deck.deliver_to(make_fastapi(lambda *_: 204))
        deck.create("agents", {"name": "Concierge"})
        await deck.async_settle()
        with pytest.raises(DeckSimError, match=r"use `await deck\.async_replay"):
            deck.replay(deck.deliveries[-1])
        return await deck.async_replay(deck.deliveries[-1])

    again = asyncio.run(story())
    assert (again["status"], again["attempts"]) == ("success", 2)
