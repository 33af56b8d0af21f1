"""A scenario of the other edition is refused when it is selected, not only when it is played."""

import pytest

FOREIGN = "session_breaks_down"
REFUSAL = (
    f"the scenario '{FOREIGN}' is for the edition `credentials`, and this world's is `connections`;"
    ' to switch: @pytest.mark.deck(edition="credentials"), the option --edition credentials, or'
    ' PATCH /_sim/world {"edition": "credentials"} while the world is empty'
)


@pytest.fixture(autouse=True)
def turns(sim):
    """A playlist that comes to a scenario of the other edition."""
    answer = sim.put("/scenarios/turns", json={"playlist": ["success", FOREIGN]})
    assert answer.status_code == 200


def queue_of(*names, resource="task_run"):
    """The body of a call that queues these."""
    return {"resource": resource, "scenarios": names}


def test_selecting_a_scenario_of_the_other_edition_is_refused(message):
    for method, path, body in [
        ("PATCH", "/world", {"default_scenario": FOREIGN}),
        ("POST", "/reset", {"default_scenario": FOREIGN}),
        ("PUT", "/rules", {"rules": [{"scenario": FOREIGN, "when": {"task": "*"}}]}),
        ("POST", "/queue", queue_of(FOREIGN)),
    ]:
        assert message(method, path, json=body) == REFUSAL


def test_a_world_keeps_an_edition_that_fits_its_queues_and_rules(sim, errors):
    rule = {"scenario": "connection_drops_later", "when": {"task": "*"}}
    sim.put("/rules", json={"rules": [rule]})
    sim.post("/queue", json=queue_of("success", resource="connection"))
    found = [("input_invalid", at) for at in ("queues.connection[0]", "rules[0].scenario")]
    assert errors("PATCH", "/world", 400, json={"edition": "credentials"}) == found
