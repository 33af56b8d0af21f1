"""What every fault is, how it is written, and how it is filed: under its family and its key.

A fault is written as a mapping that says what it is for, and has exactly one key that names it:

    {"match": "POST /v2/tasks/*/run", "times": 2, "status": 502}
"""

from __future__ import annotations

from functools import partial, reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, PlainValidator, WithJsonSchema

from deck_sim.base.errors import listed
from deck_sim.base.validation import Strict, Whole, field_errors, show, value_error

REGISTRY: dict[tuple[str, str], type[Fault]] = {}  # (family, key) -> class

MOST = 1_000_000


class Fault(Strict):
    """A fault. Subclasses set `key`, the name of the field that says what happens.

    A family of faults sets `family`, the name of the field that says what they are for.
    """

    family: ClassVar[str]
    key: ClassVar[str] = ""
    fires: ClassVar[str]
    after: Annotated[int, Field(ge=0, le=MOST), Whole] = 0
    """How many of those that it is for pass before it strikes."""
    times: Annotated[int, Field(ge=1, le=MOST), Whole] | None = None
    """How many it strikes then; without it, all of them."""

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Itself: nothing changes it, so copies of a world share it."""
        return self

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """File the class under its key."""
        if cls.key:
            other = REGISTRY.setdefault((cls.family, cls.key), cls)
            if other is not cls:
                text = f"{cls.key!r} is {other.__name__} already; {cls.__name__} cannot be"
                raise TypeError(text)

    def __str__(self) -> str:
        """The fault in a line: what happens, and to what."""
        value = self.model_dump()[self.key]
        what = self.key if value is True else f"{self.key}: {value}"
        return f"{what}, for {getattr(self, self.family)}"


def fault_keys(family: str) -> tuple[str, ...]:
    """What the faults of a family are called."""
    return tuple(key for of, key in REGISTRY if of == family)


def read_fault(base: type[Fault], value: Any) -> Fault:
    """Read a fault of the family whose base is given.

    Raises:
        PydanticCustomError: if it is no mapping.
        ValidationError: with all that is wrong in it.

    """
    if isinstance(value, base):
        return value
    if not isinstance(value, dict):
        raise value_error(f"must be an object with `{base.family}` and a fault, not {show(value)}")
    keys = fault_keys(base.family)
    named = [key for key in value if key in keys]
    if len(named) > 1:
        text = f"{listed(named)} are {len(named)} faults; keep one, and write another beside it"
        raise field_errors((named[1], text))
    made = (REGISTRY[base.family, named[0]] if named else base).model_validate(value)
    if not named:
        text = f"what goes wrong with it is not said; add one of {listed(keys, last='or')}"
        raise field_errors((base.family, text))
    return made


def fault_field(base: type[Fault]) -> Any:
    """The type of a model's field that holds a fault of a family."""
    members = [REGISTRY[base.family, key] for key in fault_keys(base.family)]
    schema = {"title": "fault", "anyOf": [m.model_json_schema() for m in members]}
    reader = PlainValidator(partial(read_fault, base))
    union: Any = reduce(or_, members)
    return Annotated[union, reader, WithJsonSchema(schema)]
