import pytest

STORY = """
    import pytest

    def test_a_run(deck, deck_client):
        ready = deck.ready_task()
        run = deck_client.post(f"/tasks/{ready.task_id}/run", json=ready.login).json()
        deck.advance_until("task_run.completed", run)
        assert deck_client.get(f"/task-runs/{run['id']}").json()["status"] == "completed"

    async def run_a_task(deck, client):
        ready = deck.ready_task()
        run = (await client.post(f"/tasks/{ready.task_id}/run", json=ready.login)).json()
        await deck.async_advance_until("task_run.completed", run)
        assert (await client.get(f"/task-runs/{run['id']}")).json()["status"] == "completed"

    @pytest.mark.asyncio
    async def test_a_run_in_pytest_asyncio(deck, deck_async_client):
        await run_a_task(deck, deck_async_client)

    @pytest.mark.anyio
    @pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
    async def test_a_run_in_anyio(deck, deck_async_client):
        await run_a_task(deck, deck_async_client)

    @pytest.mark.asyncio
    async def test_a_webhook_in_the_loop_of_the_test(deck_env, deck_async_client):
        import asyncio, os
        from fastapi import FastAPI, Request
        from standardwebhooks import Webhook
        app, loop, seen = FastAPI(), asyncio.get_running_loop(), []

        @app.post("/webhooks/deck")
        async def hook(request: Request):
            assert asyncio.get_running_loop() is loop
            secret = os.environ["DECK_WEBHOOK_SECRET"]
            event = Webhook(secret).verify(await request.body(), dict(request.headers))
            answer = await deck_async_client.get(f"/agents/{event['data']['id']}")
            seen.append((event["type"], answer.status_code))

        deck_env.deliver_to(app)
        await deck_async_client.post("/agents", json={"name": "Concierge"})
        await deck_env.async_settle()
        assert seen == [("agent.created", 200)]
"""


@pytest.mark.parametrize("library", ["httpx2", "httpx"])
def test_the_same_tests_pass_with_each_library(run, pytester, library):
    pytester.makeini(f"[pytest]\ndeck_client_library = {library}")
    run(STORY).assert_outcomes(passed=5)


def test_the_clients_are_closed_after_the_test(run):
    text = """
        clients = []
        def test_use(deck_client, deck_async_client):
            clients.extend([deck_client, deck_async_client])
        def test_closed():
            assert [client.is_closed for client in clients] == [True, True]
    """
    run(text).assert_outcomes(passed=2)
