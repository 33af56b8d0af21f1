"""The server in a frozen process. Each test hangs if it does not work."""

import pytest

ADVANCE = """
def drive(deck):
    ready = deck.ready_task()
    deck.advance("5m")
    assert deck.clock.now.isoformat() == "2025-01-15T09:35:00+00:00"
    with httpx2.Client(trust_env=False) as client:
        headers = {"Authorization": f"Bearer {deck.api_key}"}
        for _ in range(3):
            answer = client.get(f"{deck.base_url}/tasks/{ready.task_id}", headers=headers)
            assert answer.status_code == 200
"""
FROM_THE_START = (
    """
import httpx2, pytest
FREEZE
@pytest.fixture(scope="session", autouse=True)
def frozen():
    with freeze():
        yield
"""
    + ADVANCE
    + """
def test_frozen(deck): drive(deck)
def test_frozen_again(deck): drive(deck)
"""
)
IN_A_TEST = (
    """
import httpx2
FREEZE
"""
    + ADVANCE
    + """
def test_before(deck): drive(deck)
def test_frozen(deck):
    with freeze():
        drive(deck)
def test_server_of_its_own():
    from deck_sim import DeckSim
    with freeze(), DeckSim() as deck:
        drive(deck)
def test_after(deck): drive(deck)
"""
)
WAYS = {
    "freezegun": "import freezegun\ndef freeze(): return freezegun.freeze_time('2020-01-01')",
    "freezegun ticking": (
        "import freezegun\ndef freeze(): return freezegun.freeze_time('2020-01-01', tick=True)"
    ),
    "freezegun with real asyncio": (
        "import freezegun\n"
        "def freeze(): return freezegun.freeze_time('2020-01-01', real_asyncio=True)"
    ),
    "freezegun, each look a tick": (
        "import freezegun\n"
        "def freeze(): return freezegun.freeze_time('2020-01-01', auto_tick_seconds=15)"
    ),
    "time-machine": (
        "import time_machine\ndef freeze(): return time_machine.travel(0, tick=False)"
    ),
    "time-machine ticking": "import time_machine\ndef freeze(): return time_machine.travel(0)",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("text", "passed"), [(FROM_THE_START, 2), (IN_A_TEST, 4)])
def test_the_server_answers_and_stops_in_a_frozen_process(run_apart, way, text, passed):
    """Frozen all the time, or for a part of it."""
    run_apart(text.replace("FREEZE", WAYS[way])).assert_outcomes(passed=passed)
