"""The model of a scenario file, and the scripts that it gives to connections, sessions and runs."""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, PrivateAttr, Tag, WithJsonSchema

from deck_sim.base.errors import format_path, listed, quote, suggest
from deck_sim.base.validation import Many, PositiveDuration, Strict, Whole
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.engine.script import SCRIPT_KINDS, Path, Script
from deck_sim.faults.http import AnyHttpFault, HttpFault
from deck_sim.faults.webhooks import AnyWebhookFault, WebhookFault
from deck_sim.scenario.steps.statuses import WORDS, ConnectionStep, RunStep, SessionStep
from deck_sim.scenario.steps.step import Step
from deck_sim.scenario.yaml_files import write_yaml

Version = Annotated[Literal[1], Whole]
ScenarioName = Annotated[str, Field(pattern="^[a-z0-9_]{1,100}$")]


def _read_edition(name: str) -> str:
    if name not in EDITIONS:
        raise ValueError(f"unknown edition {quote(name)}{suggest(name, EDITIONS)}")
    return name


EditionName = Annotated[str, AfterValidator(_read_edition), WithJsonSchema({"enum": [*EDITIONS]})]


def _script_of(step: Any) -> Any:
    """Return the type of a script: a list of steps, or such a list for each edition."""
    steps: Any = Annotated[tuple[step, ...], Many]
    ways = Annotated[steps, Tag("steps")] | Annotated[dict[EditionName, steps], Tag("editions")]

    def find_way(value: Any) -> str:
        # A mapping with the name of a step is probably a list without its `- `.
        return "editions" if isinstance(value, dict) and WORDS.isdisjoint(value) else "steps"

    return Annotated[ways, Discriminator(find_way)]


if TYPE_CHECKING:
    ConnectionScript = Any
    SessionScript = Any
    RunScript = Any
else:
    ConnectionScript = _script_of(ConnectionStep)
    SessionScript = _script_of(SessionStep)
    RunScript = _script_of(RunStep)


class Scenario(Strict):
    """One scenario file: its scripts, faults and settings."""

    version: Version
    """The version of the file's format, always `1`."""
    name: ScenarioName
    """The unique name, like `code_from_the_hotel`."""
    summary: str = ""
    """The scenario in one sentence, which `deck-sim scenarios` shows."""
    tags: Annotated[tuple[str, ...], Many] = ()
    """Words to find the scenario by, like `[mfa, hotel]`; `deck-sim scenarios NAME` shows them."""
    edition: EditionName | None = None
    """The edition to play in. If omitted, every edition that can play the scenario."""
    connection: ConnectionScript | None = None
    """The script of a new connection. If omitted, `connecting: 1s`, then `connected`."""
    session: SessionScript | None = None
    """The script of a session that starts without a run. If omitted, `queued: 1s`, `running: 1s`,
    then `idle`."""
    task_run: RunScript | None = None
    """The script of a run. If omitted, `queued: 2s`, `running: 8s`, then `completed`."""
    playlist: Annotated[tuple[ScenarioName, ...], Many] | None = None
    """Scenarios that successive runs play in order, one each. Further runs play the last one."""
    mix: dict[ScenarioName, Annotated[float, Field(gt=0, le=1000)]] | None = None
    """Scenarios and their weights; each run draws one of the scenarios."""
    task_timeout: PositiveDuration | None = None
    """The timeout of the run in place of the default one; a task's own timeout counts more."""
    http: Annotated[tuple[AnyHttpFault, ...], Many] | None = None
    """Faults in calls about the resource that plays the scenario."""
    webhooks: Annotated[tuple[AnyWebhookFault, ...], Many] | None = None
    """Faults in webhooks about the resource that plays the scenario."""
    _source: dict[str, Any] = PrivateAttr(default_factory=dict)
    _text: str = PrivateAttr(default="")  # empty if it was never written as YAML
    _editions: tuple[str, ...] = PrivateAttr(default=())
    _why_editions: str = PrivateAttr(default="")
    _scripts: dict[tuple[str, str | None], Script] = PrivateAttr(default_factory=dict)

    @property
    def entries(self) -> tuple[str, ...]:
        """The names in the playlist or mix; empty if the scenario is neither."""
        return self.playlist or tuple(self.mix or ())

    @property
    def editions(self) -> tuple[str, ...]:
        return self._editions

    @property
    def why_editions(self) -> str:
        """Why an edition cannot play the scenario; empty if all can, or if it sets `edition`."""
        return self._why_editions

    @property
    def for_editions(self) -> str:
        """A text for messages: the editions that can play the scenario, and why others cannot."""
        why = f" ({self._why_editions})" if self._why_editions else ""
        return f"the edition {listed(self._editions)}{why}"

    @property
    def source(self) -> dict[str, Any]:
        return self._source

    @property
    def text(self) -> str:
        """The scenario as YAML: the original text, if there is one."""
        return self._text or write_yaml(self._source)

    @property
    def overview(self) -> dict[str, Any]:
        about = {"name": self.name, "summary": self.summary}
        return {**about, "tags": [*self.tags], "editions": [*self.editions]}

    @property
    def faults(self) -> tuple[HttpFault | WebhookFault, ...]:
        return (*(self.http or ()), *(self.webhooks or ()))

    def defines(self, kind: str, edition: str | None = None) -> bool:
        """Whether the scenario has a script for this kind; for runs, a playlist or mix counts, too.
        With `edition`, only a script that this edition plays counts.
        """
        written = self.scripts(kind).keys()
        mine = written if edition is None else written & {None, edition}
        return bool(mine or (kind == "task_run" and self.entries))

    def scripts(self, kind: str) -> Mapping[str | None, tuple[Step, ...]]:
        """Return the scripts that are written for a kind, by edition; None stands for all."""
        written = getattr(self, kind)
        return written if isinstance(written, dict) else {None: written} if written else {}

    def script(self, kind: str, edition: str | None = None) -> Script:
        """Return the script that a new resource of this kind plays in a world of the edition. If
        the scenario has none, it is the default script of the kind. Without `edition`, scripts for
        a single edition do not count.
        """
        if (kind, edition) in self._scripts:
            return self._scripts[kind, edition]
        written = self.scripts(kind)
        name = edition if edition in written else None
        steps = written.get(name) or getattr(_DEFAULT, kind)
        # Faults without any script are for runs.
        is_alone = kind == "task_run" and not any(map(self.defines, SCRIPT_KINDS))
        faults = self.faults if is_alone or self.defines(kind) else ()
        timeout = self.task_timeout if kind == "task_run" else None
        head = () if name is None else (name,)
        script = Script(self.name, kind, steps, self._source, faults, head, timeout)
        self._scripts[kind, edition] = script
        return script


