from dataclasses import replace

import pytest

from deck_sim.explore.causes import CRASH, NOT_REPEATED, TWICE, WRONG
from deck_sim.explore.exploration_report import Report, Result, describe_progress, summarize
from deck_sim.explore.places import READ, WRITE, Place
from deck_sim.explore.troubles import NAMES, TROUBLE_KINDS, Trouble

LOST = Trouble(TROUBLE_KINDS[0], Place(WRITE, "POST /v2/agents #1"))
RESET = Trouble(TROUBLE_KINDS[1], Place(READ, "GET /v2/agents #1"))
FAILED = Result(
    LOST,
    occurred=True,
    problems=["2 agents where the baseline has 1", "assert 2 == 1"],
    findings=["it has no key", "it is late", "it is lost"],
    cause=TWICE,
    advice="send a key",
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
        "  work done twice: 2 agents where the baseline has 1",
        "  assert 2 == 1",
        "  finding:    it has no key",
        "  finding:    it is late",
        "  what helps: send a key",
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


def test_an_entry_counts_the_calls_and_events_of_its_troubles(report):
    kind = TROUBLE_KINDS[0]
    for name in ("POST /v2/a #1 in world 2", "POST /v2/a #2", "task_run.failed of run 1"):
        place = Place(WRITE, name)
        report.results.append(replace(FAILED, trouble=Trouble(kind, place)))
    assert "  at:         POST /v2/a 2, task_run.failed 1" in report.details()
    for number in range(5):
        place = Place(WRITE, f"POST /v2/{number} #1")
        report.results.append(replace(FAILED, trouble=Trouble(kind, place)))
    assert report.details()[2].endswith("POST /v2/0 1, POST /v2/1 1, POST /v2/2 1, 2 others")


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
                "cause": "",
                "problems": [],
                "findings": [],
                "advice": "",
                "again": "pytest --deck-trouble='reset at GET /v2/agents #1'",
                "waited": 3.1,
                "ran_again": False,
            }
        ],
        "left_out": 0,
        "not_tried": 0,
        "unread": 0,
        "missing": ["late at x"],
        "no_timing": "the test cancels a run",
        "has_restored": False,
    }


def make_result(name, number, cause, problem):
    kind = TROUBLE_KINDS[NAMES.index(name)]
    trouble = Trouble(kind, Place(WRITE, f"POST /v2/agents #{number}"))
    return Result(trouble, occurred=True, problems=[problem], cause=cause, advice="wait")


def test_results_with_one_cause_are_one_entry_the_worst_first(report):
    """A crash is known by its message, without ids and numbers; an assertion's has values."""
    report.results += [
        make_result("reset", 1, NOT_REPEATED, "ReadError"),
        make_result("reset", 2, CRASH, "no agent agt_12345678 at http://127.0.0.1:8000/v2"),
        make_result("unavailable", 1, NOT_REPEATED, "503"),
        make_result("unavailable", 2, CRASH, "no agent agt_abcdefgh at http://127.0.0.1:9000/v2"),
        make_result("unavailable", 3, CRASH, "KeyError"),
        make_result("lost_response", 3, TWICE, "2 agents"),
        make_result("reset", 4, WRONG, "AssertionError: assert ['a'] == ['b']"),
        make_result("reset", 5, WRONG, "assert 'queued' == 'completed'"),
    ]
    headings = [line for line in report.details() if line.startswith(("lost", "reset", "unav"))]
    assert headings == [
        "lost_response at POST /v2/agents #3",
        "reset at POST /v2/agents #4, and 1 more",
        "reset at POST /v2/agents #2, and 1 more (reset 1, unavailable 1)",
        "unavailable at POST /v2/agents #3",
        "reset at POST /v2/agents #1, and 1 more (reset 1, unavailable 1)",
    ]


def test_a_suite_is_summarized_by_cause(report):
    report.results += [FAILED, SURVIVED, make_result("reset", 1, NOT_REPEATED, "ReadError")]
    other = replace(
        report, name="test_other", results=[make_result("reset", 2, NOT_REPEATED, "503")]
    )
    assert [*summarize([report.as_json(), other.as_json()])] == [
        "2 tests, 4 troubles: 1 survived, 3 did not, 0 not tested",
        "work done twice: 1 trouble",
        "  lost_response at POST /v2/agents #1, in test_it: 2 agents where the baseline has 1",
        "not repeated: 2 troubles",
        "  reset at POST /v2/agents #1, and 1 more, in 2 tests: ReadError",
    ]


def test_progress_says_how_much_time_is_left(monkeypatch):
    monkeypatch.setattr("time.perf_counter", lambda: 130.0)
    assert describe_progress(0, 9, 100) == "0/9 troubles"
    assert describe_progress(3, 9, 100) == "3/9 troubles, 60 s left"
    assert describe_progress(9, 9, 100) == "9/9 troubles"
