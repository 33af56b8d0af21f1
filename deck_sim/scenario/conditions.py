"""Rules that select a scenario for a new resource. Globs are as in `fnmatchcase`."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import WithJsonSchema

from deck_sim.base.validation import Strict
from deck_sim.engine.commands import Facts
from deck_sim.engine.script import SCRIPT_KINDS


class When(Strict):
    """The conditions of a rule, all of which must hold. Texts are globs."""

    username: str | None = None
    """The user name of the connection or credential, like `*@hotel.example`."""
    external_id: str | None = None
    """The external id of the connection or credential, like `customer_*`."""
    source: str | None = None
    """The name or id of the source, like `Hotel*`."""
    task: str | None = None
    """The name or id of the task; only for runs."""
    agent: str | None = None
    """The name or id of the agent; only for runs."""
    auth_method: str | None = None
    """The method with which the connection or credential logs in."""
    input: dict[str, Any] | None = None
    """Keys and values that the run's input must have; the input may have more."""

    def matches(self, facts: Facts) -> bool:
        for name, glob in self.model_dump(exclude={"input"}, exclude_none=True).items():
            fact = facts.get(name)
            values = fact if isinstance(fact, list | tuple) else [fact]
            if not any(fits_glob(value, glob) for value in values if value is not None):
                return False
        return self.input is None or _contains(facts.get("input"), self.input)


class Rule(Strict):
    """A rule: new resources that meet the conditions play the scenario."""

    when: When
    """The conditions, like `{username: "*@hotel.example"}`. `{}` matches every resource."""
    scenario: str
    """The name of the scenario to play, like `mfa_then_success`."""
    resource: Annotated[str, WithJsonSchema({"enum": [*SCRIPT_KINDS]})] | None = None
    """The kind of resource: `connection`, `session` or `task_run`. If omitted, any of them."""


def _contains(value: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(value, Mapping) and all(
            name in value and _contains(value[name], inner) for name, inner in expected.items()
        )
    if isinstance(expected, list):
        same_length = isinstance(value, list) and len(value) == len(expected)
        return same_length and all(map(_contains, value, expected))
    if value is None or expected is None:
        return value is expected
    is_comparable = isinstance(value, bool) == isinstance(expected, bool)  # in Python, True is 1
    return (is_comparable and value == expected) or fits_glob(value, expected)


def fits_glob(value: Any, glob: Any) -> bool:
    return fnmatchcase(plain_text(value), plain_text(glob))


def plain_text(value: Any) -> str:
    """Return a value as text; a boolean as `true` or `false`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
