"""The ledger rows that only the `connections` edition has, by topic."""

from deck_sim.contract.fidelity import asked, assumed, by_moment, documented

LEDGER = {
    "Conventions": (
        assumed(
            "moments_filter_connections",
            "`created_after` and `created_before` filter connections.",
            *by_moment("connections"),
            mark="strict",
        ),
        documented(
            "idempotency_for_creates",
            "POST calls that create take a key; every answer is stored.",
            "edition.idempotency",
        ),
    ),
    "Calls": (
        documented(
            "run_filters_connections",
            "Runs are also filtered by connection.",
            *asked("task-runs", "connection_id"),
        ),
        documented(
            "connection_filters",
            "Connections are filtered by `source_id`, `external_id` and `status`.",
            *asked("connections", "source_id external_id status"),
        ),
    ),
    "Connections, credentials and sessions": (
        documented(
            "connection_statuses",
            "A connection is `connecting`, then `connected`, `interaction_required` or `invalid`;"
            " `connected` may become `disconnected`, `invalid` or `terminated`.",
            "connection",
            "connection.drop",
            "connection.invalidate",
        ),
        documented(
            "only_connected_runs", "Only a `connected` connection can run a task.", "connection.run"
        ),
        documented(
            "connection_asked_again",
            "A rejected answer repeats the prompt; an accepted one continues.",
            "connection.answer",
        ),
        documented(
            "disconnect_connected",
            "A connection is disconnected by the user, by disuse, or by the source.",
            "connection.disconnect",
        ),
        assumed(
            "disconnect_in_no_other_status",
            "Disconnecting a connection that is not `connected` is a 409.",
        ),
        assumed(
            "external_id_in_every_status",
            "Only `external_id` of a connection can be changed, in every status.",
        ),
        documented(
            "reopen_disconnected",
            "A `disconnected` connection can be reopened under the same id.",
            "connection.reopen",
        ),
        documented(
            "terminate_connected",
            "A `connected` connection can be terminated: its credentials are deleted, and it is"
            " final.",
            "connection.terminate@connected",
        ),
        assumed(
            "terminate_in_any_status",
            "A connection can be terminated in every other status.",
            "connection.terminate@connecting",
            "connection.terminate@interaction_required",
            "connection.terminate@disconnected",
            "connection.terminate@invalid",
            mark="strict",
        ),
        documented("invalid_never_runs", "An `invalid` connection can never run a task again."),
        assumed(
            "invalid_after_attempts",
            "After the last wrong answer to its prompt, a connection is `invalid`.",
        ),
        documented(
            "connection_asked_in_vain",
            "A connection whose prompt times out becomes `disconnected`.",
        ),
        assumed(
            "runs_end_with_connection",
            "A run fails when its connection ends: with `auth/auth_invalid` if the connection is"
            " invalid, else with `task/task_failed`.",
            "connection.users@disconnected",
            "connection.users@invalid",
            "connection.users@terminated",
            mark="strict",
        ),
    ),
    "Task runs and interactions": (
        documented("pending", "`pending` waits for a reviewer.", "task_run.approve"),
        documented(
            "cancel_allowed_in",
            "A run can be canceled only in `queued`, `running` and `pending`.",
            "task_run.cancel",
        ),
        documented(
            "inactivity", "A run without activity for 30 minutes fails.", "edition.inactivity"
        ),
        documented(
            "all_fields_at_once",
            "One call answers all fields, under `inputs`.",
            "edition.answer_key",
            "edition.answer_body",
        ),
    ),
    "Events, destinations and deliveries": (
        documented(
            "event_request_id",
            "A message to a destination has a `request_id`.",
            "edition.numbers_messages",
        ),
        documented("event_full", "`data` is the full resource."),
        documented("event_external_id", "Events carry the connection's `external_id`."),
        documented("destination_in_parts", "A destination has `config` and `credentials`."),
    ),
    "Errors": (
        assumed(
            "idempotency_key_error_in_connections",
            "The `connections` edition answers `idempotency/idempotency_key_error`, too.",
            "idempotency/idempotency_key_error",
            mark="strict",
        ),
    ),
}
