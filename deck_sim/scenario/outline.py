"""The steps of a scenario as readers see them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from deck_sim.scenario.steps.step import Step


def describe_step(step: Step) -> dict[str, str]:
    """The keys of a step except its branches, each with its value as text."""
    return {
        info.alias or name: describe_value(value)
        for name, info in type(step).model_fields.items()
        if name not in step.branches and (value := getattr(step, name)) not in (None, (), "")
    }


def describe_value(value: Any) -> str:
    """A value of a scenario as one line of text."""
    if isinstance(value, BaseModel):
        first, *rest = [describe_value(inner) for _, inner in value if inner is not None]
        return f"{first} ({', '.join(rest)})" if rest else first
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {describe_value(inner)}" for key, inner in value.items())
    if isinstance(value, tuple | list):
        return " | ".join(map(describe_value, value))
    first, *more = str(value).splitlines() or [""]
    return f"{first} …" if more else first
