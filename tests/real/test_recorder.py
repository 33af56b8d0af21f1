import httpx2
import pytest

from deck_sim import DeckSimError
from deck_sim.real.recorder import read_upstream


def test_a_call_is_passed_on_with_its_key_and_recorded(record):
    def upstream(request):
        data = [str(request.url), request.headers["authorization"], request.content.decode()]
        return httpx2.Response(201, json=data, headers={"X-Deck": "1"})

    async def program(client):
        answer = await client.post("/agents?a=%20b", content=b'{"name": 1}')
        url, key, body = answer.json()
        assert url == "https://deck.example/v2/agents?a=%20b"
        assert (key, body) == ("Bearer sk_live_0123456789abcdef", '{"name": 1}')
        assert (answer.status_code, answer.headers["x-deck"]) == (201, "1")

    (exchange,) = record(program, upstream).exchanges
    assert (exchange.method, exchange.path) == ("POST", "/v2/agents?a=%20b")
    assert (exchange.request, exchange.status) == ({"name": 1}, 201)
    assert exchange.started <= exchange.ended


def test_a_page_of_html_is_passed_on_and_recorded_as_text(record):
    async def program(client):
        assert (await client.get("/agents")).text == "<html>"

    recorder = record(program, lambda request: httpx2.Response(502, text="<html>"))
    assert [(e.status, e.response) for e in recorder.exchanges] == [(502, "<html>")]


def test_an_upstream_that_does_not_answer_is_recorded_without_a_status(record):
    def upstream(request):
        raise httpx2.ConnectError("refused")

    async def program(client):
        assert (await client.get("/agents")).status_code == 502

    recorder = record(program, upstream)
    assert [(e.status, e.response) for e in recorder.exchanges] == [(None, None)]
    assert recorder.failures == ["GET /v2/agents: refused"]


def test_a_webhook_reaches_the_receiver_as_it_was_sent(record):
    def app(request):
        assert str(request.url) == "https://app.example/hook"
        assert (request.content, request.headers["webhook-signature"]) == (b'{"a":  1}', "v1,x")
        return httpx2.Response(204)

    async def program(client):
        headers = {"webhook-signature": "v1,x"}
        answer = await client.post("/", content=b'{"a":  1}', headers=headers)
        assert answer.status_code == 204

    (webhook,) = record(program, app, "https://app.example/hook", app).webhooks
    assert (webhook.body, webhook.status) == ({"a": 1}, 204)


def test_a_webhook_that_no_receiver_took_is_answered_with_502(record):
    def app(request):
        raise httpx2.ReadTimeout("")

    async def program(client):
        assert (await client.post("/", content=b"{}")).status_code == 502

    recorder = record(program, app, "https://app.example/hook", app)
    assert [webhook.status for webhook in recorder.webhooks] == [None]
    assert recorder.failures == ["a webhook to https://app.example/hook: ReadTimeout"]


@pytest.mark.parametrize(("id_", "edition"), [("conn_1", "connections"), ("cred_1", "credentials")])
def test_the_edition_follows_from_the_ids(record, id_, edition):
    async def program(client):
        await client.get("/agents")

    recorder = record(program, lambda request: httpx2.Response(200, json={"id": id_}))
    assert recorder.recording().edition == edition


def test_plain_http_is_only_for_loopback():
    assert read_upstream("http://localhost:1/v2") == "http://localhost:1"
    assert read_upstream("https://api.deck.co/v2") == "https://api.deck.co"
    with pytest.raises(DeckSimError, match="would send your key unencrypted"):
        read_upstream("http://api.deck.co")
