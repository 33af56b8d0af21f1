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
        texts = self.model_dump(exclude={"input"}, exclude_none=True)
        return all(matches_text(facts.get(name), glob) for name, glob in texts.items()) and (
            self.input is None or _contains(facts.get("input"), self.input)
        )


class Rule(Strict):
    """A rule: new resources that meet the conditions play the scenario."""

    when: When
    """The conditions, like `{username: "*@hotel.example"}`. `{}` matches every resource."""
    scenario: str
    """The name of the scenario to play, like `mfa_then_success`."""
    resource: Annotated[str, WithJsonSchema({"enum": [*SCRIPT_KINDS]})] | None = None
    """The kind of resource: `connection`, `session` or `task_run`. If omitted, any of them."""


def matches_text(found: Any, glob: str) -> bool:
    """Whether a value, or an item of a list of values, matches a glob. None matches no glob."""
    spellings = found if isinstance(found, list | tuple) else [found]
    return any(fits_glob(text, glob) for text in spellings if text is not None)


def _contains(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and _contains(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        same_length = isinstance(found, list) and len(found) == len(wanted)
        return same_length and all(map(_contains, found, wanted))
    if found is None or wanted is None:
        return found is wanted
    is_comparable = isinstance(found, bool) == isinstance(wanted, bool)  # in Python, True is 1
    return (is_comparable and found == wanted) or fits_glob(found, wanted)


def fits_glob(value: Any, glob: Any) -> bool:
    return fnmatchcase(plain_text(value), plain_text(glob))


def plain_text(value: Any) -> str:
    """Return a value as text; a boolean as `true` or `false`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
