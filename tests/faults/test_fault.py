"""How faults are registered and read."""

import pytest
from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from deck_sim.faults.fault import read_fault
from deck_sim.faults.http import HttpFault
from deck_sim.faults.webhooks import WebhookFault


def test_a_fault_reads_back_from_what_it_prints():
    call = {"match": "GET /v2/test", "delay": "1h30m", "times": 2, "duration": "1m30s"}
    event = {"event": "task_run.*", "drop": True, "probability": 0.3}
    for base, data in [(HttpFault, call), (WebhookFault, event)]:
        fault = read_fault(base, data)
        assert fault.model_dump(exclude_unset=True) == data
        assert read_fault(base, fault.model_dump(exclude_unset=True)) == fault


@pytest.mark.parametrize(
    ("data", "messages"),
    [
        ({"match": "**"}, {"match": "add one of `error`, `status`"}),
        ({"match": "agents", "reset": True}, {"match": "is not a pattern of calls"}),
        ({"match": "**", "error": "task/timeout"}, {"error": "is an error of failed runs"}),
        ({"event": "task_run.completd", "drop": True}, {"event": "did you mean 'task_run.comp"}),
        ({"match": "**", "reset": True, "drip": True}, {"drip": "are 2 faults"}),
        ({"match": "**", "reset": 1}, {"reset": "must be true, not 1"}),
        ({"match": "**", "error": ["x"]}, {"error": "not a list; write `type/code`"}),
        ({"match": "**", "delay": "soon"}, {"delay": "'soon' is not a duration"}),
    ],
)
def test_a_mistake_is_reported_at_its_field(data, messages):
    with pytest.raises(ValidationError) as caught:
        read_fault(WebhookFault if "event" in data else HttpFault, data)
    found = {error["loc"][0]: error["msg"] for error in caught.value.errors()}
    assert [*found] == [*messages]
    assert all(text in found[key] for key, text in messages.items())


def test_a_fault_is_a_mapping():
    with pytest.raises(PydanticCustomError, match="must be an object with `match` and a fault"):
        read_fault(HttpFault, "reset")
