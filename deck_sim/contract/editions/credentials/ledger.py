"""What is known of the behaviours that the `credentials` edition alone has, by topic."""

from deck_sim.contract.fidelity import asked, assumed, by_moment, documented, observed

LEDGER = {
    "Conventions": (
        assumed(
            "moments_filter_logins",
            "They filter the lists of credentials and sessions, too.",
            *by_moment("credentials", "sessions"),
            mark="strict",
        ),
        documented(
            "idempotency_for_writes",
            "POST, PATCH and DELETE take a key, and successes alone are stored.",
            "edition.idempotency",
        ),
    ),
    "Calls": (
        documented(
            "run_filters_credentials",
            "Runs are filtered by credential, source and outcome, too.",
            *asked("task-runs", "credential_id source_id outcome"),
        ),
        documented(
            "credential_filters",
            "Credentials are filtered by `source_id`, `external_id` and `status`.",
            *asked("credentials", "source_id external_id status"),
        ),
        documented(
            "source_fields",
            "`auth_credentials` may have up to 10 `source_fields`, whose names are lower case.",
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
            "The first login that succeeds in a run verifies a credential; one that the source"
            " rejects makes it invalid.",
            "task_run.credential_id",
        ),
        assumed(
            "credential_led_by_run",
            "A run has logged in when it is reviewed, completed, or fails with `task` or `storage`;"
            " `auth/auth_invalid` is what rejects; every other end tells nothing.",
            "task_run.credential_id",
        ),
        documented(
            "credential_updated",
            "A credential that is updated is `unverified` again.",
            "credential.update",
        ),
        assumed(
            "external_id_verifies_nothing",
            "An update of `external_id` alone leaves the status, and is no event.",
        ),
        documented(
            "credential_deleted",
            "A deleted credential can be read, and runs nothing.",
            "credential.delete",
            "credential.run@unverified",
            "credential.run@verified",
        ),
        assumed(
            "invalid_credential_runs",
            "An `invalid` credential can be tried again, and is `verified` if that works.",
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
            "session_idle",
            "A session that is `idle` for ten minutes is completed.",
            "session@idle",
        ),
        documented(
            "session_of_run",
            "A run makes its session, or uses the one that it names.",
        ),
        assumed(
            "session_follows_run",
            "The session of a run is `idle` when that is over, `failed` after an error of `auth` or"
            " `session`, and `completing` if the run ended before it was open.",
            "task_run.session_id",
        ),
        assumed(
            "one_run_at_a_time",
            "A session takes a run while it is `idle`, and one at a time.",
            "session.run",
        ),
        assumed(
            "what_belongs_together",
            "A run names a credential, a source, or a session; if they do not fit together, the"
            " answer is a 400.",
        ),
        documented(
            "ending_cancels_runs",
            "To end a session cancels its run.",
            "session.end",
            "session.users@completing",
        ),
        assumed("completing_lasts", "`completing` lasts a second.", "session@completing"),
        assumed(
            "runs_end_with_session",
            "The run of a session that fails, fails with `task/task_failed`.",
            "session.users@failed",
        ),
    ),
    "Task runs and interactions": (
        documented("review_required", "`review_required` waits for one.", "task_run.approve"),
        documented("cancelling", "A canceled run is `cancelling` first."),
        assumed(
            "cancel_allowed_in_live_statuses",
            "A run can be canceled in every live status.",
            "task_run.cancel@queued",
            "task_run.cancel@running",
            "task_run.cancel@review_required",
            mark="header",
        ),
        assumed(
            "cancel_while_asking",
            "A run can be canceled while it asks for something.",
            "task_run.cancel@interaction_required",
            mark="strict",
        ),
        assumed("cancelling_lasts", "`cancelling` lasts a second.", "task_run@cancelling"),
        assumed(
            "cancelling_stays",
            "A run that is `cancelling` is canceled, whatever becomes of its login meanwhile.",
        ),
        observed(
            "canceling_event",
            "The event of `cancelling` is spelled `task_run.canceling`.",
            "task_run.event@cancelling",
        ),
        documented("result", "`result` is `success`, `failure` or `unknown`, and null until then."),
        assumed(
            "result_of_canceled",
            "The `result` of a canceled run is `unknown`.",
            "task_run.result",
        ),
        assumed(
            "inactivity_in_credentials",
            "The same limit of inactivity holds in the `credentials` edition.",
            "edition.inactivity",
        ),
        documented(
            "all_fields_at_once_in_input",
            "All fields are answered in one call, under `input`.",
            "edition.answer_key",
            "edition.answer_body",
        ),
    ),
    "Storage and screenshots": (
        documented("storage_result", "A file shows `result` in this edition."),
        assumed(
            "storage_result_success",
            "The `result` of a file is `success`, unless its script says `failure`.",
        ),
    ),
    "Events, destinations and deliveries": (
        documented(
            "event_no_request_id",
            "What a destination gets has no `request_id`.",
            "edition.numbers_messages",
        ),
        documented("event_summary", "`data` is a summary of the resource."),
        assumed(
            "event_summary_fields",
            "A summary has id, kind and moments, and the fields that say what it is about.",
        ),
        assumed(
            "credential_created_event",
            "Creating a credential emits `credential.created` and no event of a status.",
        ),
        documented("destination_by_type", "A destination has one object, named after its type."),
        assumed(
            "destination_object_merges",
            "A PATCH of that object leaves what it does not name.",
            "patch of a destination's object",
            mark="header",
        ),
        assumed(
            "destination_hides_secrets",
            "All keys of that object that sound secret are kept back.",
        ),
    ),
}
