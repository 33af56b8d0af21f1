"""Task runs: statuses, limits, prompts and reviews."""

from deck_sim.contract.fidelity import assumed, documented

ROWS = (
    documented(
        "run_statuses",
        "A run is `queued`, `running`, possibly `interaction_required`, and ends `completed`,"
        " `failed` or `canceled`; it can fail in every status before.",
        "task_run",
    ),
    assumed(
        "review_by_control_api",
        "Deck's API has no call to approve or reject; a reviewer does it in the console.",
        "task_run.reject",
    ),
    documented(
        "task_has_timeout",
        "A run that takes longer than its task's timeout fails; the default is 30 minutes.",
    ),
    assumed(
        "task_timeout_counts_from_creation",
        "The timeout counts from the creation of the run, time for answers included.",
    ),
    assumed(
        "inactivity_is_task_timeout",
        "Inactivity fails a run with `task/timeout`. A run that is stuck or waits for a person is"
        " inactive; a step with a duration is active.",
    ),
    assumed("runtime_from_running", "`runtime_ms` counts from the first `running`."),
    # Interactions
    documented(
        "prompt_shape",
        "A prompt has `type`, `message` and `fields`; it is shown in `interaction` while the"
        " status is `interaction_required`.",
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
    assumed("prompt_texts", "The texts of the documented prompts are deck-sim's."),
    documented(
        "answered_goes_on",
        "After an accepted answer the run continues; a rejected one repeats the prompt.",
        "task_run.answer",
    ),
    assumed(
        "rejected_asks_the_same",
        "A rejected answer keeps the prompt and emits an event.",
        "task_run.answer, again",
        mark="header",
    ),
    assumed(
        "answer_shows_running",
        "The response to an accepted answer shows the run as `running`.",
        "task_run.answer, running",
        mark="header",
    ),
    assumed(
        "answer_needs_every_field",
        "An answer must have every requested field and no other; otherwise it is refused and does"
        " not count as an attempt.",
    ),
    documented("interaction_in_vain", "A run whose prompt times out fails."),
    assumed(
        "interaction_window",
        "A prompt times out after 5 minutes, unless the scenario sets another time.",
        "edition.interaction_window",
    ),
    assumed(
        "interaction_attempts",
        "A prompt takes 3 answers, unless the scenario sets another number.",
        "edition.interaction_attempts",
    ),
)
