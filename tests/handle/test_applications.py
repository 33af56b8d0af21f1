"""Direct calls of ASGI and WSGI applications."""

import asyncio
from concurrent.futures import Future

import pytest

from deck_sim.handle.applications import HttpRequest, HttpResponse, call_asgi, call_wsgi

REQUEST = HttpRequest(
    "POST", "https://shop.example/a%20b?x=%C3%A4#c", [(b"X-Key", b"\xe4")], b"body"
)


def seen_by_asgi(request):
    """The scope that an application gets, and its answer."""
    seen, answer = [], Future()

    async def app(scope, receive, send):
        seen.append(scope)
        start = {"type": "http.response.start", "status": 201, "headers": [(b"X-A", b"1")]}
        await send(start)
        for body, more in ((b"one ", True), (b"two", False)):
            await send({"type": "http.response.body", "body": body, "more_body": more})

    asyncio.run(call_asgi(app, request, answer))
    return seen[0], answer.result()


def seen_by_wsgi(request):
    """The environment that an application gets, and its answer."""
    seen, answer = [], Future()

    def app(environ, start_response):
        seen.append(environ)
        write = start_response("201 Created", [("X-A", "1")])
        write(b"one ")
        yield b"two"

    call_wsgi(app, request, answer)
    return seen[0], answer.result()


def test_asgi_gets_the_whole_request():
    """The path is decoded, the query is not; header names are in lower case."""
    scope, _ = seen_by_asgi(REQUEST)
    assert (scope["path"], scope["raw_path"]) == ("/a b", b"/a%20b")
    assert (scope["query_string"], scope["headers"]) == (b"x=%C3%A4", [(b"x-key", b"\xe4")])
    assert (scope["scheme"], scope["server"]) == ("https", ("shop.example", 443))


def test_wsgi_gets_the_whole_request():
    environ, _ = seen_by_wsgi(REQUEST)
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/a b", "x=%C3%A4")
    assert (environ["HTTP_X_KEY"], environ["wsgi.input"].read()) == ("ä", b"body")
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("shop.example", "443")


@pytest.mark.parametrize("call", [seen_by_asgi, seen_by_wsgi])
def test_an_answer_in_pieces_is_joined(call):
    assert call(REQUEST)[1] == HttpResponse(201, [(b"x-a", b"1")], b"one two")


def test_a_url_without_a_path_is_the_root():
    assert seen_by_asgi(HttpRequest("GET", "http://shop.example", []))[0]["path"] == "/"


def test_the_body_of_a_wsgi_application_is_closed():
    """`close` is called, even if the body raises."""
    closed = []

    class Body:
        """Raises after a part."""

        def __iter__(self):
            yield b"half"
            raise ZeroDivisionError

        def close(self):
            """Record the call."""
            closed.append(True)

    def app(environ, start_response):
        start_response("200 OK", [])
        return Body()

    answer = Future()
    with pytest.raises(ZeroDivisionError):
        call_wsgi(app, REQUEST, answer)
    assert closed
    assert isinstance(answer.exception(), ZeroDivisionError)


def test_a_cancelled_application_is_a_lost_connection():
    """A thread that waits for the answer is not cancelled itself."""
    answer = Future()

    async def cancel():
        running = asyncio.ensure_future(call_asgi(hang, REQUEST, answer))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait([running])

    async def hang(scope, receive, send):
        await asyncio.Event().wait()

    asyncio.run(cancel())
    assert isinstance(answer.exception(), ConnectionResetError)
