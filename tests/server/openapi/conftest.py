"""A world with the resources that the document's examples name."""

import pytest

from deck_sim.runtime.pauses import run_to_end
from deck_sim.runtime.seeding import seed_resources
from deck_sim.server.openapi.document import document


@pytest.fixture
def seed_examples():
    """Seed a resource of each kind that is created from a body, with the id of the examples."""

    def seed_examples(simulation):
        edition = simulation.world.rules
        schemas = document(edition.name)["paths"]
        resources = {}
        for kind in edition.kinds.values():
            created = schemas.get(f"/{kind.path}", {}).get("post", {})
            if kind.create and created:
                body = created["requestBody"]["content"]["application/json"]["example"]
                item = {**body, "id": f"{kind.prefix}_Xk29fLq0aZ81bTnE"}
                resources[kind.path] = [item]
        run_to_end(seed_resources(simulation, resources))

    return seed_examples
