from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deck_sim.base.validation import error_message, show


class Strict(BaseModel):
    """A model of known names and exact types."""

    model_config = ConfigDict(strict=True, extra="forbid")


class Small(Strict):
    """One of two."""

    small: int = 0


class Large(Strict):
    """The other of two."""

    large: int = 0


class Body(Strict):
    """A little of everything."""

    text: Annotated[str, Field(min_length=1, max_length=3, pattern="^[a-z]*$")] = "a"
    whole: Annotated[int, Field(ge=1, le=9_000_000)] = 1
    flag: bool = False
    choice: Literal["a", "b"] = "a"
    type: Literal["webhook", "queue"] = "queue"
    names: Annotated[list[str], Field(min_length=2)] = ["a", "b"]
    one: Annotated[list[str], Field(max_length=1)] = []
    inner: Small | None = None
    many: list[Small] = []
    either: Small | Large | Literal["none"] = "none"
    free: dict[str, int] = {}
    when: float = Field(default=0, alias="at")


class Needy(Strict):
    """Something is required."""

    must: str


def messages_for(data, model=Body):
    """The messages for all errors in `data`, without locations."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return [error_message(error, model) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"text": 5}, "must be text, not 5"),
        ({"text": None}, "must be text, not null"),
        ({"text": ["a"]}, "must be text, not a list"),
        ({"text": ""}, "must not be empty"),
        ({"text": "abcd"}, "must be at most 3 characters long, not 4"),
        ({"text": "ÄÖ"}, 'must match ^[a-z]*$, and "ÄÖ" does not'),
        ({"whole": "1"}, 'must be a whole number, not "1"'),
        ({"whole": 1.5}, "must be a whole number, not 1.5"),
        ({"whole": True}, "must be a whole number, not true"),
        ({"whole": 0}, "must be at least 1, not 0"),
        ({"whole": 9_000_001}, "must be at most 9000000, not 9000001"),
        ({"flag": "yes"}, 'must be true or false, not "yes"'),
        ({"choice": "c"}, "must be 'a' or 'b', not \"c\""),
        (
            {"type": "webhok"},
            "must be 'webhook' or 'queue', not \"webhok\"; did you mean 'webhook'?",
        ),
        ({"names": "a"}, 'must be a list, not "a"'),
        ({"names": ["a"]}, "must have at least 2 items"),
        ({"one": ["a", "b"]}, "must have at most 1 item"),
        ({"inner": 5}, "must be an object, not 5"),
        ({"free": []}, "must be an object, not an empty list"),
        ({"free": {"{found}": "{x}"}}, 'must be a whole number, not "{x}"'),
        ({"at": "now"}, 'must be a number, not "now"'),
        ([], "must be an object, not an empty list"),
    ],
)
def test_a_message_names_what_was_found_and_what_is_allowed(data, sentence):
    """Each type of error has a text; others keep pydantic's."""
    assert messages_for(data) == [sentence]


ALL = (
    "`at`, `choice`, `either`, `flag`, `free`, `inner`, `many`, `names`, `one`, `text`, `type` or"
    " `whole`"
)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"txt": 1}, "unknown key 'txt'; did you mean 'text'?"),
        ({"when": 1}, "unknown key 'when'; did you mean 'whole'?"),
        ({"inner": {"x": 1}}, "unknown key 'x'; allowed: `small`"),
        ({"many": [{}, {"smal": 1}]}, "unknown key 'smal'; did you mean 'small'?"),
        ({"k" * 99: 1}, f"unknown key '{'k' * 59}…'; allowed: {ALL}"),
    ],
)
def test_the_message_for_an_unknown_name_lists_the_allowed_names(data, sentence):
    """Or the nearest spelling alone, if there is one; at any depth."""
    assert messages_for(data) == [sentence]


def test_each_member_of_a_union_knows_its_own_names():
    small, large, literal = messages_for({"either": {"x": 1}})
    assert small == "unknown key 'x'; allowed: `small`"
    assert large == "unknown key 'x'; allowed: `large`"
    assert literal == "must be 'none', not an object"


def test_a_missing_field_is_required():
    assert messages_for({}, Needy) == ["is required"]


def test_values_are_shown_as_short_json():
    """At most sixty characters, and no contents of objects and lists."""
    for value, shown in [
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ("ü", '"ü"'),
        ({"a": 1}, "an object"),
        ([1], "a list"),
        ([], "an empty list"),
        ({}, "an empty object"),
        ((1,), "a list"),
        ({1}, '"{1}"'),
        ("x" * 99, f'"{"x" * 58}…'),
        ("x" * 58, f'"{"x" * 58}"'),
    ]:
        assert show(value) == shown
