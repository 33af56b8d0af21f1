"""The steps of a script, one class each. A new step is a new class in one of these modules;
reading, checking and playing find it by its `word` and its `kinds`.
"""

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Discriminator, Tag

from deck_sim.scenario.steps import effects, interaction, statuses
from deck_sim.scenario.steps.base import REGISTRY, Step


def _word(item: Any) -> Any:
    """The word that tells which step an item of a script is."""
    if isinstance(item, dict) and item:
        return next(iter(item))
    return item if isinstance(item, str) else getattr(item, "word", None)


def words(kind: str) -> tuple[str, ...]:
    """The steps that a script of this kind may have."""
    return tuple(word for of, word in REGISTRY if of == kind)


def _union(kind: str) -> Any:
    members = [Annotated[REGISTRY[kind, word], Tag(word)] for word in words(kind)]
    union: Any = members[0]
    for member in members[1:]:
        union = union | member
    return Annotated[union, Discriminator(_word)]


if TYPE_CHECKING:
    ConnectionStep = Step
    RunStep = Step
else:
    ConnectionStep = _union("connection")
    RunStep = _union("task_run")

_names = {"ConnectionStep": ConnectionStep, "RunStep": RunStep}
for _class in set(REGISTRY.values()):
    _class.model_rebuild(_types_namespace=_names)

__all__ = ["ConnectionStep", "RunStep", "Step", "effects", "interaction", "statuses", "words"]
