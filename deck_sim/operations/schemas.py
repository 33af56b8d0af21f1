"""`/schemas`: the data for the forms of user interfaces. `/fidelity`: the rows of the ledger."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.kinds import WEBHOOK
from deck_sim.contract.ledger import rows_of
from deck_sim.engine.script import SCRIPT_KINDS, watched_kinds
from deck_sim.operations.holds import events_of_stories
from deck_sim.operations.table import CONTROL_OPERATIONS, Json, operation
from deck_sim.runtime.simulation import Simulation

if TYPE_CHECKING:
    from deck_sim.operations.parameters import EditionName, Grade


@operation("GET", "/schemas")
def show_schemas(simulation: Simulation) -> Json:
    """Show data for the forms of a user interface: the JSON Schemas of faults, rules and settings;
    the calls and events to choose from; for each edition, the statuses with their commands, the
    `answer_key` and an example `destination`.
    """
    contract = simulation.world.contract
    calls = [re.sub(r"\{\w+\}", "*", row.call) for row in contract.every_operation]
    return {
        **make_forms(),
        "calls": [call.replace(" ", " /v2", 1) for call in calls],
        "events": [*simulation.world.event_types],
        "held_events": events_of_stories(contract),
        "editions": {name: _describe_edition(edition) for name, edition in EDITIONS.items()},
    }


def _describe_edition(edition: Edition) -> Json:
    plays = [kind for kind in SCRIPT_KINDS if kind in edition.kinds]
    watched, kinds = watched_kinds(edition), dict[str, Json]()
    for name, row in edition.kinds.items():
        if (machine := row.machine) is None:
            continue
        # The commands that the control API has. An answer, which needs a body, is not among them.
        start, only_id = f"/{row.path}/{{id}}/", ("POST", ("id",))
        commands = {
            action.path.removeprefix(start): machine.commands.get(action.path.removeprefix(start))
            for action in CONTROL_OPERATIONS.values()
            if action.path.startswith(start) and (action.method, action.parameters) == only_id
        }
        within = [field for field, kind in row.references.items() if kind in watched]
        kinds[name] = {
            "path": row.path,
            "watched": row.object in watched,
            # The fields with the ids of the session and login of a resource, sessions first.
            "within": sorted(within, key=lambda field: row.references[field] == edition.login),
            "statuses": {
                status: {
                    "family": machine.family(status),
                    "final": machine.is_final(status),
                    "event": machine.events[status] and f"{row.object}.{machine.events[status]}",
                    "commands": {
                        word: command.leads_to
                        for word, command in commands.items()
                        if command and status in command.allowed
                    },
                }
                for status in machine.statuses
            },
        }
    webhook = edition.write_webhook("http://127.0.0.1:8000/webhooks/deck")
    return {
        "answer_key": edition.answer_key,
        "attempts": 1 + len(edition.retry_delays),
        "destination": {"name": "local", "type": WEBHOOK, **webhook, "events": ["*"]},
        # The kinds that play scripts, runs first.
        "plays": sorted(plays, key=lambda kind: not edition.machine(kind).is_run),
        "kinds": kinds,
    }


@cache
def make_forms() -> Json:
    """Return the JSON Schemas of faults, rules and settings."""
    from deck_sim.faults import fault, http, webhooks
    from deck_sim.operations import parameters
    from deck_sim.scenario.conditions import Rule

    families = (http.HttpFault.family, webhooks.WebhookFault.family)
    return {
        "faults": {
            family: {
                key: fault.FAULT_CLASSES[family, key].model_json_schema()
                for key in fault.fault_keys(family)
            }
            for family in families
        },
        "rule": Rule.model_json_schema(),
        "settings": parameters.ChangeWorld.model_json_schema(),
    }


@operation("GET", "/fidelity")
def show_fidelity(
    simulation: Simulation, edition: EditionName | None = None, grade: Grade | None = None
) -> Json:
    """Show the ledger of the world's edition or of `edition`: all rows, or those of a `grade`."""
    rows = rows_of(edition or simulation.world.edition, grade)
    return {"data": [row.as_json() for row in rows]}
