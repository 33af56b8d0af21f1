"""The types of the parameters of operations, and the bodies that have many fields.

They have their own module because pydantic is slow to import. The annotations of an operation are
looked up in this module when the operation is first called (`make_model`).
"""

import re
from collections.abc import Callable, Collection
from dataclasses import fields, replace
from datetime import timedelta
from functools import cache, partial
from inspect import Parameter, signature
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
    PlainValidator,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
    create_model,
)
from pydantic_core import core_schema

from deck_sim.base.durations import parse_duration
from deck_sim.base.errors import show
from deck_sim.base.validation import Many, read_duration
from deck_sim.base.validation import PositiveDuration as PositiveDuration
from deck_sim.contract.answers import PROMPTS
from deck_sim.contract.bodies import Body
from deck_sim.contract.bodies import Text as Text
from deck_sim.contract.bodies import WebUrl as WebUrl
from deck_sim.contract.destination_bodies import Secret as Secret
from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import GRADES
from deck_sim.engine.world_values import MOST, OPTION_TYPES, Options
from deck_sim.faults.fault_fields import EventName as EventName
from deck_sim.faults.fault_fields import Match as Match
from deck_sim.runtime.callers import CALLERS
from deck_sim.runtime.settings import MODES, WEBHOOK_TIMES
from deck_sim.scenario.conditions import Rule as Rule

IDLE = "idle"


def _one_of(words: Collection[str]) -> GetPydanticSchema:
    return GetPydanticSchema(lambda *_: core_schema.literal_schema([*words]))


EditionName = Annotated[str, _one_of(EDITIONS)]
Mode = Annotated[str, _one_of(MODES)]
Caller = Annotated[str, _one_of(CALLERS)]
WebhookTime = Annotated[str, _one_of(WEBHOOK_TIMES)]
Length = Annotated[timedelta, PlainValidator(partial(read_duration, parse=parse_duration))]
Speed = Annotated[float, Field(gt=0, le=1_000_000)]
Grade = Annotated[str, _one_of(GRADES)]
ScenarioNames = Annotated[list[str], Field(min_length=1)]
Seeded = dict[str, list[dict[str, Any]]]  # resources by the plural of their kind


def _read_count(value: Any) -> Any:
    if not re.fullmatch("[0-9]{1,9}", f"{value}"):
        raise ValueError(f"must be a whole number, 0 or more, not {show(str(value))}")
    return int(value)


Count = Annotated[int, BeforeValidator(_read_count)]


def _check_moment(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError(f"must be a moment like 2025-01-15T09:30:00Z, not {show(value)}")
    return value


Moment = Annotated[Text, BeforeValidator(_check_moment)]


class _Settings(Body):
    """The settings that `POST /_sim/reset` and `PATCH /_sim/world` have in common."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    edition: EditionName | None = None
    """The edition of Deck's API; can change only while the world is empty."""
    seed: int | None = None
    """The seed of ids and durations; can change only while the world is empty."""
    default_scenario: Text | None = None
    """The scenario that plays if no other is chosen, like `mfa_then_success`."""
    webhook_time: WebhookTime | None = None
    """The clock of webhook signatures: `wall` (real time) or `world`."""

    def options(self, before: Options | None) -> Options:
        """Return `before` (None: all options off) as changed by this body; null turns one off."""
        off = Options()
        return replace(
            before or off,
            **{
                name: getattr(off, name) if (sent := getattr(self, name)) is None else sent
                for name in OPTION_TYPES
                if name in self.model_fields_set
            },
        )


HeaderName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9_!#$%&'*+.^`|~-]+$"), AfterValidator(str.lower)
]
HeaderNames = Annotated[tuple[HeaderName, ...], Many]

# The types of options in a world, and the types to check them with in a body.
_WRITTEN: dict[Any, Any] = {
    int | None: int,
    timedelta | None: PositiveDuration,
    bool: bool,
    tuple[str, ...]: HeaderNames,
}

_options: Any = {}
for _row in fields(Options):
    _type = _WRITTEN[_row.type]
    if _type is int:
        _type = Annotated[int, Field(ge=_row.metadata.get("least", 0), le=MOST)]
    _field = Field(default=None, description=_row.metadata["description"])
    _options[_row.name] = (_type | None, _field)
if TYPE_CHECKING:
    WorldSettings = _Settings
else:
    WorldSettings = create_model("WorldSettings", __base__=_Settings, **_options)


class NewWorld(WorldSettings):
    """The body of `POST /_sim/reset`. The server's settings are the defaults."""

    mode: Mode | None = Field(default=None, alias="clock")
    speed: Speed | None = None
    step: PositiveDuration | None = None
    now: Moment | None = None


class LimitRate(Body):
    """A rate limit. The edition's limit gives the defaults."""

    requests: Annotated[int, Field(ge=1)] | None = None
    per: PositiveDuration | None = None
    retry_after: bool | None = None


def _or_words(text: str, *words: bool | str) -> WrapValidator:
    """Accept one of `words`, or else an object. `text` describes both in the error."""

    def read_word(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, bool | str) and value in words:
            return value
        if isinstance(value, dict | None):
            return read(value)
        raise ValueError(f"must be {text}, not {show(value)}")

    return WrapValidator(read_word)


def _check_undocumented(type_: str) -> str:
    if type_ in PROMPTS:
        raise ValueError(f"{show(type_)} is documented; give a type that Deck does not have")
    return type_


_Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]


class AdditiveChange(Body):
    """Undocumented fields and types for a world to add to its answers and events."""

    fields: bool = False
    event_type: Text | None = None
    interaction_type: Annotated[_Word, AfterValidator(_check_undocumented)] | None = None


class ChangeWorld(WorldSettings):
    """The body of `PATCH /_sim/world`: the settings to change. Others stay as they are."""

    rate_limit: Annotated[LimitRate | None, _or_words("true, false or an object", True, False)] = (
        None
    )
    """`true` for the limit of the edition, or a limit like `{"requests": 5, "per": "1m"}`."""
    additive_changes: AdditiveChange | None = None
    """Undocumented additions to answers and events, like `{"fields": true}`."""


_A_TYPE = {"type": "string", "minLength": 1}
EventNames = Annotated[
    list[EventName],
    Field(min_length=1),
    BeforeValidator(lambda value: [value] if isinstance(value, str) and value else value),
    WithJsonSchema({"anyOf": [_A_TYPE, {"type": "array", "minItems": 1, "items": _A_TYPE}]}),
]


class UntilEvent(Body):
    """The event that ends an advance: one of the types in `event`, for any resource or for `id`."""

    event: EventNames
    id: Text | None = None


Until = Annotated[UntilEvent, _or_words(f"{IDLE!r} or an object with an `event`", IDLE)]


@cache
def make_model(function: Callable[..., Any], names: tuple[str, ...]) -> type[Body]:
    """Make the model that checks these parameters of an operation."""
    types = get_type_hints(function, localns=globals(), include_extras=True)
    defaults = {name: signature(function).parameters[name].default for name in names}
    fields: Any = {
        name: (types[name], ... if default is Parameter.empty else default)
        for name, default in defaults.items()
    }
    model: type[Body] = create_model(function.__name__, __base__=Body, **fields)
    return model
