"""Filters, includes and details of calls. The calls themselves have their rows in `operations`."""

from deck_sim.contract.fidelity import asked, assumed, documented, observed

ROWS = (
    documented("agent_shows_tasks", "An agent shows its tasks: id, object, name and status."),
    documented(
        "task_statuses", "A task is `learning`, `test` or `live`, and can run in each.", "task"
    ),
    documented(
        "task_filters",
        "Tasks are filtered by `agent_id` and `status`.",
        *asked("tasks", "agent_id status"),
    ),
    documented("input_checked_first", "A run's `input` must fit `input_schema` before it starts."),
    documented(
        "output_fits_schema",
        "The output of a completed run is an object that fits `output_schema`.",
    ),
    documented(
        "output_only_when_completed",
        "`output` is null until `completed`; `errors` is empty unless `failed`; `interaction` is"
        " null unless the run waits for an answer.",
    ),
    documented(
        "run_filters",
        "Runs are filtered by status, task, agent and time.",
        *asked("task-runs", "status task_id agent_id created_after created_before"),
    ),
    observed("unknown_include_ignored", "An unknown `include` is ignored."),
    observed(
        "run_includes",
        "`include` shows a run's input and storage.",
        "include=input",
        "include=storage",
    ),
    assumed(
        "artifacts_are_screenshots",
        "`include=artifacts` shows a run's screenshots, as `include=screenshots` does.",
        "include=artifacts",
        mark="strict",
    ),
    observed(
        "include_screenshots",
        "`screenshots` is an older value of `include`.",
        "include=screenshots",
    ),
    documented(
        "external_id",
        "An `external_id` has at most 255 characters, may be null, and need not be unique.",
    ),
    documented("secrets_never_shown", "`auth_credentials` are never shown."),
    assumed(
        "login_is_required",
        "`username_password` needs `auth_credentials`; the other methods accept them.",
    ),
    documented(
        "event_filters",
        "Events are filtered by type and time.",
        *asked("events", "type created_after created_before"),
    ),
    assumed(
        "event_type_shape",
        "An item of the list of event types has `object` and `type`.",
        "GET /event-types",
        mark="header",
    ),
    assumed(
        "event_destination_filters",
        "Event destinations are filtered by `type` and `status`.",
        *asked("event-destinations", "type status"),
        mark="strict",
    ),
)
