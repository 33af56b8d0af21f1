"""Values of a world as bytes, and back."""

import pickle
import sys
from collections import Counter, UserDict

import pytest

from deck_sim.engine.world_values import HoldPoint
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.scenario.selection import SelectionState
from deck_sim.state.values import Reader, Writer, restore

MINE = "version: 1\nname: mine\ntask_run: [running, completed]"


def test_a_field_that_an_older_file_lacks_has_its_default():
    """A file of an older version can be read as long as only fields are new."""
    assert restore(HoldPoint, {"id": "hold_1"}) == HoldPoint("hold_1")
    assert restore(SelectionState, {}) == SelectionState()


def test_a_file_runs_no_code():
    for value in (print, Reader.read, Writer, UserDict, pytest.fail, Counter.fromkeys):
        with pytest.raises(pickle.UnpicklingError, match="which deck-sim does not store"):
            Reader(shipped().find, str).read(pickle.dumps(value))


@pytest.mark.parametrize("module", ["this", "collections.abc_", "deck_sim.__main__"])
def test_a_module_is_refused_before_it_is_imported(module):
    """To import it would run its code."""
    sys.modules.pop(module, None)
    with pytest.raises(pickle.UnpicklingError, match=f"it contains {module}.main"):
        Reader(shipped().find, str).read(f"c{module}\nmain\n.".encode())
    assert module not in sys.modules


def test_a_value_that_cannot_be_read_again_is_not_written():
    with pytest.raises(TypeError, match="complex cannot be read back"):
        Writer().write([1j])


def test_a_script_is_read_from_the_source_of_its_scenario():
    """For its kind and edition."""
    writer, script = Writer(), read_scenario(MINE).script("task_run", "credentials")
    value = {"a": (1, b"\xff", script)}
    data = writer.write(value)
    assert Reader(lambda name: None, dict(writer.sources.values()).__getitem__).read(data) == value
