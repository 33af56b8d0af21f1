"""The base class of faults, the registry of their classes, and functions that read faults.

A fault is written as a mapping. Its `match` selects calls, or its `event` selects webhooks. Exactly
one key names its effect, such as `status`; the other keys belong to this effect or limit it:

    {"match": "POST /v2/tasks/*/run", "times": 2, "status": 502}
"""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from deck_sim.base.errors import listed, show
from deck_sim.base.validation import Strict, Whole, field_errors
from deck_sim.engine.world_values import Immutable
from deck_sim.faults.fault_fields import FaultDuration

# What the faults of a family affect; in scenarios the list that has them.
_OF = {"match": "calls", "event": "webhooks"}
_LISTS = {"match": "http", "event": "webhooks"}
FAULT_CLASSES: dict[tuple[str, str], type[Fault]] = {}  # (family, key) -> class


class Fault(Immutable, Strict):
    """A fault: something that can go wrong with a call or a webhook.

    `family` is the field that selects the calls or webhooks: `match` or `event`. `key` is the
    field that names the effect: by default the first that a class adds. The pair selects a class.
    """

    family: ClassVar[str]
    key: ClassVar[str] = ""
    fires: ClassVar[str]
    after: Annotated[int, Field(ge=0), Whole] = 0
    """How many matching calls, or attempts to deliver, the fault skips first."""
    times: Annotated[int, Field(ge=1), Whole] | None = None
    """How many calls, or attempts to deliver, the fault affects at most. Default: no limit."""
    probability: Annotated[float, Field(gt=0, le=1)] | None = None
    """The probability that the fault affects a call or attempt; drawn from the world's seed."""
    duration: FaultDuration | None = None
    """How long the fault lasts on the world's clock, from the first call or attempt not skipped."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        fields = [name for name in cls.__annotations__ if name in cls.model_fields]
        if fields and "family" not in vars(cls):
            cls.key = fields[0]
        if cls.key:
            FAULT_CLASSES[cls.family, cls.key] = cls

    def __str__(self) -> str:
        value = self.model_dump()[self.key]
        effect = self.key if value is True else f"{self.key}: {value}"
        return f"{effect}, for {getattr(self, self.family)}"


def fault_keys(family: str) -> tuple[str, ...]:
    return tuple(key for of, key in FAULT_CLASSES if of == family)


def read_fault(base: type[Fault], value: Any) -> Fault:
    """Return the fault that a mapping describes; `base` is the base class of its family."""
    if not isinstance(value, dict):
        raise ValueError(f"must be an object with `{base.family}` and a fault, not {show(value)}")
    keys = fault_keys(base.family)
    effects = [key for key in value if key in keys]
    for family, key in FAULT_CLASSES:
        if key in value and not effects:
            text = f"is a fault of {_OF[family]}; give it `{family}` instead of `{base.family}`"
            raise field_errors((key, f"{text} (in a scenario, below `{_LISTS[family]}`)"))
    if len(effects) > 1:
        text = f"{listed(effects)} are {len(effects)} faults"
        raise field_errors((effects[1], f"{text}; write a separate fault for each of them"))
    fault = (FAULT_CLASSES[base.family, effects[0]] if effects else base).model_validate(value)
    if not effects:
        text = f"the fault is missing; add one of {listed(keys, last='or')}"
        raise field_errors((base.family, text))
    return fault


def fault_field(base: type[Fault]) -> Any:
    """Return the type of a pydantic field that holds any fault of the family of `base`."""
    union: Any = reduce(or_, (FAULT_CLASSES[base.family, key] for key in fault_keys(base.family)))
    return Annotated[union, BeforeValidator(partial(read_fault, base))]
