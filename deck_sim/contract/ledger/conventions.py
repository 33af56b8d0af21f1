"""Rules of every call: keys, ids, timestamps, lists, idempotency, the rate limit."""

from deck_sim.contract.fidelity import assumed, by_moment, documented, observed

_PARTS = ("event-destinations/{id}/event-deliveries", "task-runs/{id}/storage")


ROWS = (
    documented("base_path", "Every call is below `/v2`. Bodies and answers are JSON."),
    documented("bearer_key", "Every call carries `Authorization: Bearer KEY`."),
    observed(
        "content_type_without_body",
        "A GET with `Content-Type: application/json` and no body works.",
    ),
    documented("request_id_on_every_answer", "Every answer has `request_id` at its top level."),
    documented("no_request_id_in_lists", "The items of a page have no `request_id`."),
    assumed("moments_without_zeros", "A timestamp shows milliseconds only if they are not zero."),
    documented(
        "standard_fields",
        "A resource has `id`, `object`, `created_at`, `updated_at`; timestamps are UTC, with `Z`.",
    ),
    observed("id_shape", "An id is a prefix and 16 letters and digits."),
    documented("id_prefixes", "The prefix of an id names the kind of resource."),
    documented("id_length", "An id has at most 255 characters."),
    documented(
        "more_without_a_version",
        "Deck adds fields, event types and interaction types without a new version.",
    ),
    documented(
        "error_envelope",
        "Errors are always a list: `type`, `code`, `message`, and `field` where it applies.",
    ),
    assumed(
        "schema_errors_in_envelope", "A body that breaks a schema is refused in the same envelope."
    ),
    documented("messages_are_for_people", "`message` is for people; programs must not compare it."),
    documented("page_limit", "`limit` is 1 to 100; the default is 20."),
    documented("page_shape", "A page has `data`, `has_more`, `next_cursor` and `request_id`."),
    observed("null_cursor_ends", "`next_cursor` is null on the last page; clients stop on that."),
    assumed("lists_newest_first", "Lists are newest first."),
    assumed(
        "lists_in_one_page", "The screenshots of a run and the event types are listed in one page."
    ),
    assumed("pages_are_stable", "While items are created, pages neither skip nor repeat an item."),
    assumed(
        "bad_page_is_input_invalid",
        "A bad `limit` or `cursor` is a 400 `input_invalid` with its `field`.",
    ),
    assumed(
        "unknown_parameters_ignored",
        "An unknown query parameter is ignored.",
        "unknown parameter",
        mark="header",
    ),
    assumed(
        "moments_filter_every_list",
        "`created_after` and `created_before` filter every list, not only runs and events.",
        *by_moment("agents", "sources", "tasks", "event-destinations", *_PARTS),
        mark="strict",
    ),
    assumed(
        "moments_exclude_themselves",
        "`created_after` and `created_before` exclude the given moment.",
    ),
    documented("deletes_answer", "A delete answers 200 with `id`, `object` and `deleted: true`."),
    documented("deletes_repeat", "Deleting again gives the same answer."),
    assumed(
        "deleted_is_not_found",
        "Every other call on a deleted resource is a 404.",
        "what is deleted",
        mark="strict",
    ),
    assumed(
        "delete_leaves_dependants",
        "Deleting an agent or a source does not change its tasks and logins.",
        "delete of what is used",
        mark="strict",
    ),
    documented("creates_answer_201", "A create answers 201."),
    documented(
        "source_create_answers_200",
        "`POST /sources` answers 200, unlike every other create.",
        source="Deck's API reference",
    ),
    assumed(
        "patch_replaces_objects",
        "A PATCH replaces an object as a whole; one without fields changes nothing and emits no"
        " event.",
        "patch of an object, or of nothing",
        mark="header",
    ),
    assumed("fixed_fields", "`agent_id` of a task and `type` of a source cannot be changed."),
    assumed("last_key_counts", "If a JSON object repeats a key, the last value counts."),
    assumed(
        "odd_json_refused",
        "JSON with infinite numbers, numbers over 1000 digits, or lone surrogates is refused.",
    ),
    assumed("head_like_get", "Every path that takes GET takes HEAD.", "HEAD", mark="strict"),
    assumed(
        "odd_calls",
        "OPTIONS is a 405; a path with a trailing slash is a 404; the content type does not"
        " matter.",
    ),
    # Idempotency
    documented(
        "idempotency_repeats",
        "The same key with the same parameters gets the stored answer, for 24 hours. A key has at"
        " most 256 characters and belongs to the organization.",
        "edition.idempotency",
    ),
    assumed(
        "idempotency_key_ignored",
        "A key on a call that does not take one is ignored.",
        "idempotency key on another call",
        mark="header",
    ),
    assumed(
        "idempotency_key_empty", "An empty key is refused.", "empty idempotency key", mark="strict"
    ),
    assumed(
        "idempotency_same_request_id", "A stored answer has the `request_id` of the first call."
    ),
    assumed(
        "idempotency_parameters",
        "The parameters are compared without the formatting of the JSON and without headers.",
    ),
    assumed(
        "idempotency_two_at_once",
        "Of two concurrent calls with one key, the second is a 409.",
        "two calls with one key",
        mark="strict",
    ),
    assumed(
        "idempotency_never_kept", "A call that is refused before its endpoint runs is not stored."
    ),
    # The rate limit
    documented(
        "rate_limit",
        "An organization may send 200 requests in 10 seconds; more are a 429.",
        "edition.rate_limit",
    ),
    assumed(
        "rate_limit_window",
        "The window slides. Refused calls do not count; replayed answers and errors do.",
    ),
    assumed("retry_after", "A 429 has no `Retry-After`, unless the world is set to send one."),
)
