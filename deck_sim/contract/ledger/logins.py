"""Connections, credentials and sessions: their statuses, and what moves them."""

from deck_sim.contract.fidelity import assumed, documented

_C, _K = "connections", "credentials"

ROWS = (
    documented(
        "connection_statuses",
        "A connection is `connecting`, then `connected`, `interaction_required` or `invalid`;"
        " `connected` may become `disconnected`, `invalid` or `terminated`.",
        "connection",
        "connection.drop",
        "connection.invalidate",
        edition=_C,
    ),
    documented("only_connected_runs", "Only a `connected` one runs.", "connection.run", edition=_C),
    documented("auth_methods", "`username_password`, `google_sso` and `none` are the methods."),
    documented(
        "connection_asked_again",
        "A rejected answer asks again, and an accepted one goes on.",
        "connection.answer",
        edition=_C,
    ),
    documented(
        "disconnect_connected",
        "A connection is disconnected by you, by disuse, or by the source.",
        "connection.disconnect",
        edition=_C,
    ),
    assumed(
        "disconnect_in_no_other_status",
        "A connection that is not `connected` cannot be disconnected: a 409.",
        edition=_C,
    ),
    assumed(
        "external_id_in_every_status",
        "Only `external_id` of a connection can be changed, and in every status.",
        edition=_C,
    ),
    documented(
        "reopen_disconnected",
        "A `disconnected` connection can be opened again under the same id.",
        "connection.reopen",
        edition=_C,
    ),
    documented(
        "terminate_connected",
        "A `connected` connection can be terminated: its credentials are deleted, and it is final.",
        "connection.terminate@connected",
        edition=_C,
    ),
    assumed(
        "terminate_in_any_status",
        "A connection can be terminated in every other status, too.",
        "connection.terminate@connecting",
        "connection.terminate@interaction_required",
        "connection.terminate@disconnected",
        "connection.terminate@invalid",
        edition=_C,
        mark="strict",
    ),
    documented("invalid_never_runs", "An `invalid` connection never runs again.", edition=_C),
    assumed(
        "invalid_after_attempts",
        "After the last wrong answer to its prompt a connection is `invalid`.",
        edition=_C,
    ),
    documented(
        "connection_asked_in_vain",
        "A connection whose prompt nobody answers becomes `disconnected`.",
        edition=_C,
    ),
    assumed(
        "runs_end_with_connection",
        "A run fails when its connection goes away: with `auth/auth_invalid` if that is invalid,"
        " else with `task/task_failed`.",
        "connection.users@disconnected",
        "connection.users@invalid",
        "connection.users@terminated",
        edition=_C,
        mark="strict",
    ),
    # Credentials
    documented(
        "credential_statuses",
        "A credential is `unverified`, `verified`, `invalid` or `deleted`.",
        "credential",
        "credential.invalidate",
        edition=_K,
    ),
    documented(
        "credential_verified_by_login",
        "The first login that succeeds in a run verifies a credential; one that the source rejects"
        " makes it invalid.",
        "task_run.credential_id",
        edition=_K,
    ),
    assumed(
        "credential_led_by_run",
        "A run has logged in when it is reviewed, completed, or fails with `task` or `storage`;"
        " `auth/auth_invalid` is what rejects; every other end tells nothing.",
        "task_run.credential_id",
        edition=_K,
    ),
    documented(
        "credential_updated",
        "A credential that is updated is `unverified` again.",
        "credential.update",
        edition=_K,
    ),
    assumed(
        "external_id_verifies_nothing",
        "An update of `external_id` alone leaves the status, and is no event.",
        edition=_K,
    ),
    documented(
        "credential_deleted",
        "A deleted credential can be read, and runs nothing.",
        "credential.delete",
        "credential.run@unverified",
        "credential.run@verified",
        edition=_K,
    ),
    assumed(
        "invalid_credential_runs",
        "An `invalid` credential can be tried again, and is `verified` if that works.",
        "credential.run@invalid",
        edition=_K,
        mark="strict",
    ),
    assumed(
        "runs_end_with_credential",
        "A run whose credential is deleted fails with `task/task_failed`.",
        "credential.users@deleted",
        edition=_K,
        mark="strict",
    ),
    # Sessions
    documented(
        "session_statuses",
        "A session is `queued`, `running`, `idle`, `completing`, and `completed` or `failed`.",
        "session",
        "session.drop",
        edition=_K,
    ),
    documented(
        "session_idle",
        "A session that is `idle` for ten minutes is completed.",
        "session@idle",
        edition=_K,
    ),
    documented(
        "session_of_run",
        "A run makes its session, or uses the one that it names.",
        edition=_K,
    ),
    assumed(
        "session_follows_run",
        "The session of a run is `idle` when that is over, `failed` after an error of `auth` or"
        " `session`, and `completing` if the run ended before it was open.",
        "task_run.session_id",
        edition=_K,
    ),
    assumed(
        "one_run_at_a_time",
        "A session takes a run while it is `idle`, and one at a time.",
        "session.run",
        edition=_K,
    ),
    assumed(
        "what_belongs_together",
        "A run names a credential, a source, or a session; things that do not belong together are a"
        " 400.",
        edition=_K,
    ),
    documented(
        "ending_cancels_runs",
        "To end a session cancels its run.",
        "session.end",
        "session.users@completing",
        edition=_K,
    ),
    assumed("completing_lasts", "`completing` lasts a second.", "session@completing", edition=_K),
    assumed(
        "runs_end_with_session",
        "The run of a session that fails, fails with `task/task_failed`.",
        "session.users@failed",
        edition=_K,
    ),
)
