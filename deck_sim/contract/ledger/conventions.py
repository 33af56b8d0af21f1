"""What holds for every call: keys, ids, moments, lists, idempotency, the rate limit."""

from deck_sim.contract.fidelity import assumed, by_moment, documented, observed

_PARTS = ("event-destinations/{id}/event-deliveries", "task-runs/{id}/storage")


ROWS = (
    documented("base_path", "Every call is below `/v2` and carries JSON."),
    documented("bearer_key", "Every call carries `Authorization: Bearer KEY`."),
    observed(
        "content_type_without_body",
        "A GET with `Content-Type: application/json` and no body works.",
    ),
    documented("request_id_on_every_answer", "Every answer has a `request_id` at its top level."),
    documented("no_request_id_in_lists", "The items of a page have no `request_id` of their own."),
    assumed("moments_without_zeros", "A moment shows milliseconds only if there are any."),
    documented(
        "standard_fields",
        "A resource has `id`, `object`, `created_at` and `updated_at`; moments are UTC, with `Z`.",
    ),
    observed("id_shape", "An id is a prefix and 16 letters and digits."),
    documented("id_prefixes", "The prefix of an id says which kind of resource it is of."),
    documented("id_length", "An id may have up to 255 characters."),
    documented(
        "more_without_a_version",
        "Fields, event types and interaction types may be added without a new version.",
    ),
    documented(
        "error_envelope",
        "Errors are a list, also when there is one: `type`, `code`, `message`, and `field` where it"
        " applies.",
    ),
    assumed(
        "schema_errors_in_envelope",
        "A body that breaks a schema is told in the same envelope; the 400 of the real API may look"
        " otherwise.",
    ),
    documented("messages_are_for_people", "`message` is for people, and no program compares it."),
    documented("page_limit", "`limit` is 1 to 100, and 20 if it is not said."),
    documented("page_shape", "A page has `data`, `has_more`, `next_cursor` and `request_id`."),
    observed(
        "null_cursor_ends", "`next_cursor` is null on the last page, and clients stop on that."
    ),
    assumed("lists_newest_first", "Lists are newest first."),
    assumed(
        "lists_in_one_page", "The screenshots of a run, and the types of events, are never cut."
    ),
    assumed("pages_are_stable", "Pages lose and repeat nothing while items are created."),
    assumed(
        "bad_page_is_input_invalid",
        "A bad `limit` or `cursor` is a 400 `input_invalid` that names it; an empty one is none.",
    ),
    assumed(
        "unknown_parameters_ignored",
        "An unknown query parameter is ignored.",
        "unknown parameter",
        mark="header",
    ),
    assumed(
        "moments_filter_every_list",
        "`created_after` and `created_before` filter every list, not runs and events only.",
        *by_moment("agents", "sources", "tasks", "event-destinations", *_PARTS),
        mark="strict",
    ),
    assumed(
        "moments_exclude_themselves",
        "`created_after` and `created_before` leave out the moment itself.",
    ),
    documented("deletes_answer", "A delete answers 200 with `id`, `object` and `deleted`: true."),
    documented("deletes_repeat", "To delete again gives the same answer."),
    assumed(
        "deleted_is_not_found",
        "What is deleted is a 404 for every other call.",
        "what is deleted",
        mark="strict",
    ),
    assumed(
        "delete_leaves_dependants",
        "To delete an agent or a source leaves its tasks and logins as they are.",
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
        "A PATCH replaces an object whole; one that names no field is no change and no event.",
        "patch of an object, or of nothing",
        mark="header",
    ),
    assumed("fixed_fields", "`agent_id` of a task and `type` of a source cannot be changed."),
    assumed("last_key_counts", "Of two equal names in a JSON object the last counts."),
    assumed(
        "odd_json_refused",
        "Infinite numbers, those of more than 1000 digits, and half characters are no JSON.",
    ),
    assumed("head_like_get", "HEAD answers wherever GET does.", "HEAD", mark="strict"),
    assumed(
        "odd_calls",
        "OPTIONS is a 405, a slash at the end of a path a 404, and a content type matters only in"
        " error messages.",
    ),
    # Idempotency
    documented(
        "idempotency_repeats",
        "The same key with the same parameters gets the stored answer, for 24 hours; keys belong to"
        " the organization and have up to 256 characters.",
        "edition.idempotency",
    ),
    assumed(
        "idempotency_key_ignored",
        "A key on a call that takes none is ignored.",
        "idempotency key on another call",
        mark="header",
    ),
    assumed(
        "idempotency_key_empty",
        "An empty key is refused.",
        "empty idempotency key",
        mark="strict",
    ),
    assumed("idempotency_same_request_id", "A stored answer has the `request_id` of the first."),
    assumed(
        "idempotency_parameters",
        "How a body spells its JSON is no parameter of a call, and neither is a header.",
    ),
    assumed(
        "idempotency_two_at_once",
        "Of two calls at once with one key the second is refused: a 409.",
        "two calls with one key",
        mark="strict",
    ),
    assumed(
        "idempotency_never_kept",
        "What is refused before the endpoint has its say is not stored.",
    ),
    # The rate limit
    documented(
        "rate_limit",
        "An organization has 200 requests in 10 seconds; more are a 429.",
        "edition.rate_limit",
    ),
    assumed(
        "rate_limit_window",
        "The window slides; calls that are refused do not count, repeats and errors do.",
    ),
    assumed("retry_after", "A 429 has no `Retry-After`, unless the world is told to send one."),
)
