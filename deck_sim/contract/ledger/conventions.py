"""Rows of the conventions that every call follows."""

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
"""
)
