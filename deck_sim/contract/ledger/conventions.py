"""Rows of the conventions that every call follows."""

ROWS = """\
# Conventions
base_path (documented): Every call is below `/v2`. Bodies and answers are JSON.
    source: docs.deck.co, API reference, introduction: the base path is /v2, and bodies are JSON
bearer_key (documented): Every call carries `Authorization: Bearer KEY`.
    source: docs.deck.co, API reference, authentication: "Authorization: Bearer sk_live_…" on every
        call
content_type_without_body (observed): A GET with `Content-Type: application/json` and no body works.
    source: a public client: sends the header with all its GETs
request_id_on_every_answer (documented): Every answer has `request_id` at its top level.
    source: docs.deck.co, API reference, introduction: success or error, the body has a req_… id
no_request_id_in_lists (documented): The items of a page have no `request_id`.
    source: docs.deck.co, API reference, pagination: only the page as a whole has one
moments_without_zeros (assumed, always): A timestamp shows milliseconds only if they are not zero.
    source: nothing public; the pages show whole seconds, and shorter times must not be lost
standard_fields (documented): A resource has `id`, `object`, `created_at`, `updated_at`; timestamps
    are UTC, with `Z`.
    source: docs.deck.co, API reference, introduction: the standard fields, ISO 8601 in UTC
id_shape (observed): An id is a prefix and 16 letters and digits.
    source: a public client: ids of this shape in its code
id_prefixes (documented): The prefix of an id names the kind of resource.
    source: docs.deck.co, API reference, introduction: the prefixes, from agt_ to wrun_
id_length (documented): An id has at most 255 characters.
    source: docs.deck.co, API reference, introduction: up to 255 characters, and nothing may parse
        an id
more_without_a_version (documented): Deck adds fields, event types and interaction types without a
    new version.
    source: docs.deck.co, API reference, versions: clients must tolerate such additions
error_envelope (documented): Errors are always a list: `type`, `code`, `message`, and `field` where
    it applies.
    source: docs.deck.co, errors: an array, also for one error
schema_errors_in_envelope (assumed, error): A body that breaks a schema is refused in the same
    envelope.
    source: nothing public; one public client reads another 400 body, and a second form would help
        nobody
messages_are_for_people (documented): `message` is for people; programs must not compare it.
    source: docs.deck.co, errors: the text is meant for people only
page_limit (documented): `limit` is 1 to 100; the default is 20.
    source: docs.deck.co, API reference, pagination: 1 to 100, 20 without the parameter
page_shape (documented): A page has `data`, `has_more`, `next_cursor` and `request_id`.
    source: docs.deck.co, API reference, pagination: data, has_more, next_cursor, and null at the
        end
null_cursor_ends (observed): `next_cursor` is null on the last page; clients stop on that.
    source: a public client: loops until the cursor is null, and never reads has_more
lists_newest_first (assumed, always): Lists are newest first.
    source: nothing public; it is what a console and most other APIs show
lists_in_one_page (assumed, always): The screenshots of a run and the event types are listed in one
    page.
    source: nothing public; both are short
pages_are_stable (assumed, always): While items are created, pages neither skip nor repeat an item.
    source: nothing public; an opaque cursor is of little use otherwise
bad_page_is_input_invalid (assumed, error): A bad `limit` or `cursor` is a 400 `input_invalid` with
    its `field`. An empty `cursor` asks for the first page.
    source: nothing public; a wrong parameter is refused like a wrong field of a body, and a client
    may send the cursor that it does not have yet as an empty one
unknown_parameters_ignored (assumed, header): An unknown query parameter is ignored.
    of: unknown parameter
    source: nothing public; clients send parameters that a later version adds
moments_filter_every_list (assumed, strict): `created_after` and `created_before` filter every list,
    not only runs and events.
    of: GET /agents?created_after&created_before; GET /sources?created_after&created_before;
        GET /tasks?created_after&created_before;
        GET /event-destinations?created_after&created_before;
        GET /event-destinations/{id}/event-deliveries?created_after&created_before;
        GET /task-runs/{id}/storage?created_after&created_before
    source: nothing public; they are documented for runs and events, and one rule is easier to use
moments_exclude_themselves (assumed, unusual): `created_after` and `created_before` exclude the
    given moment.
    source: nothing public; "after" and "before" are read literally
deletes_answer (documented): A delete answers 200 with `id`, `object` and `deleted: true`.
    source: docs.deck.co, API reference: 200 with id, object, "deleted": true and request_id
deletes_repeat (documented): Deleting again gives the same answer.
    source: docs.deck.co, API reference: a repeated delete is answered like the first
deleted_is_not_found (assumed, strict): Every other call on a deleted resource is a 404.
    of: what is deleted
    source: nothing public; a resource that no list shows should not be readable
delete_leaves_dependants (assumed, strict): Deleting an agent or a source does not change its tasks
    and logins.
    of: delete of what is used
    source: nothing public; a delete that cascades would surprise more
creates_answer_201 (documented): A create answers 201.
    source: docs.deck.co, API reference: 201 for all creates but that of a source
source_create_answers_200 (documented): `POST /sources` answers 200, unlike every other create.
    source: docs.deck.co, API reference, sources: the status of the create, 200
patch_replaces_objects (assumed, header): A PATCH replaces an object as a whole; one without fields
    changes nothing and emits no event.
    of: patch of an object, or of nothing
    source: nothing public; a merge could not remove a key
fixed_fields (assumed, error): `agent_id` of a task and `type` of a source cannot be changed.
    source: nothing public; the update calls do not list them
last_key_counts (assumed, unusual): If a JSON object repeats a key, the last value counts.
    source: nothing public; JSON parsers do so by default
odd_json_refused (assumed, error): JSON with infinite numbers, numbers over 1000 digits, or lone
    surrogates is refused.
    source: nothing public; such values cannot be printed again
head_like_get (assumed, strict): Every path that takes GET takes HEAD.
    of: HEAD
    source: nothing public; HTTP asks servers to do so
odd_calls (assumed, error): OPTIONS is a 405; a path with a trailing slash is a 404; the content
    type does not matter.
    source: nothing public; routers answer so by default
idempotency_repeats (documented): The same key with the same parameters gets the stored answer, for
    24 hours. A key has at most 256 characters and belongs to the organization.
    of: edition.idempotency
    source: docs.deck.co, idempotency: keys of up to 256 characters, kept for 24 hours, of an
        organization
idempotency_key_ignored (assumed, header): A key on a call that does not take one is ignored.
    of: idempotency key on another call
    source: nothing public; clients set the header on all their calls
idempotency_key_empty (assumed, strict): An empty key is refused.
    of: empty idempotency key
    source: nothing public; an empty key would make unrelated calls one
idempotency_same_request_id (assumed, always): A stored answer has the `request_id` of the first
    call.
    source: nothing public; the answer is stored as a whole
idempotency_parameters (assumed, always): The parameters are compared without the formatting of the
    JSON and without headers.
    source: nothing public; a client may format equal bodies differently
idempotency_two_at_once (assumed, strict): Of two concurrent calls with one key, the second is a
    409.
    of: two calls with one key
    source: nothing public; waiting would hide a race in the client
idempotency_never_kept (assumed, later): A call that is refused before its endpoint runs is not
    stored.
    source: nothing public; a client that mends its call must be able to send it again
rate_limit (documented): An organization may send 200 requests in 10 seconds; more are a 429.
    of: edition.rate_limit
    source: docs.deck.co, errors, rate limits: 200 requests in 10 seconds for an organization
rate_limit_window (assumed, later): The window slides. Refused calls do not count; replayed answers
    and errors do.
    source: nothing public; a sliding window is the strictest reading
retry_after (assumed, unusual): A 429 has no `Retry-After`, unless the world is set to send one.
    source: nothing public; the pages name no header for it
"""
