"""The programs of `scripts/torture` notice what does not hold."""

import pytest

from .fuzz import judge
from .process import Broken
from .soak import growth

JSON = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n\r\n%s"


def test_a_wrong_answer_is_noticed():
    for status, body in ((b"500 X", b"{}"), (b"400 X", b'{"errors": [{"type": "", "code": ""}]}')):
        with pytest.raises((Broken, KeyError)):
            judge("GET", JSON % (status, body))


def test_a_right_answer_has_its_status():
    error = b'{"errors": [{"type": "a", "code": "b", "message": "c"}]}'
    assert [judge("GET", JSON % (b"404 X", error)), judge("GET", b"")] == [404, 0]


def test_growth_of_memory_counts_after_the_warm_up():
    assert growth([*range(100), *[100] * 100]) == 0
    assert growth([*range(100)]) > 30
