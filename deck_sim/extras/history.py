"""A generated history of a run, as a scenario. Needs no Hypothesis, unlike the strategies."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from deck_sim.scenario.yaml.writer import write_yaml

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class History(Mapping[str, Any]):
    """A scenario that `deck.scenario` takes as it is; its `repr` is YAML."""

    scenario: Json
    answers: tuple[Mapping[str, str], ...]
    """The right answer to each prompt on the way to the outcome, in order."""
    outcome: str
    """The status in which the run ends if every prompt gets its right answer in time."""

    @property
    def name(self) -> str:
        """The scenario's name, a digest of its steps."""
        return str(self.scenario["name"])

    @property
    def yaml(self) -> str:
        """The scenario as a file: save it in your scenarios folder to keep it as a test."""
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
        """Print on separate lines in Hypothesis's reports, so that the YAML can be copied."""
        with printer.indent(4):
            for line in self.yaml.splitlines():
                printer.break_()
                printer.text(line)
        printer.break_()


def is_generated(name: str) -> bool:
    """Whether a scenario of this name is a generated history."""
    return bool(re.fullmatch("history_[0-9a-f]{8}", name))


def make_history(
    edition: str,
    scripts: Json,
    answers: tuple[Mapping[str, str], ...],
    statuses: tuple[str, ...],
) -> History:
    """The history of a run that goes through `statuses`."""
    digest = blake2b(write_yaml(scripts).encode(), digest_size=4).hexdigest()
    head = {
        "version": 1,
        "name": f"history_{digest}",
        "summary": f"A run that is {', then '.join(statuses)}.",
        "edition": edition,
    }
    return History(head | scripts, answers, statuses[-1])
