import pytest

from deck_sim.contract.editions import EDITIONS
from deck_sim.contract.error_catalog import ApiError
from deck_sim.server.idempotency import digest_parameters, read_idempotency_key

RULE = EDITIONS["connections"].idempotency
SAME = [
    b'{"name":"x","n":[1,{"a":null}]}',
    b'{ "n": [1, {"a": null}],\n "name": "x" }',
    b'{"n":[1,{"a":null}],"name":"\\u0078"}',
]


def test_the_spelling_of_a_body_does_not_matter():
    assert len({digest_parameters("POST /a", b"", body) for body in SAME}) == 1


BODIES = [b'{"a":null}', b'{"a":1}', b'{"a":1.0}', b'{"a":true}', b'{"a":"1"}', b"", b"{", b"[1]"]
OTHERS = [
    *(("POST /b", b"", b"{}"), ("PATCH /a", b"", b"{}"), ("POST /a", b"x=1", b"{}")),
    *(("POST /a", b"", b'{"password":"%s"}' % secret) for secret in (b"a", b"b")),
    *(("POST /a", b"", body) for body in BODIES),
]


def test_every_other_difference_makes_another_call():
    digests = [digest_parameters(*call) for call in [("POST /a", b"", b"{}"), *OTHERS]]
    assert len({*digests}) == len(digests)
    assert {len(digest) for digest in digests} == {32}


def test_a_key_that_is_empty_or_too_long_is_refused():
    for key, text in [
        ("", "`Idempotency-Key` must have 1 to 256 characters, not 0."),
        ("k" * 257, "Idempotency key must be at most 256 characters"),
    ]:
        with pytest.raises(ApiError) as refusal:
            read_idempotency_key(RULE, [key])
        (problem,) = refusal.value.problems
        assert (problem.code, refusal.value.status) == ("idempotency_key_error", 400)
        assert problem.message == text
