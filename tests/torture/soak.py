"""The soak: many worlds, one after the other, in which runs are played to their end."""

import statistics
from random import Random

from deck_sim import Deck, DeckSimError, WebhookReceiver
from deck_sim.contract.editions import EDITIONS
from deck_sim.scenario.library import shipped

from .process import Broken, Process

_WARM_UP = 0.5  # share of the worlds after which memory may not grow any more
_GROWTH = 12  # MiB
_FINAL = ("completed", "failed", "canceled")


def soak(seed: int, number: int) -> None:
    """Play the lives of that many worlds.

    Raises:
        Broken: if a run does not end, an event is not delivered, or memory grows.

    """
    sizes = list[float]()
    with Process() as process:
        for at in range(number):
            try:
                live(process.url, Random(f"{seed}/{at}"), [*EDITIONS][at % len(EDITIONS)])
            except (Broken, DeckSimError, AssertionError) as error:
                raise Broken(f"seed {seed}, world {at}: {error}") from error
            process.check()
            sizes.append(process.resident_mib())
    grown = growth(sizes)
    print(f"soak: seed {seed}, {number} worlds; memory grew by {grown:.1f} MiB")
    if grown > _GROWTH:
        raise Broken(f"memory grew by {grown:.1f} MiB: {[round(size) for size in sizes]}")


def growth(sizes: list[float]) -> float:
    """How much the median has grown from the first third after the warm-up to the last third."""
    warm = sizes[int(len(sizes) * _WARM_UP) :]
    third = max(1, len(warm) // 3)
    return statistics.median(warm[-third:]) - statistics.median(warm[:third])


def live(url: str, random: Random, edition: str) -> None:
    library = shipped()
    names = [name for name in library.names() if edition in library.get(name).editions]
    with Deck(url, f"sk_soak_{random.random()}") as deck:
        deck.reset(edition=edition, seed=random.randrange(1000))
        with WebhookReceiver(deck) as webhooks:
            started = 0
            for _ in range(8):
                name = random.choice(names)
                try:
                    deck.start_run(name, status=random.choice(("queued", "running", None)))
                    started += 1
                except DeckSimError:  # the scenario refuses the run, or ends before that status
                    pass
                act(deck, random)
                deck.advance(random.choice(("1s", "30s", "5m")))
            deck.advance("2d")
            unfinished = [run["id"] for run in deck.runs if run["status"] not in _FINAL]
            if unfinished:
                raise Broken(f"runs that did not end in two days: {unfinished}")
            if len(deck.runs) < started:
                raise Broken(f"{started} runs were started, and there are {len(deck.runs)}")
            sent = {delivery["event_id"] for delivery in deck.deliveries if delivery["log"]}
            missing = sent - {event["id"] for event in webhooks.events}
            if missing and not any(fault for fault in deck.faults):
                raise Broken(f"events that never arrived: {missing}")
        deck.delete()


def act(deck: Deck, random: Random) -> None:
    """Answer, review or cancel what waits."""
    for run in deck.runs:
        if run["status"] == "interaction_required" and random.random() < 0.7:
            key = EDITIONS[deck.world["edition"]].answer_key
            answer = {field["name"]: "123456" for field in run["interaction"]["fields"]}
            try:
                deck.create(f"task-runs/{run['id']}/interaction", {key: answer})
            except DeckSimError:  # held, or refused by a scenario
                continue
        elif run["status"] in ("pending", "review_required"):
            random.choice((deck.approve, deck.reject))(run)
