"""Events, the destinations that they go to, and how they are delivered."""

from deck_sim.contract.fidelity import assumed, documented, observed

_STANDARD = "the Standard Webhooks specification, which Deck names"

ROWS = (
    documented("event_shape", "An event has `id`, `object`, `type`, `data` and `created_at`."),
    documented(
        "event_types",
        "There are events of each status, of creating, changing, deleting, and of a task's reset.",
        "task.event@learning",
    ),
    observed(
        "destination_events",
        "That a destination starts or stops is an event: `event_destination.activated` and"
        " `.deactivated`.",
        "event_destination.event@active",
        "event_destination.event@inactive",
    ),
    documented("event_retention", "Events can be read for 30 days.", "edition.event_retention"),
    documented(
        "destination_types",
        "A destination is a `webhook`, or one of eight queues and buckets.",
    ),
    documented("custom_headers", "`custom_headers` is a JSON object, as a string."),
    assumed(
        "custom_headers_shown",
        "What shows a destination whole shows `custom_headers` as they were given.",
    ),
    documented("event_list", "`events` is a list of types that is not empty, or exactly `*`."),
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
        "The secret is shown in the answer that creates a destination, and in no other.",
        "secret shown",
        mark="header",
    ),
    assumed(
        "destination_credentials_unused",
        "The credentials of a destination that is no webhook are taken, and used for nothing.",
    ),
    # Signing
    documented(
        "signing",
        "Webhooks are signed by Standard Webhooks: three headers, a `whsec_` secret, HMAC-SHA256.",
    ),
    documented(
        "webhook_id_stays",
        "The id stays the same over retries; the timestamp is the attempt's.",
        source=_STANDARD,
    ),
    assumed(
        "secret_rotates", "A PATCH with another secret rotates it.", "rotate secret", mark="header"
    ),
    documented(
        "secret_overlap",
        "A rotated secret signs beside the new one for 24 hours.",
        "edition.secret_overlap",
        source=f"Deck's documentation, and {_STANDARD}",
    ),
    # Delivery
    documented("delivered_independently", "An event goes to each destination on its own."),
    documented(
        "delivery_success", "2xx within 5 seconds is a success, and everything else a failure."
    ),
    documented(
        "delivery_retries",
        "A failure is tried again up to 3 times, ever later; then the destination is `inactive`.",
        "edition.retry_delays",
    ),
    assumed(
        "retry_delays",
        "Retries come 5, 25 and 125 seconds after the attempt before; a 410 is a failure like any.",
        "edition.retry_delays",
    ),
    documented("at_least_once", "Deliveries are at least once, in no promised order."),
    assumed(
        "subscribers_of_the_moment",
        "An event goes to the destinations that want it when it happens; what is still to be tried"
        " when one stops is given up.",
    ),
    assumed(
        "retries_follow_the_destination",
        "A retry goes where the destination is by then, signed with its secrets of then.",
    ),
    documented(
        "delivery_item",
        "A delivery shows its event, destination, status, attempts and when it was delivered.",
    ),
    assumed("delivery_pending", "A delivery that is not over is `pending`.", "event_delivery"),
)
