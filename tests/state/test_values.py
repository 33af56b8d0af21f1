"""Values of a world as text, and back."""

import pytest

from deck_sim.engine.records import Hold
from deck_sim.engine.story import Script
from deck_sim.scenario.library import shipped
from deck_sim.scenario.loader import read_scenario
from deck_sim.state.values import Reader, Writer

MINE = "version: 1\nname: mine\ntask_run: [running, completed]"


def test_a_field_that_an_older_file_lacks_has_its_default():
    """A file of an older version can be read as long as only fields are new."""
    reader = Reader(shipped().find, str)
    assert reader.value('{"$fields": ["hold", {"id": "hold_1"}]}') == Hold("hold_1")
    adds = reader.value('{"$fields": ["selection", {}]}')
    assert (adds.default_scenario, adds.rules) == ("success", [])


def test_a_value_that_cannot_be_read_again_is_an_error():
    """It is not left out silently."""
    for value in (object(), 1j, Script("x", "task_run", ())):
        with pytest.raises(TypeError, match=r"cannot be written|has no source"):
            Writer().text(value)


def test_a_script_is_read_from_the_source_of_its_scenario():
    """For its kind and edition; keys that look like forms stay as they are."""
    writer, script = Writer(), read_scenario(MINE).script("task_run", "credentials")
    value = {"$moment": {"a": (1, b"\xff", script)}}
    text = writer.text(value)
    assert Reader(lambda name: None, writer.sources.__getitem__).value(text) == value
