TESTS = """
    import pytest

    def poll(deck, client):
        path = f"/task-runs/{deck.start_run()['id']}"
        for _ in range(5):
            client.get(path)
            deck.sleep(0.1)

    def test_unmarked(deck, deck_client): poll(deck, deck_client)
    @pytest.mark.deck(lint="off")
    def test_allowed(deck, deck_client): poll(deck, deck_client)
    @pytest.mark.deck(lint="fail")
    def test_marked(deck, deck_client): poll(deck, deck_client)
    @pytest.mark.deck(lint="fail")
    def test_correct(deck): deck.ready_task()
    @pytest.mark.deck(lint="fail")
    def test_failed(deck, deck_client):
        poll(deck, deck_client)
        assert False
"""


def test_findings_fail_a_test_if_its_marker_or_the_ini_file_says_so(run):
    for ini, errors in (("off", 1), ("fail", 2)):
        result = run(TESTS, "-o", f"deck_lint={ini}")
        result.assert_outcomes(passed=4, failed=1, errors=errors)
        lines = ["polls_too_often: *", "  why it matters: *", "*- deck timeline -*"]
        result.stdout.fnmatch_lines(lines * errors)
