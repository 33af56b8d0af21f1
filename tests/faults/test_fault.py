"""How faults are filed, and read."""

import copy

import pytest
from pydantic import ValidationError

from deck_sim.faults.fault import REGISTRY, fault_keys, read_fault
from deck_sim.faults.http import Empty, HttpFault
from deck_sim.faults.values import OnlyTrue
from deck_sim.faults.webhooks import WebhookFault

HTTP_FAULTS = [
    "delay",
    "drip",
    "empty",
    "error",
    "lost_response",
    "malformed",
    "reset",
    "status",
    "truncate",
]
WEBHOOK_FAULTS = [
    "bad_signature",
    "before_response",
    "delay",
    "drop",
    "duplicate",
    "reorder",
    "rotated_signature",
    "stale_timestamp",
    "tampered_body",
]


def test_two_faults_of_a_family_cannot_have_one_key():
    """A second class is an error at once, and the first stays."""
    with pytest.raises(TypeError, match="'empty' is Empty already; Hollow cannot be"):

        class Hollow(HttpFault):
            key = "empty"
            empty: OnlyTrue

    assert REGISTRY["match", "empty"] is Empty


def test_each_family_has_the_faults_that_are_promised():
    """The names are public."""
    assert sorted(fault_keys("match")) == HTTP_FAULTS
    assert sorted(fault_keys("event")) == WEBHOOK_FAULTS


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_every_fault_is_a_field_of_its_class(key):
    """The key is what says what happens, and must be given."""
    assert REGISTRY[key].model_fields[key[1]].is_required()


def test_what_was_read_is_a_fault_already():
    """Reading it again gives itself; so does a copy, for nothing changes it."""
    fault = read_fault(WebhookFault, {"event": "task_run.*", "delay": "1h"})
    assert read_fault(WebhookFault, fault) is fault
    assert copy.deepcopy(fault) is fault


@pytest.mark.parametrize(
    ("base", "data"),
    [
        (HttpFault, {"match": "GET /v2/test", "delay": "1h30m", "times": 2}),
        (WebhookFault, {"event": "task_run.*", "drop": True}),
    ],
)
def test_a_fault_reads_back_from_what_it_prints(base, data):
    """Plain data and back is the same fault."""
    fault = read_fault(base, data)
    assert fault.model_dump(exclude_unset=True) == data
    assert read_fault(base, fault.model_dump(exclude_unset=True)) == fault


def test_a_fault_is_told_in_a_line():
    """What happens, and to what."""
    late = read_fault(HttpFault, {"match": "GET /v2/test", "delay": "90s"})
    lost = read_fault(WebhookFault, {"event": "task_run.*", "drop": True})
    assert (str(late), str(lost)) == ("delay: 1m30s, for GET /v2/test", "drop, for task_run.*")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"match": "**"}, {"match": "add one of `error`, `status`"}),
        ({"match": "**", "reset": True, "drip": True}, {"drip": "are 2 faults"}),
        ({"match": "**", "reset": 1}, {"reset": "must be true, not 1"}),
        ({"match": "**", "error": ["x"]}, {"error": "not a list; write `type/code`"}),
        ({"match": "**", "delay": "soon"}, {"delay": "'soon' is not a duration"}),
    ],
)
def test_what_is_wrong_is_told_at_its_key(data, told):
    """Each mistake has its place, and says what is allowed."""
    with pytest.raises(ValidationError) as caught:
        read_fault(HttpFault, data)
    found = {error["loc"][0]: error["msg"] for error in caught.value.errors()}
    assert [*found] == [*told]
    assert all(text in found[key] for key, text in told.items())


def test_a_length_may_be_one_already():
    """What plain data of ours holds as a length is read as one."""
    fault = read_fault(HttpFault, {"match": "**", "delay": "1s"})
    assert read_fault(HttpFault, {"match": "**", "delay": fault.delay}) == fault
