"""The ledger rows that only the `credentials` edition has, by topic."""

from deck_sim.contract.fidelity import asked, assumed, by_moment, documented, observed

LEDGER = {
    "Conventions": (
        assumed(
            "moments_filter_logins",
            "`created_after` and `created_before` filter credentials and sessions.",
            *by_moment("credentials", "sessions"),
            mark="strict",
        ),
        documented(
            "idempotency_for_writes",
            "POST, PATCH and DELETE take a key; only successes are stored.",
            "edition.idempotency",
        ),
    ),
    "Calls": (
        documented(
            "run_filters_credentials",
            "Runs are also filtered by credential, source and outcome.",
            *asked("task-runs", "credential_id source_id outcome"),
        ),
        documented(
            "credential_filters",
            "Credentials are filtered by `source_id`, `external_id` and `status`.",
            *asked("credentials", "source_id external_id status"),
        ),
        documented(
            "source_fields",
            "`auth_credentials` may have up to 10 `source_fields` with lower-case names.",
        ),
        assumed(
            "session_filters",
            "Sessions are filtered by `status`, `credential_id` and `source_id`.",
            *asked("sessions", "status credential_id source_id"),
            mark="strict",
        ),
    ),
    "Connections, credentials and sessions": (
        documented(
            "credential_statuses",
            "A credential is `unverified`, `verified`, `invalid` or `deleted`.",
            "credential",
            "credential.invalidate",
        ),
        documented(
            "credential_verified_by_login",
            "The first successful login of a run verifies a credential; a rejected one makes it"
            " invalid.",
            "task_run.credential_id",
        ),
        assumed(
            "credential_led_by_run",
            "A run has logged in if it is reviewed, completes, or fails with `task` or `storage`;"
            " `auth/auth_invalid` means rejected. Other ends leave the credential as it is.",
            "task_run.credential_id",
        ),
        documented(
            "credential_updated",
            "Updating a credential makes it `unverified` again.",
            "credential.update",
        ),
        assumed(
            "external_id_verifies_nothing",
            "Updating only `external_id` keeps the status and emits no event.",
        ),
        documented(
            "credential_deleted",
            "A deleted credential can be read and cannot run a task.",
            "credential.delete",
            "credential.run@unverified",
            "credential.run@verified",
        ),
        assumed(
            "invalid_credential_runs",
            "An `invalid` credential can be tried again; it is `verified` if the login works.",
            "credential.run@invalid",
            mark="strict",
        ),
        assumed(
            "runs_end_with_credential",
            "A run whose credential is deleted fails with `task/task_failed`.",
            "credential.users@deleted",
            mark="strict",
        ),
        documented(
            "session_statuses",
            "A session is `queued`, `running`, `idle`, `completing`, and `completed` or `failed`.",
            "session",
            "session.drop",
        ),
        documented(
            "session_idle", "A session that is `idle` for ten minutes completes.", "session@idle"
        ),
        documented("session_of_run", "A run opens a session, or uses the one that it names."),
        assumed(
            "session_follows_run",
            "After its run a session is `idle`; it is `failed` after an error of `auth` or"
            " `session`, and `completing` if the run ended before the session was open.",
            "task_run.session_id",
        ),
        assumed("one_run_at_a_time", "An `idle` session takes one run at a time.", "session.run"),
        assumed(
            "what_belongs_together",
            "A run names a credential, a source, or a session; if they do not fit together, the"
            " answer is a 400.",
        ),
        documented(
            "ending_cancels_runs",
            "Ending a session cancels its run.",
            "session.end",
            "session.users@completing",
        ),
        assumed("completing_lasts", "`completing` lasts a second.", "session@completing"),
        assumed(
            "runs_end_with_session",
            "A run whose session fails, fails with `task/task_failed`.",
            "session.users@failed",
        ),
    ),
    "Task runs and interactions": (
        documented(
            "review_required", "`review_required` waits for a reviewer.", "task_run.approve"
        ),
        documented("cancelling", "A canceled run is `cancelling` before it is `canceled`."),
        assumed(
            "cancel_allowed_in_live_statuses",
            "A run can be canceled in every status that is not final.",
            "task_run.cancel@queued",
            "task_run.cancel@running",
            "task_run.cancel@review_required",
            mark="header",
        ),
        assumed(
            "cancel_while_asking",
            "A run can be canceled while it waits for an answer.",
            "task_run.cancel@interaction_required",
            mark="strict",
        ),
        assumed("cancelling_lasts", "`cancelling` lasts a second.", "task_run@cancelling"),
        assumed(
            "cancelling_stays",
            "A run that is `cancelling` becomes `canceled`, even if its login ends first.",
        ),
        observed(
            "canceling_event",
            "The event of `cancelling` is spelled `task_run.canceling`.",
            "task_run.event@cancelling",
        ),
        documented(
            "result", "`result` is `success`, `failure` or `unknown`, and null before the run ends."
        ),
        assumed(
            "result_of_canceled", "The `result` of a canceled run is `unknown`.", "task_run.result"
        ),
        assumed(
            "inactivity_in_credentials",
            "A run without activity for 30 minutes fails in this edition, too.",
            "edition.inactivity",
        ),
        documented(
            "all_fields_at_once_in_input",
            "One call answers all fields, under `input`.",
            "edition.answer_key",
            "edition.answer_body",
        ),
    ),
    "Storage and screenshots": (
        documented("storage_result", "A file has a `result`."),
        assumed(
            "storage_result_success",
            "The `result` of a file is `success`, unless its script says `failure`.",
        ),
    ),
    "Events, destinations and deliveries": (
        documented(
            "event_no_request_id",
            "A message to a destination has no `request_id`.",
            "edition.numbers_messages",
        ),
        documented("event_summary", "`data` is a summary of the resource."),
        assumed(
            "event_summary_fields",
            "A summary has the id, kind and timestamps, and the fields that identify its subject.",
        ),
        assumed(
            "credential_created_event",
            "Creating a credential emits `credential.created` and no event of a status.",
        ),
        documented("destination_by_type", "A destination has one object, named after its type."),
        assumed(
            "destination_object_merges",
            "A PATCH of that object keeps the keys that it does not name.",
            "patch of a destination's object",
            mark="header",
        ),
        assumed(
            "destination_hides_secrets",
            "Keys of that object whose names sound secret are not shown.",
        ),
    ),
}
