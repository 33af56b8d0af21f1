"""Clients that sleep, on the world's clock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import tenacity

from deck_sim.engine.world import FROZEN_START

UNFINISHED = tenacity.retry_if_result(lambda run: run["status"] in ("queued", "running"))


def test_tenacity_sleeps_on_the_clock_of_the_world(deck, start_run, read_run):
    """Retries take no real time."""
    run = start_run(deck, "slow_success")
    retrying = tenacity.Retrying(
        retry=UNFINISHED, wait=tenacity.wait_exponential(multiplier=1, max=60), sleep=deck.sleep
    )
    assert retrying(lambda: read_run(deck, run))["status"] == "completed"
    assert deck.clock.now - FROZEN_START >= timedelta(minutes=25)


def test_tenacity_sleeps_in_coroutines(deck, start_run, read_run):
    run = start_run(deck, "slow_success")

    async def read():
        return read_run(deck, run)

    retrying = tenacity.AsyncRetrying(
        retry=UNFINISHED, wait=tenacity.wait_fixed(30), sleep=deck.async_sleep
    )
    assert asyncio.run(retrying(read))["status"] == "completed"
    assert deck.clock.now - FROZEN_START == timedelta(minutes=25)


def test_tenacity_gives_up_on_the_clock_of_the_world(deck, deck_time, start_run, read_run):
    run = start_run(deck, "slow_success")
    retrying = tenacity.Retrying(
        retry=UNFINISHED,
        wait=tenacity.wait_fixed(30),
        stop=tenacity.stop_after_delay(600),
        sleep=deck.sleep,
    )
    with pytest.raises(tenacity.RetryError):
        retrying(lambda: read_run(deck, run))
    assert datetime.now(UTC) - FROZEN_START == timedelta(minutes=10)


@pytest.mark.deck(clock="on_poll")
def test_a_client_with_a_hidden_sleep_polls_to_the_end(deck, start_run, read_run):
    """With an `on_poll` clock, each read jumps to what is due next."""
    run, statuses = start_run(deck, "slow_success"), []
    while not statuses or statuses[-1] in ("queued", "running"):
        statuses.append(read_run(deck, run)["status"])
    assert statuses == ["running", "completed"]
    assert deck.clock.now - FROZEN_START == timedelta(minutes=25)


@pytest.mark.deck(clock="on_poll", step="8m")
def test_a_step_is_the_interval_of_the_polls(deck, start_run, read_run):
    """Each read lets exactly that much time pass."""
    run, statuses = start_run(deck, "slow_success"), []
    while not statuses or statuses[-1] in ("queued", "running"):
        statuses.append(read_run(deck, run)["status"])
    assert statuses == ["running", "running", "running", "completed"]
    assert deck.clock.now - FROZEN_START == timedelta(minutes=32)
