"""Values of a world as JSON data, and back."""

import json
from collections import Counter, OrderedDict, deque
from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from deck_sim.engine.records import Event, Hold, Resource
from deck_sim.engine.world_state import FROZEN_START
from deck_sim.runtime.serialization import dump_json
from deck_sim.runtime.world_values import Reader, Writer
from deck_sim.scenario.library import shipped
from deck_sim.state.row_values import RowWriter

MOMENTS = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(fold=0))


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.binary() | MOMENTS | st.timedeltas(),
        lambda inner: (
            st.lists(inner)
            | st.tuples(inner, inner)
            | st.dictionaries(st.text() | st.tuples(st.text()), inner)
            | st.dictionaries(st.text(), inner).map(OrderedDict)
            | st.dictionaries(st.text(), st.integers()).map(Counter)
            | st.lists(inner).map(lambda items: deque(items, maxlen=3))
        ),
        max_leaves=10,
    )
)
def test_every_form_of_a_value_is_restored(value):
    """The value read equals the value written, in type and order."""
    writer = Writer()
    written = json.loads(dump_json({"it": writer.write(value)}))["it"]
    read = Reader(shipped().find).read(written)
    assert (type(read), repr(read)) == (type(value), repr(value))


def test_a_field_that_an_older_document_lacks_has_its_default():
    """A world of an older version can be read as long as only fields are new."""
    agent = Resource("agent", "agt_1", FROZEN_START, FROZEN_START, None, {})
    event = Event("evt_1", "agent.created", agent, FROZEN_START)
    for value, new in ((Hold("hold_1"), "met"), (event, "extras")):
        written = RowWriter().write(value)
        del written["$fields"][1][new]
        assert Reader(lambda name: None).read(written) == value


def test_a_set_is_written_sorted():
    """So equal worlds have equal snapshots."""
    written = Writer().write({"b", "a"})
    assert written == {"$set": ["a", "b"]}
    assert Reader(shipped().find).read(written) == {"a", "b"}
