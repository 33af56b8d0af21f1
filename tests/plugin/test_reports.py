import pytest
from recordings import read_recording


def test_a_failure_of_plain_text_has_the_report(run, pytester):
    """Another plugin may have made it."""
    pytester.makeconftest("""
        import pytest
        @pytest.hookimpl(wrapper=True, tryfirst=False, trylast=True)
        def pytest_runtest_makereport(item, call):
            report = yield
            if report.failed:
                report.longrepr = "only text"
            return report
    """)
    result = run("def test_it(deck):\n    deck.ready_task()\n    assert False")
    result.stdout.fnmatch_lines(["only text", "*- deck timeline -*", "*created as learning"])


def test_a_date_of_the_process_in_a_failed_assertion_is_named(run):
    body = "deck.ready_task()\n    assert deck.clock.now.date() == datetime.now(UTC).date()"
    result = run(f"from datetime import UTC, datetime\n\ndef test_it(deck):\n    {body}")
    result.stdout.fnmatch_lines(["two clocks:", "*the world's date is 2025-01-15: *"])


@pytest.mark.parametrize(("option", "is_shown"), [("--tb=auto", False), ("--full-trace", True)])
def test_the_traceback_of_our_error_ends_in_the_test(run, option, is_shown):
    own_error = (
        "from deck_sim import DeckSimError\n\ndef test_own(deck):\n    raise DeckSimError('own')"
    )
    result = run(f"{own_error}\n\ndef test_it(deck):\n    deck.use('sucess')", option)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["*deck.use('sucess')*", "E *; did you mean 'success'?"])
    assert ("connect/control.py" in str(result.stdout)) is is_shown


def test_the_traceback_of_another_error_is_whole(run):
    """It may be a bug of ours."""
    result = run("def test_it(deck):\n    deck.hold(None)")
    result.stdout.fnmatch_lines(["*handle/hold.py:*", "E *TypeError: *"])


TESTS = """
    import pytest

    @pytest.mark.parametrize("name", ["a/b", "a:b", "ä <b>"])
    def test_names(deck, deck_client, name):
        deck_client.post("/agents", json={"name": name})
        assert not name, "this name is not empty"

    def test_that_passes(deck):
        pass

    def test_that_fails_at_its_end(deck):
        deck.queue("success")
"""


def pages(folder):
    recordings = [read_recording(file) for file in folder.glob("*.html")]
    return {recording["title"].rpartition("::")[2]: recording for recording in recordings}


def test_each_failing_test_has_a_page_of_its_own(run, pytester):
    run(TESTS, "--deck-html", "new/pages")
    recordings = pages(pytester.path / "new" / "pages")
    assert "never played: `success`" in recordings.pop("test_that_fails_at_its_end")["text"]
    assert {*recordings} == {"test_names[a/b]", "test_names[a:b]", "test_names[\\xe4 <b>]"}
    for recording in recordings.values():
        assert "this name is not empty" in recording["text"]
        calls = [entry["what"] for entry in recording["data"] if entry["kind"] == "call"]
        assert calls == ["POST /v2/agents -> 201"]


def test_a_test_that_fails_twice_shows_the_first_failure(run, pytester):
    text = """
        def test_it(deck, deck_client):
            steps = ["running", {"completed": {"output": {"n": "{{ 1 // 0 }}"}}}]
            deck.scenario({"name": "broken", "task_run": steps})
            deck.start_run("broken")
            deck.settle()
            assert deck.runs[0]["status"] == "completed", "the first"
    """
    result = run(text, "--deck-html", "pages")
    result.assert_outcomes(failed=1, errors=1)
    [page] = (pytester.path / "pages").iterdir()
    result.stdout.fnmatch_lines([f"this report as a page: {page}"])
    assert "the first" in read_recording(page)["text"]


def test_the_short_summary_begins_with_the_only_reason(run, pytester):
    """And the report in XML; the error of the test stays."""
    text = """
        def test_it(deck):
            deck.start_run("mfa_then_success", status="interaction_required")
            assert deck.runs[0]["status"] == "completed", "not yet"
    """
    result = run(text, "--junitxml=junit.xml", "-rf", "-vv")
    why = "An answer to `mfa` must give `code`; the interaction times out in 5m; `deck.answer("
    result.stdout.fnmatch_lines([f"FAILED *::test_it - {why}*answers it. AssertionError: not yet*"])
    assert f'message="{why}' in (pytester.path / "junit.xml").read_text()


def test_a_page_of_a_test_says_what_helps_in_the_words_of_tests(run, pytester):
    run("def test_it(deck):\n    deck.start_run()\n    assert False", "--deck-html", "pages")
    [page] = (pytester.path / "pages").iterdir()
    [finding] = read_recording(page)["answers"]["/_sim/findings"]["data"]
    assert "`deck.settle()`" in finding["remedy"]


def test_a_page_that_cannot_be_written_is_said(run, pytester):
    pytester.makefile("", pages="a file")
    result = run("def test_it(deck): assert False", "--deck-html", "pages")
    result.stdout.fnmatch_lines(["cannot write this report as a page: *File exists*"])


def test_an_ini_file_that_the_folder_hides_is_named(run_pytest, pytester, monkeypatch):
    """Given without `=`, the folder counts as one of tests."""
    pytester.mkdir("pages")
    project = pytester.mkdir("project")
    (project / "pytest.ini").write_text("[pytest]", encoding="utf-8")
    monkeypatch.chdir(project)
    [warning] = run_pytest("--deck-html", "../pages").stderr.lines[:1]
    assert warning.endswith(f"did not read {project / 'pytest.ini'}; write --deck-html=../pages")
    assert run_pytest("--deck-html=../pages").ret == pytest.ExitCode.NO_TESTS_COLLECTED
    (project / "pytest.ini").unlink()
    assert run_pytest("--deck-html", "../pages").ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_an_unknown_scenario_is_the_only_finding(run, pytester):
    """No call came because the test ended, not because the application has another address."""
    result = run("def test_it(deck):\n    deck.use('sucess')", "--deck-html=pages")
    result.stdout.no_fnmatch_line("*was not called*")
    recording = pages(pytester.path / "pages")["test_it"]
    assert recording["answers"]["/_sim/findings"]["data"] == []
