"""Task runs: their statuses, their limits, the prompts in them, and the people who review them."""

from deck_sim.contract.fidelity import assumed, documented

ROWS = (
    documented(
        "run_statuses",
        "A run is `queued`, `running`, maybe `interaction_required` in between, and ends"
        " `completed`, `failed` or `canceled`; every live status may fail.",
        "task_run",
    ),
    assumed(
        "review_by_control_api",
        "Approving and rejecting have no call in Deck's API; a person does it in the console.",
        "task_run.reject",
    ),
    documented(
        "task_has_timeout",
        "A run that takes longer than its task's timeout fails; the default is 30 minutes.",
    ),
    assumed(
        "task_timeout_counts_from_creation",
        "The timeout counts from the run's creation, and includes the time that people take.",
    ),
    assumed(
        "inactivity_is_task_timeout",
        "Inactivity fails a run with `task/timeout`; one that is stuck or waits for a person is"
        " inactive, one that says how long it works is not.",
    ),
    assumed("runtime_from_running", "`runtime_ms` counts from when a run is first `running`."),
    # Interactions
    documented(
        "prompt_shape",
        "A prompt has `type`, `message` and `fields`, and stands in `interaction` while the status"
        " is `interaction_required`.",
    ),
    documented("mfa", "`mfa` asks for `code`.", "interaction.mfa"),
    documented(
        "security_question",
        "`security_question` asks for `answer`.",
        "interaction.security_question",
    ),
    documented(
        "account_selection",
        "`account_selection` asks for `account_id`.",
        "interaction.account_selection",
    ),
    assumed("prompt_texts", "The texts of the usual prompts."),
    documented(
        "answered_goes_on",
        "An accepted answer lets the run go on; a rejected one asks again.",
        "task_run.answer",
    ),
    assumed(
        "rejected_asks_the_same",
        "A rejected answer leaves the same prompt, and is an event of its own.",
        "task_run.answer, again",
        mark="header",
    ),
    assumed(
        "answer_shows_running",
        "The answer to a right answer shows the run `running` already.",
        "task_run.answer, running",
        mark="header",
    ),
    assumed(
        "answer_needs_every_field",
        "An answer needs every field that was asked for, and no other; else no attempt is used up.",
    ),
    documented("interaction_in_vain", "A run whose prompt nobody answers in time fails."),
    assumed(
        "interaction_window",
        "A prompt waits 5 minutes, unless the scenario says otherwise.",
        "edition.interaction_window",
    ),
    assumed(
        "interaction_attempts",
        "A prompt takes 3 answers, unless the scenario says otherwise.",
        "edition.interaction_attempts",
    ),
)
