"""`deck_every_failure`: a test that runs once with each error that ends a run."""

import pytest

from deck_sim import ERRORS

EVERY = """
    import pytest

    @pytest.mark.deck(edition="EDITION")
    def test_it(deck, deck_every_failure):
        ready = deck.ready_task()
        deck.create(f"tasks/{ready.task_id}/run", ready.login)
        deck.settle()
        (run,) = deck.runs
        assert run["status"] == "failed"
        assert [error["code"] for error in run["errors"]] == [deck_every_failure.code]
        assert run["errors"][0]["type"] == deck_every_failure.type
"""


@pytest.mark.parametrize("edition", ["connections", "credentials"])
def test_a_run_fails_once_with_each_error_of_the_edition(run, edition):
    """The name of the error is the id of the test."""
    names = [error.name for error in ERRORS if error.ends_run and edition in error.editions]
    assert "auth/auth_invalid" in names
    result = run(EVERY.replace("EDITION", edition), "-v")
    result.assert_outcomes(passed=len(names))
    result.stdout.fnmatch_lines(["*::test_it?auth/auth_invalid? PASSED*"])


def test_the_catalog_says_where_an_error_appears():
    """As answer of a call, at the end of a run, in one edition or in both."""
    errors = {str(error): error for error in ERRORS}
    refused, locked = errors["request/input_missing"], errors["auth/auth_locked"]
    assert (refused.type, refused.code, refused.status) == ("request", "input_missing", 400)
    assert (refused.ends_run, locked.ends_run, locked.status) == (False, True, None)
    assert locked.editions == ("connections", "credentials")
    assert {len(error.editions) for error in ERRORS} == {1, 2}
    assert not any(error.type == "deck_sim" for error in ERRORS)
