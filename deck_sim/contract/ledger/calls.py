"""The calls of the API: that there are such, and what is special about them."""

from deck_sim.contract.fidelity import Behaviour, assumed, documented, observed


def _crud(
    path: str, what: str, verbs: str = "POST GET GET/ PATCH/ DELETE/", **more: str
) -> Behaviour:
    """The usual calls of one kind of resource; a slash stands for `/{id}`."""
    of = tuple(
        f"{v.removesuffix('/')} /{path}{'/{id}' if v[-1] == '/' else ''}" for v in verbs.split()
    )
    return documented(f"{path.replace('-', '_')}_calls", what, *of, **more)


def _asked(path: str, names: str) -> tuple[str, ...]:
    """What the query of a list takes, as subjects."""
    return tuple(f"GET /{path}?{name}" for name in names.split())


ROWS = (
    documented("test_call", "`GET /test` says `ready` and `live`.", "GET /test"),
    _crud("agents", "Agents have the usual five calls; `name` is required."),
    documented("agent_shows_tasks", "An agent shows its tasks: id, object, name and status."),
    _crud(
        "sources", "Sources have the usual five calls; `type` is `website`, and its URL required."
    ),
    _crud("tasks", "Tasks have the usual five calls; `name` and `agent_id` are required."),
    documented(
        "task_reset", "`POST /tasks/{id}/reset` lets a task learn anew.", "POST /tasks/{id}/reset"
    ),
    documented("task_statuses", "A task is `learning`, `test` or `live`, and can be run in each."),
    documented(
        "task_filters",
        "Tasks are filtered by `agent_id` and `status`.",
        *_asked("tasks", "agent_id status"),
    ),
    documented(
        "run_call", "`POST /tasks/{id}/run` answers at once, `queued`.", "POST /tasks/{id}/run"
    ),
    documented("input_checked_first", "A run's `input` must fit `input_schema` before it starts."),
    documented(
        "output_fits_schema",
        "The output of a completed run is an object that fits `output_schema`.",
    ),
    documented(
        "output_only_when_completed",
        "`output` is null until `completed`, `errors` empty unless `failed`, and `interaction` null"
        " unless asked.",
    ),
    _crud("task-runs", "Runs can be listed and read.", "GET GET/"),
    documented(
        "run_filters",
        "Runs are filtered by status, task, agent, and moments.",
        *_asked("task-runs", "status task_id agent_id created_after created_before"),
    ),
    documented(
        "run_filters_connections",
        "Runs are filtered by connection, too.",
        *_asked("task-runs", "connection_id"),
        edition="connections",
    ),
    documented(
        "run_filters_credentials",
        "Runs are filtered by credential, source and outcome, too.",
        *_asked("task-runs", "credential_id source_id outcome"),
        edition="credentials",
    ),
    observed(
        "unknown_include_ignored", "An unknown `include` is ignored; what is not asked is left out."
    ),
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
        "include_screenshots", "`screenshots` is an older word of `include`.", "include=screenshots"
    ),
    documented(
        "cancel_call", "`POST /task-runs/{id}/cancel` cancels a run.", "POST /task-runs/{id}/cancel"
    ),
    documented(
        "answer_call",
        "`POST /task-runs/{id}/interaction` answers a run's prompt, with 200 and the run.",
        "POST /task-runs/{id}/interaction",
    ),
    documented(
        "files_calls",
        "Files and screenshots of a run have calls of their own.",
        "GET /task-runs/{id}/storage",
        "GET /task-runs/{id}/screenshots",
        "GET /storage/{id}",
    ),
    _crud(
        "connections",
        "Connections can be opened, listed, read and given another `external_id`.",
        "POST GET GET/ PATCH/",
        edition="connections",
    ),
    documented(
        "connection_filters",
        "Connections are filtered by `source_id`, `external_id` and `status`.",
        *_asked("connections", "source_id external_id status"),
        edition="connections",
    ),
    documented(
        "external_id",
        "An `external_id` has up to 255 characters, may be null, and need not be unique.",
    ),
    documented(
        "disconnect_call",
        "`POST /connections/{id}/disconnect` disconnects.",
        "POST /connections/{id}/disconnect",
        edition="connections",
    ),
    assumed(
        "connection_interaction_path",
        "A connection's prompt is answered at `POST /connections/{id}/interaction`.",
        "POST /connections/{id}/interaction",
        edition="connections",
        mark="strict",
    ),
    assumed(
        "reopen_path",
        "A connection is opened again at `POST /connections/{id}/reopen`.",
        "POST /connections/{id}/reopen",
        edition="connections",
        mark="strict",
    ),
    assumed(
        "terminate_path",
        "A connection is ended for good at `POST /connections/{id}/terminate`.",
        "POST /connections/{id}/terminate",
        edition="connections",
        mark="strict",
    ),
    _crud("credentials", "Credentials have the usual five calls.", edition="credentials"),
    documented(
        "credential_filters",
        "Credentials are filtered by `source_id`, `external_id` and `status`.",
        *_asked("credentials", "source_id external_id status"),
        edition="credentials",
    ),
    documented(
        "source_fields",
        "`auth_credentials` may have up to 10 `source_fields`, whose names are lower case.",
        edition="credentials",
    ),
    documented("secrets_never_shown", "What logs a user in is never shown again."),
    assumed(
        "login_is_required",
        "`username_password` needs `auth_credentials`; the other methods take them, too.",
    ),
    _crud("sessions", "Sessions can be listed and read.", "GET GET/", edition="credentials"),
    assumed(
        "session_filters",
        "Sessions are filtered by `status`, `credential_id` and `source_id`.",
        *_asked("sessions", "status credential_id source_id"),
        edition="credentials",
        mark="strict",
    ),
    observed(
        "session_without_run",
        "`POST /sessions` opens a session without a run.",
        "POST /sessions",
        edition="credentials",
    ),
    documented(
        "end_session_call",
        "`POST /sessions/{id}/end` ends a session.",
        "POST /sessions/{id}/end",
        edition="credentials",
    ),
    documented("events_calls", "Events can be listed and read.", "GET /events", "GET /events/{id}"),
    documented(
        "event_filters",
        "Events are filtered by type and moments.",
        *_asked("events", "type created_after created_before"),
    ),
    documented("event_types_call", "`GET /event-types` lists the types.", "GET /event-types"),
    assumed(
        "event_type_shape",
        "An item of that list has `object` and `type`.",
        "GET /event-types",
        mark="header",
    ),
    _crud("event-destinations", "Event destinations have the usual five calls."),
    assumed(
        "event_destination_filters",
        "Event destinations are filtered by `type` and `status`.",
        *_asked("event-destinations", "type status"),
        mark="strict",
    ),
    documented(
        "event_deliveries_call",
        "Deliveries of a destination are listed, by `status` and `type`.",
        "GET /event-destinations/{id}/event-deliveries",
        *_asked("event-destinations/{id}/event-deliveries", "status type"),
    ),
)
