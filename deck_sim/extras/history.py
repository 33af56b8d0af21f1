"""The history of a run as a scenario that was made up: what it says, and how it is to end."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from deck_sim.scenario.yaml.writer import write_yaml

Json = dict[str, Any]
Answer = Mapping[str, str]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class History(Mapping[str, Any]):
    """A run's history as a scenario, which `deck.scenario` takes as it is; its `repr` is YAML."""

    scenario: Json
    answers: tuple[Answer, ...]
    """The right answer to each prompt on the way to the outcome, in order."""
    outcome: str
    """The status in which the run ends if every prompt gets its right answer in time."""

    @property
    def name(self) -> str:
        """What the scenario is called; other steps, another name."""
        return str(self.scenario["name"])

    @property
    def yaml(self) -> str:
        """The scenario as a file: save it in your folder to keep it as a test."""
        return write_yaml(self.scenario)

    def __getitem__(self, key: str) -> Any:
        return self.scenario[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.scenario)

    def __len__(self) -> int:
        return len(self.scenario)

    def __repr__(self) -> str:
        return self.yaml

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Let Hypothesis print it on lines of its own, so that it can be copied from there."""
        with printer.indent(4):
            for line in self.yaml.splitlines():
                printer.break_()
                printer.text(line)
        printer.break_()


_NAME = "history_{}"
_MADE_UP = re.compile(_NAME.format("[0-9a-f]{8}"))


def is_made_up(name: str) -> bool:
    """Whether it is a history that has a scenario of this name."""
    return bool(_MADE_UP.fullmatch(name))


def tell_history(
    edition: str, scripts: Json, answers: tuple[Answer, ...], statuses: tuple[str, ...]
) -> History:
    """The history of a run that goes through `statuses`, named after what its scripts say."""
    digest = blake2b(write_yaml(scripts).encode(), digest_size=4).hexdigest()
    head = {
        "version": 1,
        "name": _NAME.format(digest),
        "summary": f"A run that is {', then '.join(statuses)}.",
        "edition": edition,
    }
    return History(head | scripts, answers, statuses[-1])
