import re
from typing import Literal

import pytest

from deck_sim.contract.bodies import Body
from deck_sim.contract.error_catalog import ApiError
from deck_sim.runtime.request_bodies import check_body, parse_recorded, read_object

UNREADABLE = [
    (b"", "The body is empty; it must be a JSON object."),
    (b'{"a":\n 1', "The body is not JSON: Expecting ',' delimiter in line 2, column 3."),
    (b"{a}", "in line 1, column 2."),
    (b"{} {}", "The body is not JSON: Extra data in line 1, column 4."),
    (b"\xef\xbb\xbf{}", "The body is not JSON: Unexpected UTF-8 BOM"),
    (b'{"a": "\xff"}', "The body is not UTF-8: byte 7 cannot be read."),
    (b'{"a": NaN}', "The body cannot be read: NaN is not JSON."),
    (b'{"a": -Infinity}', "-Infinity is not JSON."),
    (b'{"a": 1e999}', "1e999 is too large."),
    (b'{"a": "\\ud800"}', "it contains half of a surrogate pair."),
    (b"[]", "The body must be a JSON object, not an array."),
    (b'"a"', "The body must be a JSON object, not a string."),
    (b"null", "The body must be a JSON object, not null."),
    (b"1", "The body must be a JSON object, not a number."),
    (b"[" * 90_000 + b"]" * 90_000, "The body is nested too deeply; use at most 100 levels."),
    (b'{"a":' * 101 + b"1" + b"}" * 101, "The body is nested too deeply; use at most 100 levels."),
]


def test_an_unreadable_body_is_refused_with_the_place_or_the_reason():
    for body, message in UNREADABLE:
        with pytest.raises(ApiError, match=re.escape(message)) as refusal:
            read_object(body)
        assert [p.name for p in refusal.value.problems] == ["request/body_invalid"], body[:9]


def test_a_body_may_have_a_hundred_levels():
    """And many more brackets side by side, or in texts."""
    body = b'{"a":' * 50 + b"[" * 50 + b"]" * 50 + b"}" * 50
    text = b"[" * 200
    assert read_object(body[:-1] + b', "b": [' + b"[]," * 200 + b'"' + text + b'"]}').keys() == {
        *"ab"
    }


def test_a_whole_surrogate_pair_is_read():
    assert read_object(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}


class _Inner(Body):
    size: int


class _Thing(Body):
    name: str
    auth_method: Literal["none"] = "none"
    inner: list[_Inner] | None = None
    auth_credentials: dict[str, str] | None = None
    password: str = ""


def _problems(**data):
    with pytest.raises(ApiError) as refusal:
        check_body(_Thing, data)
    return {problem.field: problem for problem in refusal.value.problems}


def test_every_problem_of_a_body_is_reported_with_its_field():
    problems = _problems(name=None, inner=[{"size": 1}, {"size": "x"}], extra=1, auth_method="sso")
    assert {field: problem.name for field, problem in problems.items()} == {
        "name": "request/input_missing",
        "inner[1].size": "request/input_invalid",
        "extra": "request/input_invalid",
        "auth_method": "auth/auth_method_invalid",
    }
    assert problems["inner[1].size"].message == '`inner[1].size`: must be a whole number, not "x"'


def test_an_error_never_repeats_a_secret():
    for secret in (
        {"password": 12345},
        {"auth_credentials": "12345"},
        {"auth_credentials": {"p": 12345}},
    ):
        (problem,) = _problems(name="x", **secret).values()
        assert "must be" in problem.message
        assert "12345" not in problem.message


def test_a_recorded_body_is_its_json_or_the_start_of_its_text():
    for body, recorded in [
        (b"", None),
        (b'{"a": [1, {"password": null}]}', {"a": [1, {"password": None}]}),
        (b"{oops", "{oops"),
        (b'{"a": NaN}', '{"a": NaN}'),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        (b"x" * 5000, "x" * 1000),
    ]:
        assert parse_recorded(body) == recorded
