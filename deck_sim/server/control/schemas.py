"""The call that says what may be written in the forms of a world, for user interfaces."""

import re
from functools import cache
from typing import Any

from deck_sim.server.control.holds import events_of_stories
from deck_sim.server.control.routes import route
from deck_sim.server.request import Answer, Request


@route("GET", "/schemas")
def show_schemas(request: Request) -> Answer:
    """Show the JSON Schemas of faults, rules and settings, and the calls and events of the edition
    that patterns, faults and holds can name.
    """
    rules = request.world.rules
    calls = [re.sub(r"\{\w+\}", "*", row.call) for row in rules.every_operation]
    return Answer(
        {
            **_make_schemas(),
            "calls": [call.replace(" ", " /v2", 1) for call in calls],
            "events": [*request.world.event_types],
            "held_events": events_of_stories(rules),
        }
    )


@cache
def _make_schemas() -> dict[str, Any]:
    from deck_sim.faults import fault, http, webhooks
    from deck_sim.scenario.conditions import Rule
    from deck_sim.server.control import bodies

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
        "settings": bodies.ChangeWorld.model_json_schema(),
    }
