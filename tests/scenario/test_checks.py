import pytest

LOOSE = "and never end; a script ends in"
RUN_ENDS = f"{LOOSE} `completed` or `failed`, or says"
EMPTY = "must not be empty; leave it out instead"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("task_run: []", [f"3:11: task_run: {EMPTY}"]),
        ("connection: []", [f"3:13: connection: {EMPTY}"]),
        (
            "task_run: [completed]",
            [
                "3:12: task_run[0]: `completed` cannot follow `queued`; after it may come `running`"
                " or `failed`"
            ],
        ),
        (
            "task_run: [running, queued]",
            [
                f"3:11: task_run: can stop in `queued` {RUN_ENDS} `queued: stuck`",
                "3:21: task_run[1]: `queued` cannot follow `running`; after it may come"
                " `interaction_required`, `pending`, `completed` or `failed`",
            ],
        ),
        (
            "task_run: [running, completed, running]",
            [
                "3:32: task_run[2]: `running` is never reached: `completed` before it ends the"
                " script"
            ],
        ),
        (
            "task_run: [{running: stuck}, completed]",
            ["3:30: task_run[1]: `completed` is never reached: `running` before it says `stuck`"],
        ),
        (
            "connection: [connecting, disconnected]",
            [
                "3:26: connection[1]: `disconnected` cannot follow `connecting`; after it may come"
                " `connected`, `interaction_required` or `invalid`"
            ],
        ),
        (
            "connection: [connected, disconnected, connecting]",
            [
                "3:39: connection[2]: `connecting` is never reached: `disconnected` before it ends"
                " the script"
            ],
        ),
        (
            "task_run: [running, pending, pending, completed]",
            [
                "3:30: task_run[2]: `pending` cannot follow `pending`; after it may come"
                " `completed` or `failed`"
            ],
        ),
        (
            "task_run: [running, {interaction_required: {on_timeout: [running]}}, running,"
            " completed]",
            [
                # and that is fine, since a status may go on
            ],
        ),
        (
            "task_run: [running, {interaction_required: {on_timeout: [running, pending]}}, running,"
            " completed]",
            [
                "3:79: task_run[2]: `running` cannot follow `pending`; after it may come"
                " `completed` or `failed`"
            ],
        ),
        (
            "task_run: [running, {interaction_required: {on_rejected: [completed]}}, running,"
            " completed]",
            [
                "3:58: task_run[1].interaction_required.on_rejected: is never needed: without"
                " `accept` any answer is right",
                "3:59: task_run[1].interaction_required.on_rejected[0]: `completed` cannot follow"
                " `interaction_required`; after it may come `running`, `interaction_required` or"
                " `failed`",
            ],
        ),
        (
            "task_run: [running, {interaction_required: {on_timeout: [running]}}]",
            [
                "3:11: task_run: can stop in `running` or `interaction_required`"
                f" {RUN_ENDS} `running: stuck`",
            ],
        ),
    ],
)
def test_an_order_that_cannot_be_played_is_told(read, mistakes, body, expected):
    """A step that cannot follow names both statuses and what may; a way without end is told."""
    if expected:
        assert mistakes(body) == [f"story.yaml:{line}" for line in expected]
    else:
        assert read(body).task_run


@pytest.mark.parametrize(
    "body",
    [
        "connection: [connected]",
        "connection: [{connecting: stuck}]",
        "connection: [connecting, interaction_required, connected]",
        "connection: [connecting, interaction_required, interaction_required, connected, invalid]",
        "connection: [connected: 5s, disconnected]",
        "task_run: [{queued: 1s}, {queued: 1s}, running, running, completed]",
        "task_run: [failed: api/api_error]",
        "task_run: [running, pending, completed]",
        "task_run: [running, interaction_required, interaction_required, running, completed]",
        "task_run: [running, {interaction_required: {on_timeout: []}}, running, completed]",
        "task_run: [running, {interaction_required: {on_timeout: [{running: stuck}]}}, running,"
        " completed]",
        "task_run: [running, {pending: {on_rejected: []}}, completed]",
    ],
)
def test_these_orders_can_be_played(read, body):
    """A status may go on, a script may begin anywhere, and a branch may rejoin."""
    assert read(body)


def test_no_script_at_all_is_the_usual_one(read):
    """A scenario that says nothing of a connection or a run lets it succeed."""
    scenario = read("tags: []")
    assert [step.word for step in scenario.script("connection").steps] == [
        "connecting",
        "connected",
    ]
    assert [step.word for step in scenario.script("task_run").steps] == [
        "queued",
        "running",
        "completed",
    ]


def test_a_summary_may_speak_of_expressions(read):
    """It is for people; what stays text elsewhere is a mistake."""
    steps = "task_run: [queued, running, completed]"
    said = read(f"summary: 'Tells {{{{ input.nights }}}}.'\n{steps}").summary
    assert said == "Tells {{ input.nights }}."


def test_who_asks_for_nothing_is_told_so_once(mistakes):
    """Whatever is accepted cannot fit fields that are not there yet."""
    asks = "interaction_required: {type: captcha, accept: {code: 1}}"
    (told,) = mistakes(f"task_run: [running, {asks}, running, completed]")
    assert "a type of your own needs `fields`" in told
