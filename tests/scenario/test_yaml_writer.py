from hypothesis import given
from hypothesis import strategies as st

from deck_sim.scenario.yaml_files import read_yaml, write_yaml

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
def test_written_data_is_read_again(data):
    assert read_yaml(write_yaml(data)).data == data


def test_the_layout_is_that_of_scenario_files():
    """Keys keep their order, lists are indented, texts of several lines are blocks."""
    data = {"running": ["2s"], "code": "123456", "file": "date\nétage\n", "n": 1e20, "no": "1:30"}
    assert write_yaml(data) == (
        "running:\n  - 2s\ncode: '123456'\nfile: |\n  date\n  étage\nn: 100000000000000000000.0\n"
        "'no': '1:30'\n"
    )


def test_a_shared_value_is_written_twice():
    answer = {"code": "1"}
    assert write_yaml([answer, answer]) == "- code: '1'\n- code: '1'\n"
