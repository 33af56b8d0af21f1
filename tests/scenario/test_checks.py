PLAYABLE = [
    "connection: [connecting, interaction_required, connected]",
    "connection: [connecting, interaction_required, interaction_required, connected, invalid]",
    "connection: [connected: 5s, disconnected]",
    "task_run: [{queued: 1s}, {queued: 1s}, running, running, completed]",
    "task_run: [failed: api/api_error]",
    "task_run: [refused: {error: api/api_error, message: Try later.}]",
    "task_run: [running, interaction_required, interaction_required, running, completed]",
    "task_run: [running, {interaction_required: {on_timeout: []}}, running, completed]",
    "task_run: [running, {interaction_required: {on_timeout: [{running: stuck}]}}, running,"
    " completed]",
    "task_run: [running, {interaction_required: {on_timeout: [running]}}, running, completed]",
    "task_run: [running, {pending: {on_rejected: []}}, completed]",
]


def test_these_orders_can_be_played(read):
    assert all(map(read, PLAYABLE))


def test_without_a_script_everything_succeeds(read):
    scripts = [read("tags: []").script(kind) for kind in ("connection", "task_run")]
    words = [[step.word for step in script.steps] for script in scripts]
    assert words == [["connecting", "connected"], ["queued", "running", "completed"]]


def test_a_summary_may_hold_expressions(read):
    steps = "task_run: [queued, running, completed]"
    summary = read(f"summary: 'Shows {{{{ input.nights }}}}.'\n{steps}").summary
    assert summary == "Shows {{ input.nights }}."


def test_an_interaction_without_fields_is_one_mistake(mistakes):
    asks = "interaction_required: {type: captcha, accept: {code: 1}}"
    (line,) = mistakes(f"task_run: [running, {asks}, running, completed]")
    assert "a type of your own needs `fields`" in line
