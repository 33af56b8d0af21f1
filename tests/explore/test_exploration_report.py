from dataclasses import replace

import pytest

from deck_sim.explore.exploration import Report, Result
from deck_sim.explore.places import READ, WRITE, Place
from deck_sim.explore.troubles import TROUBLE_KINDS, Trouble

LOST = Trouble(TROUBLE_KINDS[0], Place(WRITE, "POST /v2/agents #1"))
RESET = Trouble(TROUBLE_KINDS[1], Place(READ, "GET /v2/agents #1"))
FAILED = Result(
    LOST, occurred=True, problems=["2 agents where the baseline has 1"], findings=["it has no key"]
)
MISSED = Result(RESET, occurred=False, problems=["AssertionError"])
SURVIVED = Result(RESET, occurred=True, problems=[], waited=3.14)


@pytest.fixture
def report():
    return Report("test_it", lambda trouble: f"pytest --deck-trouble={trouble!r}")


def test_the_summary_counts_what_was_found_and_what_was_not_tried(report):
    report.results += [FAILED, MISSED, SURVIVED]
    report.missing = ["late at x"]
    assert report.summary() == (
        "4 troubles: 1 survived, 1 did not, 2 not tested;"
        " the program waited 3.1 s of real time after a 429"
    )
    report = replace(
        report, results=[], missing=(), left_out=2, not_tried=1, no_timing="it cancels"
    )
    assert report.summary() == (
        "0 troubles: 0 survived, 0 did not, 0 not tested; 2 similar troubles left out; 1 not tried"
        " (limit of runs or time); timing not explored: it cancels"
    )


def test_the_text_says_what_went_wrong_what_helps_and_how_to_repeat_it(report):
    report.results += [FAILED, MISSED]
    report.missing = ["late at x"]
    assert report.text().splitlines()[1:] == [
        "",
        "lost_response at POST /v2/agents #1",
        "  2 agents where the baseline has 1",
        "  finding:    it has no key",
        "  what helps: send an `Idempotency-Key` with each create call, and repeat the call with"
        " the same key",
        "  again:      pytest --deck-trouble='lost_response at POST /v2/agents #1'",
        "",
        "these troubles did not occur, so they are not tested:",
        "  reset at GET /v2/agents #1",
        "  late at x",
    ]


def test_a_report_without_findings_is_its_summary(report):
    report.results.append(SURVIVED)
    assert report.text() == report.summary()
    assert not report.failed


def test_an_error_is_the_whole_text(report):
    report.error = "it cannot be repeated:\n  only in the first run: GET /v2/agents -> 200"
    assert (report.text(), report.failed) == (report.error, True)
    assert report.summary() == "it cannot be repeated"


def test_a_report_can_be_for_information_only(report):
    report.results.append(FAILED)
    assert report.failed
    report.report_only = True
    assert not report.failed


def test_the_data_has_everything(report):
    report.results += [SURVIVED]
    report.missing, report.no_timing = ("late at x",), "the test cancels a run"
    assert report.as_json() == {
        "name": "test_it",
        "error": None,
        "summary": report.summary(),
        "failed": False,
        "interrupted": False,
        "details": ["", "these troubles did not occur, so they are not tested:", "  late at x"],
        "results": [
            {
                "trouble": "reset at GET /v2/agents #1",
                "verdict": "survived",
                "problems": [],
                "findings": [],
                "advice": "repeat the call after a moment",
                "waited": 3.1,
            }
        ],
        "left_out": 0,
        "not_tried": 0,
        "missing": ["late at x"],
        "no_timing": "the test cancels a run",
        "has_restored": False,
    }
