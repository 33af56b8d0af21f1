"""Plain data written as YAML that is read as the same data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deck_sim.scenario.yaml.reader import read_yaml
from deck_sim.scenario.yaml.writer import write_yaml

NUMBERS = st.integers(-(10**30), 10**30) | st.floats(-1e20, 1e20).filter(
    lambda number: abs(number) > 1e-10 or not number
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(PLAIN)
def test_what_is_written_is_read_again(data):
    """Whatever JSON can hold comes back as it was, types included."""
    assert read_yaml(write_yaml(data)).data == data


@pytest.mark.parametrize(
    "text", ["012345", "1:30", "no", "yes", "1e5", "true", "null", "~", "", "2025-01-15", "0x1f"]
)
def test_a_text_stays_a_text(text):
    """What looks like something else is read as what it is."""
    assert read_yaml(write_yaml([text])).data == [text]


def test_it_looks_as_people_write_it():
    """Keys keep their order, lists stand below their keys, and texts of several lines in lines."""
    data = {"running": ["2s"], "code": "123456", "file": "date\nétage\n", "n": 1e20}
    assert write_yaml(data) == (
        "running:\n  - 2s\ncode: '123456'\nfile: |\n  date\n  étage\nn: 100000000000000000000.0\n"
    )


def test_what_stands_in_two_places_is_written_twice():
    """No anchors, which people would have to look up."""
    answer = {"code": "1"}
    assert write_yaml([answer, answer]) == "- code: '1'\n- code: '1'\n"
