from datetime import timedelta
from types import SimpleNamespace

import pytest

from deck_sim.cli.player import play_scenario
from deck_sim.contract.error_catalog import ApiError
from deck_sim.engine.world import World


@pytest.fixture
def ask(read):
    """Play a run with this prompt; return the run and the number of prompts."""

    def ask(prompt, *answers, then="[running, completed]"):
        body = f"task_run: [running, interaction_required: {prompt}, {then[1:]}"
        played = play_scenario(read(body), answers)
        prompts = [line for line in played.lines if line.what == "interaction_required"]
        return played.run, len(prompts)

    return ask


def test_a_range_is_drawn_from_the_seed(read):
    scenario = read("task_run: [{queued: 2s..8s}, running, completed]")
    ends = [play_scenario(scenario, seed=seed).lines[-1].at for seed in (1, 1, 2)]
    assert ends[0] == ends[1] != ends[2]
    assert all(timedelta(seconds=3) <= end <= timedelta(seconds=9) for end in ends)


SEVERAL = "[{error: source/source_error, message: Hm., field: page}, task/task_failed]"
FAILURES = [  # and for each error its name, field and message
    ("api/timeout", "api/timeout None The request took too long."),
    (
        "{error: task/timeout}",
        "task/timeout None Task execution exceeded the timeout of 30 minutes.",
    ),
    (
        SEVERAL,
        "source/source_error page Hm.",
        "task/task_failed None The task could not be completed.",
    ),
    (
        "{errors: [source/source_blocked]}",
        "source/source_blocked None The source is on Deck's blocklist.",
    ),
]


def test_a_run_fails_with_the_errors_of_the_catalog(read):
    for errors, *expected in FAILURES:
        run = play_scenario(read(f"task_run: [{{failed: {errors}}}]")).run
        assert run.status == "failed"
        rows = [f"{e['type']}/{e['code']} {e.get('field')} {e['message']}" for e in run["errors"]]
        assert rows == expected


ANSWERS = [
    ('{code: "123456"}', "123456", True),
    ('{code: "123456"}', "123457", False),
    ('{code: "12*"}', "123456", True),
    ('{code: "12??"}', "123", False),
    ('{code: "[0-9]"}', "x", False),
    ("{code: 123456}", "123456", True),
    ("{code: 0123}", "0123", True),
    ("{code: true}", "true", True),
    ("{code: A}", "a", False),
    ("null", "anything", True),
    ("[]", "anything", False),
    ("{}", "anything", True),
    ("[{code: a}, {code: b}]", "b", True),
    ("[{code: a}, {code: b}]", "c", False),
]


def test_answers_are_compared_as_text(ask):
    for accept, answer, right in ANSWERS:
        run, prompts = ask(f"{{accept: {accept}}}", {"code": answer})
        assert (prompts == 1, run.status) == (right, "completed" if right else "failed"), accept


def test_answers_of_other_types_are_compared_as_they_are_written_in_json(ask):
    for accept, answer in (("2.5", 2.5), ("true", True), ("7", 7)):
        prompt = f"{{fields: [{{name: n, type: any}}], accept: {{n: '{accept}'}}}}"
        run, prompts = ask(prompt, {"n": answer})
        assert (run.status, prompts) == ("completed", 1), answer


def test_all_fields_of_an_answer_must_be_right(ask):
    prompt = "{fields: [{name: a}, {name: b}, {name: c}], accept: {a: '1', b: '2'}, attempts: 9}"
    wrong, right = {"a": "1", "b": "3", "c": "x"}, {"a": "1", "b": "2", "c": "x"}
    run, prompts = ask(prompt, wrong, right)
    assert (run.status, prompts) == ("completed", 2)


def test_branches_nest_and_rejoin(ask):
    second = "{accept: {code: b}, on_rejected: [{failed: auth/auth_locked}], attempts: 1}"
    branch = f"[{{interaction_required: {second}}}]"
    prompt = f"{{accept: {{code: a}}, attempts: 1, on_rejected: {branch}}}"
    rejoined, prompts = ask(prompt, {"code": "x"}, {"code": "b"})
    locked, _ = ask(prompt, {"code": "x"}, {"code": "x"})
    assert (rejoined.status, prompts) == ("completed", 2)
    assert locked["errors"][0]["code"] == "auth_locked"


def test_a_prompt_has_defaults(read):
    prompt = "{type: consent, fields: [{name: ok, type: boolean}, {name: why, label: Why?}]}"
    body = f"task_run: [running, interaction_required: {prompt}, running, completed]"
    assert read(body).task_run[1].prompt == {
        "type": "consent",
        "message": "Please answer.",
        "fields": [
            {"name": "ok", "type": "boolean", "label": "ok"},
            {"name": "why", "type": "string", "label": "Why?"},
        ],
    }


GLOBS = ["123456", "12*", "*", "??-??", "[a-c]x", "[!0-9]", "[]]", "[!]]*", "[[]x", "x[", "", "[.]"]


def test_a_right_answer_is_known_for_every_glob(read):
    context = SimpleNamespace(world=World(), variables={})
    for glob in GLOBS:
        prompt = f"interaction_required: {{accept: {{code: '{glob}'}}}}"
        step = read(f"task_run: [running, {prompt}, running, completed]").task_run[1]
        assert step.accepts(context, step.right_answer(context)), glob


def test_a_refusal_is_the_error_of_the_call(read):
    (step,) = read("task_run: [refused: {error: api/api_error, message: Not yet.}]").task_run
    with pytest.raises(ApiError, match="Not yet"):
        step.enter(None)
