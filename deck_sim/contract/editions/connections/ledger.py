"""The ledger rows that only the `connections` edition has, by topic."""

LEDGER = """\
# Conventions
moments_filter_connections (assumed, strict): `created_after` and `created_before` filter
    connections.
    of: GET /connections?created_after&created_before
    source: nothing public; other lists have these parameters
idempotency_for_creates (documented): POST calls that create take a key; every answer is stored.
    of: edition.idempotency
    source: docs.deck.co, idempotency, earlier revision: POST calls that create, whatever the result

# Calls
run_filters_connections (documented): Runs are also filtered by connection.
    of: GET /task-runs?connection_id
    source: docs.deck.co, API reference, task runs, earlier revision: the parameter connection_id
connection_filters (documented): Connections are filtered by `source_id`, `external_id` and
    `status`.
    of: GET /connections?source_id&external_id&status
    source: docs.deck.co, API reference, connections: the parameters source_id, external_id and
        status
external_id (documented): An `external_id` has at most 255 characters, may be null, and need not be
    unique.
    source: docs.deck.co, API reference, connections: at most 255 characters, null allowed, not
        unique
auth_methods (documented): The methods are `username_password`, `google_sso` and `none`.
    source: docs.deck.co, API reference, connections: the three values

auth_method_required (documented): A connection needs an `auth_method`.
    source: docs.deck.co, API reference, connections: auth_method is required
    date: 2026-11-26
connection_hides_login (assumed, always): A connection does not show `auth_credentials`.
    source: nothing public; only the answer for a credential is documented with them
    date: 2026-11-26

# Connections, credentials and sessions
connection_statuses (documented): A connection is `connecting`, then `connected`,
    `interaction_required` or `invalid`; `connected` may become `disconnected`, `invalid` or
    `terminated`.
    of: connection; connection.drop; connection.invalidate
    source: docs.deck.co, guide, connection lifecycle: from connecting to terminated, and what leads
        to each
only_connected_runs (documented): Only a `connected` connection can run a task.
    of: connection.run
    source: docs.deck.co, guide, connection lifecycle: tasks need a connected connection
connection_asked_again (documented): A rejected answer repeats the prompt; an accepted one
    continues.
    of: connection.answer
    source: docs.deck.co, guide, interactions: the connection goes on, or asks again
disconnect_connected (documented): A connection is disconnected by the user, by disuse, or by the
    source.
    of: connection.disconnect
    source: docs.deck.co, guide, connection lifecycle: idle or dropped, and the call to disconnect
disconnect_in_no_other_status (assumed, error): Disconnecting a connection that is not `connected`
    is a 409.
    source: nothing public; there is no login that could end
external_id_in_every_status (assumed, unusual): Only `external_id` of a connection can be changed,
    in every status.
    source: nothing public; the id is the caller's and says nothing of the login
reopen_disconnected (documented): A `disconnected` connection can be reopened under the same id.
    of: connection.reopen
    source: docs.deck.co, guide, connection lifecycle: the same id, and connecting again
terminate_connected (documented): A `connected` connection can be terminated: its credentials are
    deleted, and it is final.
    of: connection.terminate@connected
    source: docs.deck.co, guide, connection lifecycle: final, and credentials are deleted
terminate_in_any_status (assumed, strict): A connection can also be terminated in every other status
    but `terminated`.
    of: connection.terminate@connecting; connection.terminate@interaction_required;
        connection.terminate@disconnected; connection.terminate@invalid
    source: nothing public; stored credentials can always be deleted
connection_idle (documented): A `connected` connection that is idle becomes `disconnected`.
    of: connection@connected
    source: docs.deck.co, guide, connections: disconnected means idle or dropped
connection_idle_time (assumed, later): How long that takes is the option `connection_idle` of the
    world, without which it never happens. The time counts from the last use by a run.
    of: connection@connected
    source: nothing public; the length is not documented, and ten minutes is that of a session
    date: 2026-11-26
invalid_never_runs (documented): An `invalid` connection can never run a task again.
    source: docs.deck.co, guide, connection lifecycle: make a new connection instead
invalid_after_attempts (assumed, later): After the last wrong answer to its prompt, a connection is
    `invalid`.
    source: nothing public; wrong codes are wrong credentials
connection_asked_in_vain (documented): A connection whose prompt times out becomes `disconnected`.
    source: docs.deck.co, guide, interactions: no answer in time disconnects
runs_end_with_connection (assumed, strict): A run fails when its connection ends: with
    `auth/auth_invalid` if the connection is invalid, else with `task/task_failed`.
    of: connection.users@disconnected; connection.users@invalid; connection.users@terminated
    source: nothing public; a run cannot work without its login

# Task runs and interactions
pending (documented): `pending` waits for a reviewer.
    of: task_run.approve
    source: docs.deck.co, guide, task run lifecycle, earlier revision: human approval, review or
        intervention
cancel_allowed_in (documented): A run can be canceled only in `queued`, `running` and `pending`.
    of: task_run.cancel
    source: docs.deck.co, API reference, task runs, earlier revision: cancel in pending, queued and
        running
inactivity (documented): A run without activity for 30 minutes fails.
    of: edition.inactivity
    source: docs.deck.co, guide, task run lifecycle, earlier revision: 30 minutes without activity
all_fields_at_once (documented): One call answers all fields, under `inputs`.
    of: edition.answer_key; edition.answer_body
    source: docs.deck.co, guide, interactions, earlier revision: {"inputs": {…}} with every field

# Storage and screenshots
extraction_schema_required_in_connections (assumed, error): `extraction_schema` is required if the
    `extraction` in a task's `storage` is on.
    source: nothing public; the other edition documents it, and without a schema
        there is nothing to extract
    date: 2026-11-26

# Events, destinations and deliveries
event_request_id (documented): A message to a destination has a `request_id`.
    of: edition.numbers_messages
    source: docs.deck.co, webhooks, earlier revision: a message has request_id next to the event's
        fields
event_full (documented): `data` is the full resource.
    source: docs.deck.co, webhooks, earlier revision: the event has the resource itself
event_external_id (documented): Events carry the connection's `external_id`.
    source: docs.deck.co, webhooks, earlier revision: the id of the caller's user comes with each
        event
destination_in_parts (documented): A destination has `config` and `credentials`.
    source: docs.deck.co, API reference, event destinations, earlier revision: {"config": {"url"},
        "credentials": {"secret"}}
destination_config_fields (assumed, always): The `config` has the fields of its type that are
    documented for the other edition.
    source: nothing public; both editions send to the same destinations
    date: 2026-11-26

# Errors
idempotency_key_error_in_connections (assumed, strict): The `connections` edition answers
    `idempotency/idempotency_key_error`, too.
    of: idempotency/idempotency_key_error
    source: nothing public; the later edition documents it, and a long key must have some answer
"""
