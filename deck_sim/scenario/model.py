"""A scenario as a checked model, and the scripts that it gives to connections and runs."""

import re
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    WithJsonSchema,
    field_validator,
)

from deck_sim.base.durations import Span, parse_duration
from deck_sim.base.errors import listed, nearest, quote
from deck_sim.base.validation import show
from deck_sim.contract.editions import EDITIONS
from deck_sim.engine.story import KINDS, Script
from deck_sim.faults.http import AnyHttpFault, HttpFault
from deck_sim.faults.webhooks import AnyWebhookFault, WebhookFault
from deck_sim.scenario.conditions import When
from deck_sim.scenario.fields import Many, Strict, Version, value_error
from deck_sim.scenario.steps.statuses import (
    Completed,
    Connected,
    Connecting,
    ConnectionStep,
    Idle,
    Queued,
    Running,
    RunStep,
    SessionStep,
)
from deck_sim.scenario.steps.step import Step

_NAME = r"[a-z0-9_]{1,100}"


def is_name(text: Any) -> bool:
    """Whether a scenario can be called so."""
    return isinstance(text, str) and bool(re.fullmatch(_NAME, text))


def _read_name(name: str) -> str:
    if not is_name(name):
        likeness = "1 to 100 characters of a-z, 0-9 and _, like `mfa_then_success`"
        raise value_error(f"must be {likeness}, not {show(name)}")
    return name


ScenarioName = Annotated[
    str,
    AfterValidator(_read_name),
    WithJsonSchema({"type": "string", "pattern": f"^{_NAME}$"}),
]
# Empty lists and mappings say nothing, and are likely to be a mistake.
_FILLED = {"minItems": 1, "minProperties": 1}
FILLED: Any = Field(default=None, json_schema_extra={**_FILLED})
NAMED: Any = Field(
    default=None, json_schema_extra={**_FILLED, "propertyNames": {"pattern": f"^{_NAME}$"}}
)
EditionName = Annotated[str, WithJsonSchema({"enum": [*EDITIONS]})]
Weight = Annotated[float, Field(gt=0, le=1000)]


class Scenario(Strict):
    """One scenario file."""

    version: Version
    """The version of the format."""
    name: ScenarioName
    """What it is called; unique, and the name of its file."""
    summary: str = ""
    """One sentence: the story."""
    tags: Annotated[tuple[str, ...], Many] = ()
    """Words to find it by."""
    edition: EditionName | None = None
    """The edition it is for; without it, any in which its statuses exist."""
    when: When | None = FILLED
    """Chosen by itself for what matches all of this."""
    connection: Annotated[tuple[ConnectionStep, ...], Many] | None = FILLED
    """What opening a connection does, in the edition that has them; without it, `connecting: 1s`,
    then `connected`."""
    session: Annotated[tuple[SessionStep, ...], Many] | None = FILLED
    """What starting a session without a run does, in the edition that has them; without it,
    `queued: 1s`, `running: 1s`, then `idle`."""
    task_run: Annotated[tuple[RunStep, ...], Many] | None = FILLED
    """What a run does; without it, the usual: queued, running, completed."""
    playlist: Annotated[tuple[ScenarioName, ...], Many] | None = FILLED
    """Scenarios that the runs play in turn, the last one again and again."""
    mix: dict[ScenarioName, Weight] | None = NAMED
    """Scenarios by weight, from which the world's seed draws one for each run."""
    http: Annotated[tuple[AnyHttpFault, ...], Many] | None = FILLED
    """What goes wrong with calls about what plays the scenario."""
    webhooks: Annotated[tuple[AnyWebhookFault, ...], Many] | None = FILLED
    """What goes wrong with webhooks about what plays the scenario."""
    _source: dict[str, Any] = PrivateAttr(default_factory=dict)
    _editions: tuple[str, ...] = PrivateAttr(default=())

    @field_validator("edition")
    @classmethod
    def _known(cls, value: Any) -> Any:
        if value is not None and value not in EDITIONS:
            known = f"{nearest(value, EDITIONS)}; it can be {listed(EDITIONS, last='or')}"
            raise value_error(f"unknown edition {quote(value)}{known}")
        return value

    @field_validator(
        "when", "connection", "session", "task_run", "playlist", "mix", "http", "webhooks"
    )
    @classmethod
    def _filled(cls, value: Any) -> Any:
        said = value.model_fields_set if isinstance(value, When) else value
        if value is not None and not said:
            raise value_error("must not be empty; leave it out instead")
        return value

    @property
    def entries(self) -> tuple[str, ...]:
        """The scenarios that a playlist or a mix names."""
        return self.playlist or tuple(self.mix or ())

    def defines(self, kind: str) -> bool:
        """Whether the scenario says what a connection or run does."""
        return bool(getattr(self, kind) or (kind == "task_run" and self.entries))

    @property
    def editions(self) -> tuple[str, ...]:
        """Those in which it can be played."""
        return self._editions

    @property
    def source(self) -> dict[str, Any]:
        """The scenario as it was written, as plain data."""
        return self._source

    def script(self, kind: str) -> Script:
        """What a new connection or run plays: the part written for it, or the usual one."""
        steps = getattr(self, kind) or USUAL[kind]
        faults = self.faults if self.faults_apply_to(kind) else ()
        return Script(self.name, kind, steps, self._source, faults)

    @property
    def faults(self) -> tuple[HttpFault | WebhookFault, ...]:
        """What goes wrong while it is played."""
        return (*(self.http or ()), *(self.webhooks or ()))

    def faults_apply_to(self, kind: str) -> bool:
        """Whether its faults are for what plays it as this kind: a kind that it says something of,
        or runs, if it says nothing.
        """
        return self.defines(kind) or (kind == "task_run" and not any(map(self.defines, KINDS)))


def _for(length: str) -> Span:
    return Span(parse_duration(length), parse_duration(length))


# What happens if a scenario does not say.
USUAL: dict[str, tuple[Step, ...]] = {
    "connection": (Connecting.model_construct(length=_for("1s")), Connected.model_construct()),
    "session": (
        Queued.model_construct(length=_for("1s")),
        Running.model_construct(length=_for("1s")),
        Idle.model_construct(),
    ),
    "task_run": (
        Queued.model_construct(length=_for("2s")),
        Running.model_construct(length=_for("8s")),
        Completed.model_construct(),
    ),
}
