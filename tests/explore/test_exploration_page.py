from html.parser import HTMLParser

import pytest

from deck_sim.explore.exploration_page import write_page

POST, FAULTY = "POST /v2/agents -> 201", "POST /v2/agents -> 201 (fault: lost_response)"
RUN, REPEAT = "trun_1 queued -> running", "clock advanced 1s"


class Page(HTMLParser):
    """The texts of a page, each with the last tag before it, and the marked rows of timelines."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.rows, self.tag = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tag = tag
        if tag == "tr" and "class" in dict(attrs):
            self.rows.append((dict(attrs)["class"], []))
        elif tag == "td" and self.rows:
            self.rows[-1][1].append("")

    def handle_data(self, data):
        if text := data.strip():
            self.texts.append((self.tag, text))
            if self.tag == "td" and self.rows:
                self.rows[-1][1][-1] = text


@pytest.fixture
def page():
    """The page about a test whose run without trouble and run with it have these timelines."""

    def page(baseline=(), explored=(), *others, **row):
        result = {
            "trouble": "lost_response at POST /v2/agents #1",
            "verdict": "did not survive",
            "cause": "work done twice",
            "problems": ["2 agents where the baseline has 1"],
            "findings": [],
            "advice": "send an `Idempotency-Key`",
            "again": "pytest --deck-trouble='lost_response'",
            "timeline": explored,
        }
        report = {"name": "a", "error": None, "summary": "1 trouble", "timeline": baseline}
        return Page(write_page([{**report, "results": [{**result, **row}]}, *others]))

    return page


def test_a_cause_has_its_message_its_advice_and_its_command(page):
    texts = page(problems=["<b>two</b> & `three`"], findings=["it is late"]).texts
    assert texts[-13:] == [
        ("span", "work done twice:"),
        ("span", "lost_response at POST /v2/agents #1"),
        ("p", "<b>two</b> &"),
        ("code", "three"),
        ("dt", "finding"),
        ("dd", "it is late"),
        ("dt", "what helps"),
        ("dd", "send an"),
        ("code", "Idempotency-Key"),
        ("dt", "again"),
        ("pre", "pytest --deck-trouble='lost_response'"),
        ("th", "without trouble"),
        ("th", "lost_response at POST /v2/agents #1"),
    ]


def test_the_rows_in_which_the_timelines_differ_are_marked(page):
    baseline = [(0, POST), (0, "agt_1 created"), (9, RUN), (9, "agt_1 updated")]
    explored = [(0, FAULTY), (0, "agt_1 created"), (1, REPEAT), (19, RUN), (19, "agt_1 updated")]
    assert page(baseline, explored).rows == [
        ("other", ["0s", POST, "0s", FAULTY]),
        ("same", ["0s", "agt_1 created", "0s", "agt_1 created"]),
        ("other", ["", "", "1s", REPEAT]),
        ("later", ["9s", RUN, "19s", RUN]),
        ("same", ["9s", "agt_1 updated", "19s", "agt_1 updated"]),
    ]


def test_different_entries_are_in_order_of_time(page):
    baseline, explored = [(1, "a"), (5, "b")], [(1, "c"), (2, "d"), (9, "e")]
    assert [cells for _, cells in page(baseline, explored).rows] == [
        ["1s", "a", "1s", "c"],
        ["", "", "2s", "d"],
        ["5s", "b", "", ""],
        ["", "", "9s", "e"],
    ]


def test_the_middle_of_a_long_stretch_is_folded(page):
    lines = [(second, f"line {second}") for second in range(20)]
    assert ("input", "12 more lines") in page(lines, lines).texts
    assert len(page(lines, lines).rows) == 20


def test_several_tests_have_their_names_and_summaries(page):
    error = {"name": "b", "error": "the two runs differ:\n  GET", "summary": "", "results": []}
    texts = page((), (), error).texts
    assert ("p", "2 tests, 1 trouble: 0 survived, 1 did not, 0 not tested") in texts
    assert texts[-5:] == [
        ("h2", "Tests"),
        ("td", "a"),
        ("td", "1 trouble"),
        ("td", "b"),
        ("pre", "the two runs differ:\n  GET"),
    ]


def test_a_program_that_survives_has_only_counts(page):
    assert page(verdict="survived").texts[-2:] == [("h1", "Exploration"), ("p", "1 trouble")]
