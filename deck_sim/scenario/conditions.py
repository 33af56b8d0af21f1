"""`when:`: whether a new connection or run is one that a scenario or a rule asks for."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Annotated, Any, get_args

from pydantic import WithJsonSchema, field_validator

from deck_sim.base.errors import listed, nearest, quote
from deck_sim.contract.resources import AuthMethod
from deck_sim.engine.story import KINDS
from deck_sim.scenario.fields import Strict, value_error

AUTH_METHODS: tuple[str, ...] = get_args(AuthMethod)

# What is known of a connection or run when a scenario is looked for. A name may have several
# spellings: a task is known by its name and by its id.
Facts = Mapping[str, Any]


class When(Strict):
    """What must match, all of it. Texts are globs; `input` is matched by the keys that it names."""

    username: str | None = None
    """The user name of the connection or credential."""
    external_id: str | None = None
    """The external id of the connection or credential."""
    source: str | None = None
    """The source, by name or id."""
    task: str | None = None
    """The task, by name or id; runs only."""
    agent: str | None = None
    """The agent, by name or id; runs only."""
    auth_method: str | None = None
    """The way to log in of the connection or credential."""
    input: dict[str, Any] | None = None
    """What the run's input holds, at least; texts are globs, and numbers are compared by value."""

    @field_validator("auth_method")
    @classmethod
    def _matches_one(cls, value: str | None) -> str | None:
        """See that there is such a way to log in: with another nothing would ever match."""
        if value is not None and not any(fnmatchcase(known, value) for known in AUTH_METHODS):
            known = f"{nearest(value, AUTH_METHODS)}; it can be {listed(AUTH_METHODS, last='or')}"
            raise value_error(f"matches no way to log in: {quote(value)}{known}")
        return value

    def matches(self, facts: Facts) -> bool:
        """Whether everything that is asked for is so."""
        texts = self.model_dump(exclude={"input"}, exclude_none=True)
        return all(matches_text(facts.get(name), glob) for name, glob in texts.items()) and (
            self.input is None or _contains(facts.get("input"), self.input)
        )


class Rule(Strict):
    """Set through the control API or a world file: what matches `when` plays `scenario`."""

    when: When
    """What must match, as in a scenario; `{}` matches everything."""
    scenario: str
    """The name of what is played then."""
    resource: Annotated[str, WithJsonSchema({"enum": [*KINDS]})] | None = None
    """`connection`, `session` or `task_run`; without it, all of them."""


def matches_text(found: Any, glob: str) -> bool:
    """Whether a text, or one of several spellings of it, matches a glob."""
    spellings = found if isinstance(found, list | tuple) else [found]
    return any(fnmatchcase(as_text(text), glob) for text in spellings if text is not None)


def as_text(value: Any) -> str:
    """A value as it is compared: as text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _contains(found: Any, wanted: Any) -> bool:
    """Whether `found` has all that `wanted` has, however deep; texts in `wanted` are globs."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            name in found and _contains(found[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(_contains, found, wanted))
        )
    if found is None or wanted is None:
        return found is wanted
    if _is_number(found) and _is_number(wanted):
        return bool(found == wanted)
    return fnmatchcase(as_text(found), as_text(wanted))


def _is_number(value: Any) -> bool:
    """Whether JSON calls it a number; to Python `true` is one, too."""
    return isinstance(value, int | float) and not isinstance(value, bool)
