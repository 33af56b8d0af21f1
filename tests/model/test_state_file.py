"""Both editions in a server that keeps its worlds in a file, against the models of their contracts.

After each call the file holds the world that is in memory. Now and then that is given up, and
loaded again; the models do not know.
"""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from whole_world import whole

from deck_sim.state.state_file import keep_worlds

from .machine import BUDGET
from .product import Product
from .test_connections import ConnectionsMachine
from .test_credentials import CredentialsMachine


class KeptProduct(Product):
    """An app whose worlds are kept in a file."""

    calls = 0

    def __init__(self, edition):
        super().__init__(edition)
        self.stack = ExitStack()
        folder = self.stack.enter_context(TemporaryDirectory())
        self.stack.enter_context(keep_worlds(self.worlds, Path(folder) / "worlds.db"))

    def __exit__(self, *error):
        self.stack.close()
        super().__exit__(*error)

    def call(self, key, method, path, body=None, **headers):
        """Call the app; then compare the world with the file, or load it from there."""
        answer = super().call(key, method, path, body, **headers)
        self.calls += 1
        if self.worlds.state and self.calls % 9 == 0:
            live = whole(self.worlds.find(key))
            saved = whole(self.worlds.state._read(key).simulation)
            assert live == saved, [name for name in live if live[name] != saved[name]]
            if self.calls % 2 == 0:
                self.reload(key)
        return answer

    def reload(self, key):
        """Load a world from the file. Calls and entries are not there, so they are handed over."""
        before = self.worlds.find(key)
        self.worlds.reload(key)
        after = self.worlds.find(key)
        assert before.journal.total == after.journal.total
        assert before.world.timeline.total == after.world.timeline.total
        after.journal, after.world.timeline = before.journal, before.world.timeline


@pytest.mark.parametrize("machine", [ConnectionsMachine, CredentialsMachine])
def test_a_world_goes_on_from_the_file_as_the_model_says(machine):
    with KeptProduct(machine.edition) as product:
        machine_with_file = type(machine.__name__, (machine,), {"product": product})
        run_state_machine_as_test(
            machine_with_file, settings=settings(BUDGET, max_examples=BUDGET.max_examples // 5)
        )