# The scripts of kinds for which a scenario has none.
_DEFAULT = Scenario.model_validate(
    {
        "version": 1,
        "name": "default",
        "connection": [{"connecting": "1s"}, "connected"],
        "session": [{"queued": "1s"}, {"running": "1s"}, "idle"],
        "task_run": [{"queued": "2s"}, {"running": "8s"}, "completed"],
    }
)


def written_steps(
    scenario: Scenario, edition: Edition | None = None
) -> Iterator[tuple[str, Path, Step]]:
    """Yield kind of script, path and step for every step, also in branches, of the edition."""
    for kind in SCRIPT_KINDS:
        if edition is not None and kind not in edition.kinds:
            continue
        for name, steps in scenario.scripts(kind).items():
            if edition is None or name in (None, edition.name):
                head = () if name is None else (name,)
                yield from ((kind, path, step) for path, step in _steps(steps, head))


def _steps(steps: tuple[Step, ...], path: Path) -> Iterator[tuple[Path, Step]]:
    for index, step in enumerate(steps):
        here = (*path, index)
        yield here, step
        for name, branch in step.branches.items():
            yield from _steps(branch, (*here, name))


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of scenario files. It does not check the order of statuses,
    the names in expressions, or keys that exclude each other; `deck-sim check` does.
    """
    return schema_of(Scenario, "deck-sim scenario, version 1")


def schema_of(model: type[Strict], title: str) -> dict[str, Any]:
    first = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}
    return first | model.model_json_schema() | {"title": title}


# How often each step was played, by scenario, kind of script and path.
Played = Mapping[tuple[str, str, Path], int]


def step_coverage(
    played: Played, find: Callable[[str], Scenario | None], edition: Edition | None = None
) -> list[dict[str, Any]]:
    """Return how often each step was played, in a row for each scenario in `played`. With
    `edition`, leave out the scripts that this edition does not play. Scenarios that `find` does not
    know are left out, too.
    """
    rows = []
    for name in sorted({scenario for scenario, _, _ in played}):
        if scenario := find(name):
            steps = {
                format_path((kind, *path)): played.get((name, kind, path), 0)
                for kind, path, _ in written_steps(scenario, edition)
            }
            missed = [place for place, count in steps.items() if not count]
            counts = {"played": len(steps) - len(missed), "of": len(steps)}
            rows.append({"scenario": name, "steps": steps, **counts, "missed": missed})
    return rows
