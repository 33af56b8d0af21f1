from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deck_sim.base.errors import show
from deck_sim.base.validation import error_message


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Small(Strict):
    small: int = 0


class Large(Strict):
    large: int = 0


class Body(Strict):
    must: str
    text: Annotated[str, Field(min_length=1, max_length=3, pattern="^[a-z]*$")] = "a"
    whole: Annotated[int, Field(ge=1, le=9_000_000)] = 1
    flag: bool = False
    choice: Literal["a", "b"] = "a"
    type: Literal["webhook", "queue"] = "queue"
    names: Annotated[list[str], Field(min_length=2)] = ["a", "b"]
    single: Annotated[list[str], Field(max_length=1)] = []
    inner: Small | None = None
    many: list[Small] = []
    either: Small | Large | Literal["none"] = "none"
    free: Annotated[dict[str, int], Field(max_length=2)] = {}
    when: float = Field(default=0, alias="at")


ALL = "`at`, `choice`, `either`, `flag`, `free`, `inner`, `many`, `must`, `names`, `single`, `text`"
MESSAGES = [
    ({"must": None}, ["must be text, not null"]),
    ({"text": 5}, ["must be text, not 5"]),
    ({"text": ["a"]}, ["must be text, not a list"]),
    ({"text": ""}, ["must not be empty"]),
    ({"text": "abcd"}, ["must be at most 3 characters long, not 4"]),
    ({"text": "ÄÖ"}, ['must match ^[a-z]*$, and "ÄÖ" does not']),
    ({"whole": "1"}, ['must be a whole number, not "1"']),
    ({"whole": True}, ["must be a whole number, not true"]),
    ({"whole": 0}, ["must be at least 1, not 0"]),
    ({"whole": 9_000_001}, ["must be at most 9000000, not 9000001"]),
    ({"flag": "yes"}, ['must be true or false, not "yes"']),
    ({"choice": "c"}, ["must be 'a' or 'b', not \"c\""]),
    ({"type": "webhok"}, ["must be 'webhook' or 'queue', not \"webhok\"; did you mean 'webhook'?"]),
    ({"names": "a"}, ['must be a list, not "a"']),
    ({"names": ["a"]}, ["must have at least 2 items, not 1"]),
    ({"single": ["a", "b"]}, ["must have at most 1 item, not 2"]),
    ({"inner": 5}, ["must be an object, not 5"]),
    ({"free": {"a": 1, "b": 2, "c": 3}}, ["must have at most 2 items"]),
    ({"free": []}, ["must be an object, not an empty list"]),
    ({"free": {"{found}": "{x}"}}, ['must be a whole number, not "{x}"']),
    ({"at": "now"}, ['must be a number, not "now"']),
    ({"txt": 1}, ["unknown key 'txt'; did you mean 'text'?"]),
    ({"when": 1}, ["unknown key 'when'; did you mean 'whole'?"]),
    ({"inner": {"x": 1}}, ["unknown key 'x'; allowed: `small`"]),
    ({"many": [{}, {"smal": 1}]}, ["unknown key 'smal'; did you mean 'small'?"]),
    ({"k" * 99: 1}, [f"unknown key '{'k' * 59}…'; allowed: {ALL}, `type` or `whole`"]),
    (
        {"either": {"x": 1}},
        [
            "unknown key 'x'; allowed: `small`",
            "unknown key 'x'; allowed: `large`",
            "must be 'none', not an object",
        ],
    ),
]


def messages_for(data):
    with pytest.raises(ValidationError) as caught:
        Body.model_validate(data)
    return [error_message(error, Body) for error in caught.value.errors()]


def test_a_message_names_what_was_found_and_what_is_allowed():
    """Of an unknown name the nearest spelling alone, if there is one; at any depth."""
    messages = [(data, messages_for({"must": "", **data})) for data, _ in MESSAGES]
    assert messages == MESSAGES
    assert messages_for({}) == ["is required"]
    assert messages_for([]) == ["must be an object, not an empty list"]


def test_values_are_shown_as_short_json():
    for value, text in [
        (1.5, "1.5"),
        ("ü", '"ü"'),
        ({"a": 1}, "an object"),
        ([1], "a list"),
        ({}, "an empty object"),
        ({1}, '"{1}"'),
        ("x" * 99, f'"{"x" * 58}…'),
        ("x" * 58, f'"{"x" * 58}"'),
    ]:
        assert show(value) == text
