"""Events, event destinations and deliveries."""

from deck_sim.contract.fidelity import assumed, documented, observed

_STANDARD = "the Standard Webhooks specification, which Deck names"

ROWS = (
    documented("event_shape", "An event has `id`, `object`, `type`, `data` and `created_at`."),
    documented(
        "event_types",
        "Events exist for each status, for create, update and delete, and for the reset of a task.",
        "task.event@learning",
    ),
    observed(
        "destination_events",
        "Activating and deactivating a destination emits `event_destination.activated` and"
        " `event_destination.deactivated`.",
        "event_destination.event@active",
        "event_destination.event@inactive",
    ),
    documented("event_retention", "Events can be read for 30 days.", "edition.event_retention"),
    documented(
        "destination_types", "A destination is a `webhook` or one of eight queues and buckets."
    ),
    documented("custom_headers", "`custom_headers` is a JSON object in a string."),
    assumed("custom_headers_shown", "A destination shows `custom_headers` as they were given."),
    documented("event_list", "`events` is a non-empty list of types, or exactly `*`."),
    documented(
        "destination_statuses",
        "A destination is `pending_verification`, `active` or `inactive`; PATCH reactivates.",
        "event_destination",
    ),
    assumed(
        "destination_active_at_once",
        "A new destination is `active` at once.",
        "POST /event-destinations",
        mark="header",
    ),
    assumed(
        "secret_shown_at_creation",
        "The secret is shown only in the answer that creates a destination.",
        "secret shown",
        mark="header",
    ),
    assumed(
        "destination_credentials_unused",
        "The credentials of a destination that is not a webhook are accepted and not used.",
    ),
    # Signing
    documented(
        "signing",
        "Webhooks are signed by Standard Webhooks: three headers, a `whsec_` secret, HMAC-SHA256.",
    ),
    documented(
        "webhook_id_stays",
        "The id is the same for all attempts; the timestamp is the attempt's.",
        source=_STANDARD,
    ),
    assumed(
        "secret_rotates",
        "A PATCH with another secret rotates the secret.",
        "rotate secret",
        mark="header",
    ),
    documented(
        "secret_overlap",
        "A rotated secret still signs, next to the new one, for 24 hours.",
        "edition.secret_overlap",
        source=f"Deck's documentation, and {_STANDARD}",
    ),
    # Delivery
    documented(
        "delivered_independently", "Each destination gets an event independently of the others."
    ),
    documented(
        "delivery_success", "A 2xx within 5 seconds is a success; everything else is a failure."
    ),
    documented(
        "delivery_retries",
        "A failure is retried up to 3 times with growing delays; then the destination is"
        " `inactive`.",
        "edition.retry_delays",
    ),
    assumed(
        "retry_delays",
        "Retries follow 5, 25 and 125 seconds after the previous attempt; a 410 is a failure like"
        " others.",
        "edition.retry_delays",
    ),
    documented("at_least_once", "Delivery is at least once, in no guaranteed order."),
    assumed(
        "subscribers_of_the_moment",
        "An event goes to the destinations that subscribe to it when it happens; when a"
        " destination stops, its open deliveries are given up.",
    ),
    assumed(
        "retries_follow_the_destination",
        "A retry uses the current URL and secrets of the destination.",
    ),
    documented(
        "delivery_item",
        "A delivery has its event, destination, status, attempts and delivery time.",
    ),
    assumed(
        "delivery_pending", "A delivery without a final outcome is `pending`.", "event_delivery"
    ),
)
