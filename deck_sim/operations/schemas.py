"""The call that says what may be written in the forms of a world, for user interfaces."""

import re
from functools import cache

from deck_sim.operations.holds import events_of_stories
from deck_sim.operations.operation import Json, operation
from deck_sim.runtime.simulation import Simulation


@operation("GET", "/schemas")
def show_schemas(simulation: Simulation) -> Json:
    """Show the JSON Schemas of faults, rules and settings, and the calls and events of the edition
    that patterns, faults and holds can name.
    """
    rules = simulation.world.rules
    calls = [re.sub(r"\{\w+\}", "*", row.call) for row in rules.every_operation]
    return {
        **_make_schemas(),
        "calls": [call.replace(" ", " /v2", 1) for call in calls],
        "events": [*simulation.world.event_types],
        "held_events": events_of_stories(rules),
    }


@cache
def _make_schemas() -> Json:
    from deck_sim.faults import fault, http, webhooks
    from deck_sim.operations import parameters
    from deck_sim.scenario.conditions import Rule

    families = (http.HttpFault.family, webhooks.WebhookFault.family)
    return {
        "faults": {
            family: {
                key: fault.REGISTRY[family, key].model_json_schema()
                for key in fault.fault_keys(family)
            }
            for family in families
        },
        "rule": Rule.model_json_schema(),
        "settings": parameters.ChangeWorld.model_json_schema(),
    }
