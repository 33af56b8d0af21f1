"""Whether values have the types that annotations name."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import Any

import pytest

from deck_sim.base.type_hints import fits


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (1, int),
        (1, float),
        (None, str | None),
        ({}, Any),
        ({"a": None}, dict[str, None]),
        ({"a": [1]}, Mapping[str, list[int] | None]),
        (("a", 1, "b"), tuple[int | str, ...]),
        (("a", 1), tuple[str, int]),
        (Counter("a"), Counter[str]),
        (deque([1]), deque[int]),
    ],
)
def test_a_value_fits_its_annotation(value, hint):
    assert fits(value, hint)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("1", int),
        (1, str | None),
        ({"a": 1}, dict[str, None]),
        ({1: None}, dict[str, None]),
        ([("a", 1)], dict[str, int]),
        ((1, None), tuple[int | str, ...]),
        (("a",), tuple[str, int]),
        (("a", "b"), tuple[str, int]),
        (Counter({"a": "b"}), Counter[str]),
        ([1, "2"], deque[int]),
    ],
)
def test_a_value_of_another_type_does_not_fit(value, hint):
    assert not fits(value, hint)
