import pytest

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


def test_an_error_of_runs_is_not_suggested_for_a_call():
    """`auth/auth_locked` is nearer, but would be refused too."""
    with pytest.raises(ValueError, match=r"\"auth/auth_lockd\"; did you mean 'auth/auth_invalid'"):
        read_fault(HttpFault, {"match": "**", "error": "auth/auth_lockd"})


def test_a_fault_is_a_mapping():
    with pytest.raises(ValueError, match="must be an object with `match` and a fault"):
        read_fault(HttpFault, "reset")
