"""The names of things in remedies, in the terms of each kind of caller."""

CALLERS: dict[str, dict[str, str]] = {
    "test": {
        "advance": "move the clock with `deck.advance_until(…)`, `deck.advance(…)` or"
        " `deck.settle()`, or give your client `deck.sleep`",
        "poll": "Advance the clock (`deck.advance`), let your client wait with `deck.sleep` in"
        " place of `time.sleep`, or use the clock `on_poll`.",
        "call": "if your application reads environment variables in each test, use the fixture"
        " `deck_env`; if it reads them on import, use `monkeypatch.setattr` on its URL and key; if"
        " it always calls https://api.deck.co, use `deck.intercept()`",
        "key": "give your application `deck.api_key` in each test, or use the fixture `deck_env`",
        "authorize": "; the fixture `deck_env` sets `DECK_API_KEY`",
        "path": " The path is an argument: `deck.deliver_to(app, path=…)`",
        "crash": "set `app.testing = True` (Flask) or `DEBUG_PROPAGATE_EXCEPTIONS = True` (Django)"
        " to see it in the test",
        "one_clock": "use `deck_time`, which freezes the process at the world's time",
        "secret": "deck.webhook_secret",
        "setting": "`deck.stamp_webhooks(…)`",
        "answer": '`deck.answer("{id}", {answer})` answers it',
        "review": '`deck.approve("{id}")` approves it',
    },
    "http": {
        "advance": 'move the clock with `POST /_sim/clock/advance {"by": "5m"}` or'
        " `deck-sim advance 5m`, or use the clock `on_poll`",
        "poll": 'Advance the clock with `POST /_sim/clock/advance {"by": "5s"}` (in place of a'
        ' sleep of your client: `{"sleep": "5s"}`), or use the clock `on_poll`.',
        "call": "does your application use the URL of this server, and this key?",
        "key": "give your application the key of this world",
        "authorize": "",
        "path": "",
        "crash": "its log has the exception",
        "one_clock": "freeze the world, too: `deck-sim clock --mode frozen`",
        "secret": "webhook_secret` of `GET /_sim/world",
        "setting": "`PATCH /_sim/world`",
        "answer": "it accepts {answer}",
        "review": "`POST /_sim/task-runs/{id}/approve` approves it",
    },
    "node": {
        "advance": "move the clock with `world.advanceUntil(…)`, `world.advance(…)` or"
        " `world.settle()`, or give your client `world.sleep`",
        "poll": "Advance the clock (`world.advance`), let your client wait with `world.sleep`, move"
        " fake timers with `world.tick`, or use the clock `on_poll`.",
        "call": "give your application `world.baseUrl` and `world.apiKey`, or the variables of"
        " `world.env`, in each test",
        "key": "give your application `world.apiKey` in each test",
        "authorize": " with `world.apiKey`",
        "path": " The path is an option: `world.deliverTo(app, { path })`",
        "crash": "its output has the exception",
        "one_clock": "give the world the clock `frozen`",
        "secret": "world.webhookSecret",
        "setting": "`webhook_time` of `PATCH /_sim/world`",
        "answer": '`world.answer("{id}", {answer})` answers it',
        "review": '`world.approve("{id}")` approves it',
    },
}
