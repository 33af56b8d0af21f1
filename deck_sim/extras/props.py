"""What a rehearsal needs on its stage: an agent, a source, and a task that reads reservations."""

from datetime import timedelta

from deck_sim.contract import bodies
from deck_sim.engine import commands
from deck_sim.engine.records import Resource
from deck_sim.engine.world import World

INPUT = {"guest": "Alex Green", "check_in": "2025-02-01"}
_TEXT = {"type": "string"}
_INPUT_SCHEMA = {
    "type": "object",
    "properties": {"guest": _TEXT, "check_in": {"type": "string", "format": "date"}},
    "required": ["guest"],
}
# Nothing is required, so that a script may give an output of its own.
_OUTPUT_SCHEMA = {
    "type": "object",
    "properties": {
        "reservations": {
            "type": "array",
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "hotel": _TEXT,
                    "check_in": {"type": "string", "format": "date"},
                    "nights": {"type": "integer", "minimum": 1, "maximum": 14},
                },
            },
        }
    },
}


def put_on_stage(world: World, timeout: timedelta) -> tuple[Resource, Resource, Resource]:
    """An agent, a source and a task, as if they had always been there."""
    agent = bodies.CreateAgent(name="Concierge")
    source = bodies.CreateSource(
        name="Hotel", type="website", website=bodies.Website(url="https://hotel.example")
    )
    made = commands.seed_resource(world, "agent", agent.model_dump())
    task = bodies.CreateTask(
        name="Read reservations",
        agent_id=made.id,
        input_schema=_INPUT_SCHEMA,
        output_schema=_OUTPUT_SCHEMA,
        storage=bodies.TaskStorage(enabled=True, extraction=True),
        settings=bodies.TaskSettings(timeout_seconds=timeout // timedelta(seconds=1)),
    )
    return (
        made,
        commands.seed_resource(world, "source", source.model_dump()),
        commands.seed_resource(world, "task", task.model_dump()),
    )
