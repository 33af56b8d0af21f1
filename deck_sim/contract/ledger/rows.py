"""The rows of behaviours that editions have in common. Operations and errors have their own."""

from deck_sim.contract.fidelity import read_rows

ROWS = read_rows(
    """\
# Conventions
base_path (documented): Every call is below `/v2`. Bodies and answers are JSON.
bearer_key (documented): Every call carries `Authorization: Bearer KEY`.
content_type_without_body (observed): A GET with `Content-Type: application/json` and no body works.
request_id_on_every_answer (documented): Every answer has `request_id` at its top level.
no_request_id_in_lists (documented): The items of a page have no `request_id`.
moments_without_zeros (assumed, always): A timestamp shows milliseconds only if they are not zero.
standard_fields (documented): A resource has `id`, `object`, `created_at`, `updated_at`; timestamps
    are UTC, with `Z`.
id_shape (observed): An id is a prefix and 16 letters and digits.
id_prefixes (documented): The prefix of an id names the kind of resource.
id_length (documented): An id has at most 255 characters.
more_without_a_version (documented): Deck adds fields, event types and interaction types without a
    new version.
error_envelope (documented): Errors are always a list: `type`, `code`, `message`, and `field` where
    it applies.
schema_errors_in_envelope (assumed, error): A body that breaks a schema is refused in the same
    envelope.
messages_are_for_people (documented): `message` is for people; programs must not compare it.
page_limit (documented): `limit` is 1 to 100; the default is 20.
page_shape (documented): A page has `data`, `has_more`, `next_cursor` and `request_id`.
null_cursor_ends (observed): `next_cursor` is null on the last page; clients stop on that.
lists_newest_first (assumed, always): Lists are newest first.
lists_in_one_page (assumed, always): The screenshots of a run and the event types are listed in one
    page.
pages_are_stable (assumed, always): While items are created, pages neither skip nor repeat an item.
bad_page_is_input_invalid (assumed, error): A bad `limit` or `cursor` is a 400 `input_invalid` with
    its `field`.
unknown_parameters_ignored (assumed, header): An unknown query parameter is ignored.
    of: unknown parameter
moments_filter_every_list (assumed, strict): `created_after` and `created_before` filter every list,
    not only runs and events.
    of: GET /agents?created_after&created_before; GET /sources?created_after&created_before;
        GET /tasks?created_after&created_before;
        GET /event-destinations?created_after&created_before;
        GET /event-destinations/{id}/event-deliveries?created_after&created_before;
        GET /task-runs/{id}/storage?created_after&created_before
moments_exclude_themselves (assumed, unusual): `created_after` and `created_before` exclude the
    given moment.
deletes_answer (documented): A delete answers 200 with `id`, `object` and `deleted: true`.
deletes_repeat (documented): Deleting again gives the same answer.
deleted_is_not_found (assumed, strict): Every other call on a deleted resource is a 404.
    of: what is deleted
delete_leaves_dependants (assumed, strict): Deleting an agent or a source does not change its tasks
    and logins.
    of: delete of what is used
creates_answer_201 (documented): A create answers 201.
source_create_answers_200 (documented): `POST /sources` answers 200, unlike every other create.
    source: Deck's API reference
patch_replaces_objects (assumed, header): A PATCH replaces an object as a whole; one without fields
    changes nothing and emits no event.
    of: patch of an object, or of nothing
fixed_fields (assumed, error): `agent_id` of a task and `type` of a source cannot be changed.
last_key_counts (assumed, unusual): If a JSON object repeats a key, the last value counts.
odd_json_refused (assumed, error): JSON with infinite numbers, numbers over 1000 digits, or lone
    surrogates is refused.
head_like_get (assumed, strict): Every path that takes GET takes HEAD.
    of: HEAD
odd_calls (assumed, error): OPTIONS is a 405; a path with a trailing slash is a 404; the content
    type does not matter.
idempotency_repeats (documented): The same key with the same parameters gets the stored answer, for
    24 hours. A key has at most 256 characters and belongs to the organization.
    of: edition.idempotency
idempotency_key_ignored (assumed, header): A key on a call that does not take one is ignored.
    of: idempotency key on another call
idempotency_key_empty (assumed, strict): An empty key is refused.
    of: empty idempotency key
idempotency_same_request_id (assumed, always): A stored answer has the `request_id` of the first
    call.
idempotency_parameters (assumed, always): The parameters are compared without the formatting of the
    JSON and without headers.
idempotency_two_at_once (assumed, strict): Of two concurrent calls with one key, the second is a
    409.
    of: two calls with one key
idempotency_never_kept (assumed, later): A call that is refused before its endpoint runs is not
    stored.
rate_limit (documented): An organization may send 200 requests in 10 seconds; more are a 429.
    of: edition.rate_limit
rate_limit_window (assumed, later): The window slides. Refused calls do not count; replayed answers
    and errors do.
retry_after (assumed, unusual): A 429 has no `Retry-After`, unless the world is set to send one.

# Calls
agent_shows_tasks (documented): An agent shows its tasks: id, object, name and status.
task_statuses (documented): A task is `learning`, `test` or `live`, and can run in each.
    of: task
task_filters (documented): Tasks are filtered by `agent_id` and `status`.
    of: GET /tasks?agent_id&status
input_checked_first (documented): A run's `input` must fit `input_schema` before it starts.
output_fits_schema (documented): The output of a completed run is an object that fits
    `output_schema`.
output_only_when_completed (documented): `output` is null until `completed`; `errors` is empty
    unless `failed`; `interaction` is null unless the run waits for an answer.
run_filters (documented): Runs are filtered by status, task, agent and time.
    of: GET /task-runs?status&task_id&agent_id&created_after&created_before
unknown_include_ignored (observed): An unknown `include` is ignored.
run_includes (observed): `include` shows a run's input and storage.
    of: include=input; include=storage
artifacts_are_screenshots (assumed, strict): `include=artifacts` shows a run's screenshots, as
    `include=screenshots` does.
    of: include=artifacts
include_screenshots (observed): `screenshots` is an older value of `include`.
    of: include=screenshots
external_id (documented): An `external_id` has at most 255 characters, may be null, and need not be
    unique.
secrets_never_shown (documented): No answer shows a password.
    source: docs.deck.co, API reference, credentials: the answer never has a password
    date: 2026-11-26
login_is_required (documented): `username_password` needs `auth_credentials` with `username` and
    `password`.
    source: docs.deck.co, API reference, credentials: both are required with username_password
    date: 2026-11-26
login_is_optional (observed): With another method `auth_credentials` may be left out, null, `{}`, or
    hold only some of their fields.
    source: a public client: sends auth_method none with {}
    date: 2026-11-26
event_filters (documented): Events are filtered by type and time.
    of: GET /events?type&created_after&created_before
event_type_shape (assumed, header): An item of the list of event types has `object` and `type`.
    of: GET /event-types
event_destination_filters (assumed, strict): Event destinations are filtered by `type` and `status`.
    of: GET /event-destinations?type&status

# Connections, credentials and sessions
auth_methods (documented): The methods are `username_password`, `google_sso` and `none`.

# Task runs and interactions
run_statuses (documented): A run is `queued`, `running`, possibly `interaction_required`, and ends
    `completed`, `failed` or `canceled`; it can fail in every status before.
    of: task_run
review_by_control_api (assumed, later): Deck's API has no call to approve or reject; a reviewer does
    it in the console.
    of: task_run.reject
task_has_timeout (documented): A run that takes longer than its task's timeout fails; the default is
    30 minutes.
timeout_in_minutes (assumed, later): The message of `task/timeout` counts minutes: `30 minutes`,
    `1 minutes`, `1.5 minutes`.
    source: nothing public; the documented text is "of X minutes", and says nothing of other units
    date: 2026-11-26
task_timeout_counts_from_creation (assumed, later): The timeout counts from the creation of the run,
    time for answers included.
inactivity_is_task_timeout (assumed, later): Inactivity fails a run with `task/timeout`. A run that
    is stuck or waits for a person is inactive; a step with a duration is active.
runtime_from_running (assumed, always): `runtime_ms` counts from the first `running` to the end. It
    is 0 before, and the time so far while the run is live.
    source: nothing public says what it counts; a number from the start needs no case of its own in
        a typed client
    date: 2026-11-26
prompt_shape (documented): A prompt has `type`, `message` and `fields`; it is shown in `interaction`
    while the status is `interaction_required`.
mfa (documented): `mfa` asks for `code`.
    of: interaction.mfa
security_question (documented): `security_question` asks for `answer`.
    of: interaction.security_question
account_selection (documented): `account_selection` asks for `account_id`.
    of: interaction.account_selection
prompt_texts (assumed, always): The texts of the documented prompts are deck-sim's.
answered_goes_on (documented): After an accepted answer the run continues; a rejected one repeats
    the prompt.
    of: task_run.answer
rejected_asks_the_same (assumed, header): A rejected answer keeps the prompt and emits an event.
    of: task_run.answer, again
answer_shows_running (assumed, header): The response to an accepted answer shows the run as
    `running`.
    of: task_run.answer, running
answer_needs_every_field (assumed, error): An answer must have every requested field and no other;
    otherwise it is refused and does not count as an attempt.
interaction_in_vain (documented): A run whose prompt times out fails.
interaction_window (assumed, later): A prompt times out after 5 minutes, unless the scenario sets
    another time.
    of: edition.interaction_window
interaction_attempts (assumed, later): A prompt takes 3 answers, unless the scenario sets another
    number.
    of: edition.interaction_attempts

# Storage and screenshots
storage_settings (documented): A task's `storage` has `enabled`, `extraction`, `extraction_schema`
    and `deduplication`.
storage_item (documented): A file has its name, type, size, a signed `url`, the extracted data and
    its run.
storage_deduplication (documented): With `deduplication`, a file whose content is already kept is
    dropped.
screenshot_item (documented): A screenshot has its name, type, size, time, `url` and `reasoning`.
screenshots_oldest_first (assumed, always): Screenshots are sorted oldest first.

# Events, destinations and deliveries
event_shape (documented): An event has `id`, `object`, `type`, `data` and `created_at`.
event_types (documented): Events exist for each status, for create, update and delete, and for the
    reset of a task.
    of: task.event@learning
destination_events (observed): Activating and deactivating a destination emits
    `event_destination.activated` and `event_destination.deactivated`.
    of: event_destination.event@active; event_destination.event@inactive
event_retention (documented): Events can be read for 30 days.
    of: edition.event_retention
destination_types (documented): A destination is a `webhook` with `url`, `aws_sqs` with `queue_url`,
    `aws_kinesis` with `stream_name` and `region`, `aws_s3` with `bucket` and `region`,
    `aws_eventbridge` with `event_bus_name` and `region`, `gcp_pubsub` with `project_id` and
    `topic`, `azure_servicebus` with `name`, `rabbitmq` with `exchange` and `server_url`, or
    `hookdeck`.
    source: docs.deck.co, API reference, event destinations: the nine types and the fields of each
    date: 2026-11-26
destination_fields_needed (assumed, error): A destination needs every field of its type; one that is
    missing or empty is a 400 `input_missing`. Other fields of a queue are accepted.
    source: nothing public; without them an event could not be sent; queues also have credentials
    date: 2026-11-26
custom_headers (documented): `custom_headers` is a JSON object in a string.
custom_headers_shown (assumed, always): A destination shows `custom_headers` as they were given.
event_list (documented): `events` is a non-empty list of types, or exactly `*`.
destination_statuses (documented): A destination is `pending_verification`, `active` or `inactive`;
    PATCH reactivates.
    of: event_destination
destination_active_at_once (assumed, header): A new destination is `active` at once.
    of: POST /event-destinations
secret_shown_at_creation (assumed, header): The secret is shown only in the answer that creates a
    destination.
    of: secret shown
destination_credentials_unused (assumed, later): The credentials of a destination that is not a
    webhook are accepted and not used.
signing (documented): Webhooks are signed by Standard Webhooks: three headers, a `whsec_` secret,
    HMAC-SHA256.
webhook_id_stays (documented): The id is the same for all attempts; the timestamp is the attempt's.
    source: the Standard Webhooks specification, which Deck names
secret_rotates (assumed, header): A PATCH with another secret rotates the secret.
    of: rotate secret
secret_overlap (documented): A rotated secret still signs, next to the new one, for 24 hours.
    of: edition.secret_overlap
    source: Deck's documentation, and the Standard Webhooks specification, which Deck names
delivered_independently (documented): Each destination gets an event independently of the others.
delivery_success (documented): A 2xx within 5 seconds is a success; everything else is a failure.
delivery_retries (documented): A failure is retried up to 3 times with growing delays; then the
    destination is `inactive`.
    of: edition.retry_delays
retry_delays (assumed, later): Retries follow 5, 25 and 125 seconds after the previous attempt; a
    410 is a failure like others.
    of: edition.retry_delays
at_least_once (documented): Delivery is at least once, in no guaranteed order.
deliveries_in_order (assumed, later): Webhooks of one destination that are due at the same moment
    leave in the order of their events. A failed attempt delays only its own retry.
    source: nothing public; equal tests need equal webhooks, and `reorder` can break the order
    date: 2026-11-26
subscribers_of_the_moment (assumed, later): An event goes to the destinations that subscribe to it
    when it happens; when a destination stops, its open deliveries are given up.
retries_follow_the_destination (assumed, later): A retry uses the current URL and secrets of the
    destination.
delivery_item (documented): A delivery has its event, destination, status, attempts and delivery
    time.
delivery_pending (assumed, always): A delivery without a final outcome is `pending`.
    of: event_delivery

# Errors
input_missing_status (assumed, header): The HTTP status of `request/input_missing` is 400.
    of: request/input_missing
auth_invalid_status (assumed, header): The HTTP status of `auth/auth_invalid` as the answer to a
    call is 401.
    of: auth/auth_invalid
all_problems_at_once (assumed, header): One answer has all problems of a body; the first decides the
    HTTP status.
    of: several problems
"""
)
