"""A `follow` clock, for a suite that freezes the process itself."""

import subprocess
import sys
import textwrap

import pytest
from freezegun import freeze_time

FOLLOWS = {
    "freezegun, a decorator": """
        @freezegun.freeze_time("2024-03-01 12:00")
        def test_follow(ready, deck_webhooks):
            freezer = freezegun.api.freeze_factories[-1]
            play(*ready, deck_webhooks, freezer.tick)
    """,
    "freezegun, blocks": """
        def test_follow(ready, deck_webhooks):
            with freezegun.freeze_time("2024-03-01 12:00"):
                run = start_run(*ready)
            with freezegun.freeze_time("2024-03-01 12:00:05"):
                assert ready[0].runs[0]["status"] == "running"
            with freezegun.freeze_time("2024-03-01 12:05"):
                assert ready[0].runs[0]["status"] == "completed"
                assert deck_webhooks.wait_for("task_run.completed")["data"]["id"] == run["id"]
            assert ready[0].clock.now.isoformat() == "2024-03-01T12:05:00+00:00"
    """,
    "time-machine, still": """
        def test_follow(ready, deck_webhooks):
            with time_machine.travel("2024-03-01 12:00Z", tick=False) as traveller:
                play(*ready, deck_webhooks, traveller.shift)
    """,
    "time-machine, ticking": """
        def test_follow(ready, deck_webhooks):
            with time_machine.travel("2034-03-01 12:00Z", tick=True) as traveller:
                play(*ready, deck_webhooks, traveller.shift)
    """,
}


@pytest.mark.parametrize("way", FOLLOWS)
def test_a_world_follows_the_frozen_process(run, way):
    """A read settles what fell due when the freezer moved."""
    text = """
        import datetime, freezegun, httpx2, pytest, time_machine
        pytestmark = pytest.mark.deck(clock="follow")

        @pytest.fixture
        def ready(deck): return deck, deck.ready_task()

        def start_run(deck, ready):
            headers = {"Authorization": f"Bearer {deck.api_key}"}
            url = f"{deck.base_url}/tasks/{ready.task_id}/run"
            body = {"connection_id": ready.connection_id}
            return httpx2.post(url, json=body, headers=headers, trust_env=False).json()

        def play(deck, ready, webhooks, move):
            run = start_run(deck, ready)
            now = datetime.datetime.now(datetime.UTC)
            assert abs(deck.clock.now - now) < datetime.timedelta(minutes=1)
            move(300.0)
            assert deck.clock.now - now >= datetime.timedelta(minutes=5)
            assert webhooks.wait_for("task_run.completed")["data"]["id"] == run["id"]
    """
    run(textwrap.dedent(text) + textwrap.dedent(FOLLOWS[way])).assert_outcomes(passed=1)


@pytest.mark.deck(clock="follow")
def test_wait_for_moves_a_following_world(deck, start_run, deck_webhooks):
    """It reads the world again and again."""
    with freeze_time("2034-03-01", auto_tick_seconds=0.1):
        run = start_run(deck)
        assert deck_webhooks.wait_for("task_run.completed", run, timeout=30)


def test_a_server_in_another_process_cannot_follow(run_apart, tmp_path):
    """With `--deck-url` the error says why, and what to use."""
    port = tmp_path / "port"
    words = ["serve", "--port", "0", "--port-file", f"{port}", "--clock", "frozen"]
    with subprocess.Popen([sys.executable, "-m", "deck_sim", *words], stdout=-3) as server:
        while not port.exists():
            assert server.poll() is None
        text = """
            import pytest
            @pytest.mark.deck(clock="follow")
            def test_follow(deck): pass
        """
        result = run_apart(text, "--deck-url", f"http://127.0.0.1:{port.read_text().strip()}")
        server.terminate()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*cannot start the world of this test: `follow` reads the time of the server's process*"]
    )
