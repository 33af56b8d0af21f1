"""The ledger rows that only the `credentials` edition has, by topic."""

LEDGER = """\
# Conventions
moments_filter_logins (assumed, strict): `created_after` and `created_before` filter credentials and
    sessions.
    of: GET /credentials?created_after&created_before; GET /sessions?created_after&created_before
    source: nothing public; lists of runs have these parameters
idempotency_for_writes (documented): POST, PATCH and DELETE take a key; only successes are stored.
    of: edition.idempotency
    source: docs.deck.co, idempotency: the three methods, and that failures are not stored

# Calls
run_filters_credentials (documented): Runs are also filtered by credential, source and outcome.
    of: GET /task-runs?credential_id&source_id&outcome
    source: docs.deck.co, API reference, task runs: credential_id, source_id[] and outcome[]
credential_filters (assumed, strict): Credentials are filtered by `source_id`, `external_id` and
    `status`.
    of: GET /credentials?source_id&external_id&status
    source: nothing public; connections of the other edition are filtered by the same fields
    date: 2026-11-26
run_takes_request_id (documented): The body of a run may have a `request_id`, null or a string.
    source: docs.deck.co, API reference, tasks: the schema of the body of the run call
    date: 2026-11-26
run_ignores_request_id (assumed, unusual): The `request_id` in the body of a run has no effect.
    source: nothing public; the answer's `request_id` numbers calls, so a client cannot choose it
    date: 2026-11-26
auth_method_optional (documented): An `auth_method` that is left out or null is `none`.
    source: docs.deck.co, API reference, credentials: auth_method may be left out or null and then
        means none
    date: 2026-11-26
credential_methods (documented): The methods are `username_password` and `none`.
    source: docs.deck.co, API reference, credentials: the two values of auth_method
    date: 2026-11-26
google_sso_is_taken (assumed, unusual): The method `google_sso` is taken, too.
    source: nothing public; connections of the other edition have it
    date: 2026-11-26
credential_external_id (assumed, always): A credential may have an `external_id` of at most 255
    characters, which need not be unique.
    source: nothing public; connections of the other edition have it
    date: 2026-11-26
source_fields (documented): `auth_credentials` may have up to 10 `source_fields` with lower-case
    names, none of them `username` or `password`.
    source: docs.deck.co, API reference, credentials: the pattern of the names, and reserved keys
    date: 2026-11-26
credential_shows_login (documented): A credential shows `auth_credentials`: the `username` and the
    readable `source_fields`.
    source: docs.deck.co, API reference, credentials: the answer has the username and the readable
        source_fields
    date: 2026-11-26
readable_source_fields (assumed, always): A source field is readable unless its name suggests a
    secret, as `pin` or `token` do.
    source: nothing public; hiding too many is safer than showing a secret
    date: 2026-11-26
credential_without_login (assumed, always): `auth_credentials` of a credential is null if nothing
    was given; otherwise it has both keys, and a `username` that was not given is null.
    source: nothing public; a typed client copes best with one shape
    date: 2026-11-26
change_of_login (assumed, error): A change of a credential is checked against the credential that it
    would make; `auth_credentials` are replaced as a whole.
    source: nothing public; a credential that could not have been created cannot come of a change
    date: 2026-11-26
session_filters (assumed, strict): Sessions are filtered by `status`.
    of: GET /sessions?status
    source: nothing public; it is the only field of a session that says which of them are open
    date: 2026-11-26
session_object (documented): A session has `runtime_ms` and `task_runs`, of which it shows `id`,
    `task_id`, `agent_id` and `credential_id`. It shows no credential and no source of its own.
    source: docs.deck.co, API reference, sessions: the session object
    date: 2026-11-26
session_runs_oldest_first (assumed, always): The `task_runs` of a session are sorted oldest first.
    source: nothing public; the sample has one run
    date: 2026-11-26
session_runtime (assumed, always): The `runtime_ms` of a session counts from its first `running` to
    its end, idle time included. It is 0 before, and the time so far while the session is open.
    source: nothing public; a session is a sandbox, which idles at a cost
    date: 2026-11-26
task_id_chosen (documented): A client may choose the `id` of a new task; it begins with `task_`.
    source: docs.deck.co, API reference, tasks: the optional `id` of the create call
    date: 2026-11-26
task_id_form (assumed, error): A chosen `id` has letters, digits, `_` and `-` after `task_`, and at
    most 255 characters; one that another task has or had is a 409.
    source: nothing public; these characters are safe in a path
    date: 2026-11-26

# Connections, credentials and sessions
credential_statuses (documented): A credential is `unverified`, `verified`, `invalid` or `deleted`.
    of: credential; credential.invalidate
    source: docs.deck.co, guide, credentials: a new one is unverified, a deleted one stays readable
credential_verified_by_login (documented): The first successful login of a run verifies a
    credential; a rejected one makes it invalid.
    of: task_run.credential_id
    source: docs.deck.co, guide, credentials: what verifies a credential, and what makes it invalid
credential_led_by_run (assumed, later): A run has logged in if it is reviewed, completes, or fails
    with `task` (but for a timeout) or `storage`; `auth/auth_invalid` means rejected. Other ends
    leave the credential as it is.
    of: task_run.credential_id
    source: nothing public; these ends come after the login, and others say nothing of it
credential_updated (documented): Updating a credential makes it `unverified` again.
    of: credential.update
    source: docs.deck.co, guide, credentials: a new login has to be verified
external_id_verifies_nothing (assumed, unusual): Updating only `external_id` keeps the status and
    emits no event.
    source: nothing public; the login is the same as before
credential_deleted (documented): A deleted credential can be read and cannot run a task.
    of: credential.delete; credential.run@unverified; credential.run@verified
    source: docs.deck.co, guide, credentials: still readable, and no runs
invalid_credential_runs (assumed, strict): An `invalid` credential can be tried again; it is
    `verified` if the login works.
    of: credential.run@invalid
    source: nothing public; only a deleted one is said to run nothing
runs_end_with_credential (assumed, strict): A run whose credential is deleted fails with
    `task/task_failed`.
    of: credential.users@deleted
    source: nothing public; its run has lost its login
session_statuses (documented): A session is `queued`, `running`, `idle`, `completing`, and
    `completed` or `failed`.
    of: session; session.drop
    source: docs.deck.co, API reference, sessions: the values of "status", from queued to failed
session_idle (documented): A session that is `idle` for ten minutes completes.
    of: session@idle
    source: docs.deck.co, guide, sessions: ten minutes idle, then completed
session_of_run (documented): A run opens a session, or uses the one that it names.
    source: docs.deck.co, API reference, tasks: "session_id" of the run call, and the session in its
        answer
session_limit (documented): A run that needs another session than the organization may have is
    refused: its call is a 429 `rate_limit/session_limit_exceeded`. A slot is free again when a
    session ends. A world has a limit with the option `session_limit`.
    source: docs.deck.co, errors, rate limits: "Agent sandbox limit exceeded."
    date: 2026-11-26
session_limit_counts (assumed, later): Every session counts that is not `completed` or `failed`, and
    `POST /sessions` is refused, too.
    source: nothing public; an idle session is still a sandbox
    date: 2026-11-26
session_follows_run (assumed, later): After its run a session is `idle`; it is `failed` after an
    error of `auth` or `session`, and `completing` if the run ended before the session was open.
    of: task_run.session_id
    source: nothing public; an open browser can be used again, and one that lost its login cannot
order_of_effects (assumed, later): The `queued` and `running` events of a session come before those
    of its run. When a run ends, its own event comes first, then its session's, then its
    credential's. When a session is ended, its event comes before that of its run.
    of: task_run.running@session_id
    source: nothing public; a cause goes before its effect, and a run works in an open session
    date: 2026-11-26
one_run_at_a_time (assumed, error): An `idle` session takes one run at a time.
    of: session.run
    source: nothing public; a session is one browser
what_belongs_together (assumed, error): A run names a credential, a source, or a session; if they do
    not fit together, the answer is a 400.
    source: nothing public; of two logins in one body one would be ignored
ending_cancels_runs (documented): Ending a session cancels its run.
    of: session.end; session.users@completing
    source: docs.deck.co, API reference, sessions: the call to end one cancels its running runs
completing_lasts (assumed, later): `completing` lasts a second.
    of: session@completing
    source: nothing public; long enough to be seen, short enough not to wait for
runs_end_with_session (assumed, later): A run whose session fails, fails with `task/task_failed`.
    of: session.users@failed
    source: nothing public; its run has lost its browser

# Task runs and interactions
review_required (documented): `review_required` waits for a reviewer.
    of: task_run.approve
    source: docs.deck.co, guide, task run lifecycle: the run pauses until a person approves
review_continues (documented): An approved run continues, `running` or `completed`.
    source: docs.deck.co, guide, task run lifecycle: the run waits for approval "before continuing"
    date: 2026-11-26
cancelling (documented): A canceled run is `cancelling` before it is `canceled`.
    source: docs.deck.co, guide, task run lifecycle: the status between the call and the end
cancel_allowed_in_live_statuses (assumed, header): A run can be canceled in every status that is not
    final.
    of: task_run.cancel@queued; task_run.cancel@running; task_run.cancel@review_required
    source: nothing public; the earlier edition's list lacks statuses that this one has
cancel_while_asking (assumed, strict): A run can be canceled while it waits for an answer.
    of: task_run.cancel@interaction_required
    source: nothing public; a user who gives up must be able to stop
cancelling_lasts (assumed, later): `cancelling` lasts a second.
    of: task_run@cancelling
    source: nothing public; a client should meet the status at least once
cancelling_stays (assumed, later): A run that is `cancelling` becomes `canceled`, even if its login
    ends first.
    source: nothing public; the answer to the cancel has already said so
canceling_event (observed): The event of `cancelling` is spelled `task_run.canceling`.
    of: task_run.event@cancelling
    source: a public client: handles this spelling
result (documented): `result` is `success`, `failure` or `unknown`, and null before the run ends.
    source: docs.deck.co, API reference, task runs: the three values, and null while it runs
result_of_completed (documented): The `result` of a completed run is `success`, or `failure` or
    `unknown` if the agent finished without what the task wants.
    source: docs.deck.co, API reference, task runs: `result` of a completed run
    date: 2026-11-26
output_without_success (assumed, later): The `output` of a completed run whose `result` is not
    `success` is null, unless its script gives one, which must satisfy `output_schema`.
    of: task_run.result
    source: nothing public; the agent has nothing that the task wants
    date: 2026-11-26
result_of_canceled (assumed, later): The `result` of a canceled run is `unknown`.
    of: task_run.result
    source: nothing public; neither success nor failure is known
inactivity_in_credentials (assumed, later): A run without activity for 30 minutes fails in this
    edition, too.
    of: edition.inactivity
    source: nothing public; the earlier edition has it, and a stuck run must end
all_fields_at_once_in_input (documented): One call answers all fields, under `input`.
    of: edition.answer_key; edition.answer_body
    source: docs.deck.co, guide, interactions: {"input": {…}} with every field

# Storage and screenshots
extraction_schema_required (documented): `extraction_schema` is required if the `extraction` in a
    task's `storage` is on.
    source: docs.deck.co, API reference, tasks: `storage.extraction_schema` is required when
        extraction is on
    date: 2026-11-26
storage_result (documented): A file has a `result`.
    source: docs.deck.co, API reference, storage: success or failure
storage_result_not_listed (assumed, always): The list of a run's files shows no `result`.
    source: nothing public; the documented fields of a list item are six
    date: 2026-11-26
storage_result_success (assumed, always): The `result` of a file is `success`, unless its script
    says `failure`.
    source: nothing public; a file that was kept is a success

# Events, destinations and deliveries
event_no_request_id (documented): A message to a destination has no `request_id`.
    of: edition.numbers_messages
    source: docs.deck.co, webhooks: a message has the five fields of an event
event_summary (documented): `data` is a summary of the resource. A run's has `id`, `object`,
    `status`, `result`, `task_id`, `credential_id`, `agent_id`, `source_id`, `runtime_ms`,
    `created_at` and `updated_at`; a credential's has `id`, `object`, `status`, `source_id` and
    `auth_method`.
    source: docs.deck.co, webhooks: the `data` of an event about a run or a credential
    date: 2026-11-26
event_summary_fields (assumed, always): A summary of another resource has `id`, `object`, `status`
    and the name or the ids that identify it; no timestamps.
    source: nothing public; the summary of a credential, which has no more, is taken as the pattern
    date: 2026-11-26
credential_created_event (assumed, later): Creating a credential emits `credential.created` and no
    event of a status.
    source: nothing public; the type exists, and two events for one call would be noise
destination_by_type (documented): A destination has one object, named after its type; `type` left
    out means `webhook`.
    source: docs.deck.co, API reference, event destinations: `type` defaults to `webhook`
    date: 2026-11-26
destination_object_of_its_type (assumed, error): The object of another type must be null or left
    out.
    source: nothing public; such an object has no effect, so it is likely a mistake of the caller
    date: 2026-11-26
destination_object_merges (assumed, header): A PATCH of that object keeps the keys that it does not
    name.
    of: patch of a destination's object
    source: nothing public; a new secret should not need the URL again
destination_hides_secrets (assumed, always): Keys of that object whose names suggest a secret are
    not shown.
    source: nothing public; a key of a queue is a secret like any other
"""
