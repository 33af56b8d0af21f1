"""Rows of events, destinations, deliveries and errors."""

ROWS = """\
# Events, destinations and deliveries
event_shape (documented): An event has `id`, `object`, `type`, `data` and `created_at`.
    source: docs.deck.co, API reference, events: {"id": "evt_…", "object": "event", "type", "data",
        "created_at"}
event_types (documented): Events exist for each status, for create, update and delete, and for the
    reset of a task.
    of: task.event@learning
    source: docs.deck.co, webhooks, event types: agent.created, task.reset, task_run. with a status,
        and so on
destination_events (observed): Activating and deactivating a destination emits
    `event_destination.activated` and `event_destination.deactivated`.
    of: event_destination.event@active; event_destination.event@inactive
    source: a public client: handles both names
event_retention (documented): Events can be read for 30 days.
    of: edition.event_retention
    source: docs.deck.co, API reference, events: events are kept for 30 days
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
    source: docs.deck.co, API reference, event destinations: the field is a string that holds JSON
custom_headers_shown (assumed, always): A destination shows `custom_headers` as they were given.
    source: nothing public; they are part of the documented settings, which are shown
event_list (documented): `events` is a non-empty list of types, or exactly `*`.
    source: docs.deck.co, API reference, event destinations: some types, or ["*"] alone, but not []
destination_statuses (documented): A destination is `pending_verification`, `active` or `inactive`;
    PATCH reactivates.
    of: event_destination
    source: docs.deck.co, API reference, event destinations: an update with "status" reactivates
destination_active_at_once (assumed, header): A new destination is `active` at once.
    of: POST /event-destinations
    source: nothing public; no page says how a destination is verified
secret_shown_at_creation (assumed, header): The secret is shown only in the answer that creates a
    destination.
    of: secret shown
    source: nothing public; other services show a secret once, too
destination_credentials_unused (assumed, later): The credentials of a destination that is not a
    webhook are accepted and not used.
    source: nothing public; deck-sim sends nothing to queues
signing (documented): Webhooks are signed by Standard Webhooks: three headers, a `whsec_` secret,
    HMAC-SHA256.
    source: docs.deck.co, webhooks, verification: webhook-id, webhook-timestamp, webhook-signature
        with v1
webhook_id_stays (documented): The id is the same for all attempts; the timestamp is the attempt's.
    source: docs.deck.co, webhooks, verification: names Standard Webhooks, which keeps the id and
        renews the timestamp
secret_rotates (assumed, header): A PATCH with another secret rotates the secret.
    of: rotate secret
    source: nothing public; the guide speaks of rotation, and an update is the only call for it
secret_overlap (documented): A rotated secret still signs, next to the new one, for 24 hours.
    of: edition.secret_overlap
    source: docs.deck.co, webhooks, verification: old secrets stay valid for 24 hours; Standard
        Webhooks puts both signatures in one header
delivered_independently (documented): Each destination gets an event independently of the others.
    source: docs.deck.co, webhooks, delivery: every subscribed destination gets its own delivery
delivery_success (documented): A 2xx within 5 seconds is a success; everything else is a failure.
    source: docs.deck.co, webhooks, delivery: any status of 2xx within 5 seconds
delivery_retries (documented): A failure is retried up to 3 times with growing delays; then the
    destination is `inactive`.
    of: edition.retry_delays
    source: docs.deck.co, webhooks, delivery: up to 3 retries, exponential backoff, then inactive
retry_delays (assumed, later): Retries follow 5, 25 and 125 seconds after the previous attempt; a
    410 is a failure like others.
    of: edition.retry_delays
    source: nothing public; exponential with factor five, in the range of a short outage
at_least_once (documented): Delivery is at least once, in no guaranteed order.
    source: docs.deck.co, webhooks, delivery: at least once, and the order is not promised
deliveries_in_order (assumed, later): Webhooks of one destination that are due at the same moment
    leave in the order of their events. A failed attempt delays only its own retry.
    source: nothing public; equal tests need equal webhooks, and `reorder` can break the order
    date: 2026-11-26
subscribers_of_the_moment (assumed, later): An event goes to the destinations that subscribe to it
    when it happens; when a destination stops, its open deliveries are given up.
    source: nothing public; a later subscriber has not asked for earlier events
retries_follow_the_destination (assumed, later): A retry uses the current URL and secrets of the
    destination.
    source: nothing public; a corrected URL should get the retry
delivery_item (documented): A delivery has its event, destination, status, attempts and delivery
    time.
    source: docs.deck.co, API reference, event deliveries: event_id, event_type, status, attempts,
        created_at, delivered_at
delivery_pending (assumed, always): A delivery without a final outcome is `pending`.
    of: event_delivery
    source: nothing public; the filter knows success and failure only, and neither fits yet

# Errors
input_missing_status (assumed, header): The HTTP status of `request/input_missing` is 400.
    of: request/input_missing
    source: nothing public; the page has the code and no HTTP status
source_not_found_type (assumed, header): An unknown source is `source/source_not_found`; every other
    unknown id is an error of the type `request`.
    of: source/source_not_found
    source: nothing public; the code is documented with the type source, and no
        request/source_not_found is
    date: 2026-11-26
malformed_source_id (assumed, unusual): A `source_id` that names no source is
    `source/source_invalid` if it does not start with `src_` or has more than 255 characters, else
    `source/source_not_found`. In a path it is always the latter.
    source: nothing public; prefix and length are all that is documented of an id
    date: 2026-11-26
auth_invalid_status (assumed, header): The HTTP status of `auth/auth_invalid` as the answer to a
    call is 401.
    of: auth/auth_invalid
    source: nothing public; the page has the code and no HTTP status for a call
all_problems_at_once (assumed, header): One answer has all problems of a body; the first decides the
    HTTP status.
    of: several problems
    source: nothing public; the envelope is a list, and a client mends a body in one go
"""
