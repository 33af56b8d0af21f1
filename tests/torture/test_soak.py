"""A life notices what does not hold."""

import pytest

from deck_sim.server import app

from .judges import Broken
from .receiver import Receiver
from .simulator import Client
from .soak import Life, draw, growth


@pytest.fixture
def live(server):
    """Play the life of a number."""
    receiver = Receiver()

    def live(number):
        Life(Client(server.port), receiver, seed=1, number=number).play(actions=15)

    yield live
    receiver.close()


@pytest.mark.parametrize("number", range(4))
def test_a_life_goes_well(live, number):
    live(number)


async def call_again(request, route, call):
    return await call(request, route)


@pytest.mark.parametrize(
    ("owner", "name", "mistake", "told"),
    [
        (app, "answer_once", call_again, "the key .* made"),
        (Receiver, "take", lambda *_: 200, "never arrived"),
    ],
)
def test_a_planted_mistake_is_noticed(live, monkeypatch, owner, name, mistake, told):
    monkeypatch.setattr(owner, name, mistake)
    with pytest.raises(Broken, match=told):
        list(map(live, range(8)))


def test_growth_of_memory_counts_after_the_warm_up():
    assert growth([0, *range(100), *[100] * 200]) == 0
    assert growth([*range(100)]) > 30
    assert draw([0, 1, 2, 7]) == "▁▂▃█"
