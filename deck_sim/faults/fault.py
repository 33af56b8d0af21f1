"""The base class of faults, their registry, and the reading of faults.

A fault is a mapping with exactly one field that names the fault, and the field of its family, which
selects the calls or events:

    {"match": "POST /v2/tasks/*/run", "times": 2, "status": 502}
"""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from deck_sim.base.errors import listed
from deck_sim.base.validation import Strict, Whole, field_errors, show, value_error
from deck_sim.engine.records import Immutable
from deck_sim.faults.fields import FaultDuration

_OF = {"match": "calls", "event": "webhooks"}  # what the faults of a family are about
FAULT_CLASSES: dict[tuple[str, str], type[Fault]] = {}  # (family, key) -> class


class Fault(Immutable, Strict):
    """A fault: something that can go wrong with a call or a webhook.

    A family of faults sets `family`, the field that selects the calls or events. The first field of
    each fault is its effect. The fault is registered under both names.
    """

    family: ClassVar[str]
    key: ClassVar[str] = ""
    fires: ClassVar[str]
    after: Annotated[int, Field(ge=0), Whole] = 0
    """The number of calls or webhooks that pass unchanged first."""
    times: Annotated[int, Field(ge=1), Whole] | None = None
    """The number of calls or webhooks that the fault then affects. Default: all."""
    probability: Annotated[float, Field(gt=0, le=1)] | None = None
    """The probability, up to 1, for each call or webhook; drawn from the world's seed."""
    duration: FaultDuration | None = None
    """How long the fault lasts on the world's clock, from the first affected call or webhook."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        own = [name for name in cls.__annotations__ if name in cls.model_fields]
        if own and "family" not in vars(cls):
            cls.key = own[0]
        if cls.key:
            FAULT_CLASSES[cls.family, cls.key] = cls

    def __str__(self) -> str:
        """Format the fault in one line: its effect, and the calls or events that it applies to."""
        value = self.model_dump()[self.key]
        what = self.key if value is True else f"{self.key}: {value}"
        return f"{what}, for {getattr(self, self.family)}"


def fault_keys(family: str) -> tuple[str, ...]:
    """Return the keys of a family's faults."""
    return tuple(key for of, key in FAULT_CLASSES if of == family)


def read_fault(base: type[Fault], value: Any) -> Fault:
    """Read a fault of the family with this base class. Raises PydanticCustomError if `value` is not
    a mapping. Raises ValidationError with every mistake in the fault.
    """
    if not isinstance(value, dict):
        raise value_error(f"must be an object with `{base.family}` and a fault, not {show(value)}")
    keys = fault_keys(base.family)
    named = [key for key in value if key in keys]
    for family, key in FAULT_CLASSES:
        if key in value and not named:
            text = f"is a fault of {_OF[family]}, and needs `{family}` instead of `{base.family}`"
            raise field_errors((key, text))
    if len(named) > 1:
        text = (
            f"{listed(named)} are {len(named)} faults;"
            " keep one, and write the others as separate faults"
        )
        raise field_errors((named[1], text))
    made = (FAULT_CLASSES[base.family, named[0]] if named else base).model_validate(value)
    if not named:
        text = f"the fault is missing; add one of {listed(keys, last='or')}"
        raise field_errors((base.family, text))
    return made


def fault_field(base: type[Fault]) -> Any:
    """Return the type of a pydantic field that holds a fault of a family."""
    union: Any = reduce(or_, (FAULT_CLASSES[base.family, key] for key in fault_keys(base.family)))
    return Annotated[union, BeforeValidator(partial(read_fault, base))]
