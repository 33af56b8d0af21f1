"""A world with the resources that the ids in the document name."""

import pytest

from deck_sim.runtime.seeding import seed_resources

SOURCE = "src_Xk29fLq0aZ81bTnE"
BODIES = {
    "agents": {"name": "Concierge"},
    "sources": {"type": "website", "website": {"url": "https://hotel.example"}},
    "tasks": {"name": "Read", "agent_id": "agt_Xk29fLq0aZ81bTnE"},
    "connections": {"source_id": SOURCE, "auth_method": "none", "status": "connected"},
    "credentials": {"source_id": SOURCE, "auth_method": "none"},
    "sessions": {"source_id": SOURCE},
}


@pytest.fixture
def seed_examples():
    """Seed a resource of each kind that is created from a body."""

    def seed_examples(simulation):
        kinds = simulation.world.rules.kinds.values()
        resources = {
            kind.path: [{**BODIES[kind.path], "id": f"{kind.prefix}_Xk29fLq0aZ81bTnE"}]
            for kind in kinds
            if kind.path in BODIES
        }
        seed_resources(simulation, resources)

    return seed_examples
