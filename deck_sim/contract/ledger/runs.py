"""Rows of logins, task runs, interactions, files and screenshots."""

ROWS = """\
# Connections, credentials and sessions
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

# Task runs and interactions
run_statuses (documented): A run is `queued`, `running`, possibly `interaction_required`, and ends
    `completed`, `failed` or `canceled`; it can fail in every status before.
    of: task_run
    source: docs.deck.co, guide, task run lifecycle: from queued to an end; any live status may fail
review_by_control_api (assumed, later): Deck's API has no call to approve or reject; a reviewer does
    it in the console.
    of: task_run.reject
    source: nothing public; the guide has reviews in the console, and the reference has no such call
task_has_timeout (documented): A run that takes longer than its task's timeout fails; the default is
    30 minutes.
    source: docs.deck.co, API reference, tasks: "timeout_seconds", 1800 by default
timeout_in_minutes (assumed, later): The message of `task/timeout` counts minutes: `30 minutes`,
    `1 minutes`, `1.5 minutes`.
    source: nothing public; the documented text is "of X minutes", and says nothing of other units
    date: 2026-11-26
task_timeout_counts_from_creation (assumed, later): The timeout counts from the creation of the run,
    time for answers included.
    source: nothing public; a caller waits from then on
inactivity_is_task_timeout (assumed, later): Inactivity fails a run with `task/timeout`. A run that
    is stuck or waits for a person is inactive; a step with a duration is active.
    source: nothing public; the page names no error, and this one fits best
runtime_from_running (assumed, always): `runtime_ms` counts from the first `running` to the end. It
    is 0 before, and the time so far while the run is live.
    source: nothing public; a number from the start needs no case of its own in
        a typed client
    date: 2026-11-26
prompt_shape (documented): A prompt has `type`, `message` and `fields`; it is shown in `interaction`
    while the status is `interaction_required`.
    source: docs.deck.co, guide, interactions: {"type", "message", "fields": [{"name", "type",
        "label"}]}
mfa (documented): `mfa` asks for `code`.
    of: interaction.mfa
    source: docs.deck.co, guide, interactions: the type mfa with a field named code
security_question (documented): `security_question` asks for `answer`.
    of: interaction.security_question
    source: docs.deck.co, guide, interactions: the type security_question with a field named answer
account_selection (documented): `account_selection` asks for `account_id`.
    of: interaction.account_selection
    source: docs.deck.co, guide, interactions: the type account_selection with a field named
        account_id
prompt_texts (assumed, always): The texts of the documented prompts are deck-sim's.
    source: nothing public; a message is for people, so any text will do
answered_goes_on (documented): After an accepted answer the run continues; a rejected one repeats
    the prompt.
    of: task_run.answer
    source: docs.deck.co, guide, interactions: accepted and rejected answers, the same or a new
        prompt
rejected_asks_the_same (assumed, header): A rejected answer keeps the prompt and emits an event.
    of: task_run.answer, again
    source: nothing public; the guide allows the same prompt, and a client learns of it by the event
answer_shows_running (assumed, header): The response to an accepted answer shows the run as
    `running`.
    of: task_run.answer, running
    source: nothing public; the agent goes on as soon as it has what it asked for
answer_needs_every_field (assumed, error): An answer must have every requested field and no other;
    otherwise it is refused and does not count as an attempt.
    source: nothing public; the guide sends all fields at once, and a typo must not cost an attempt
interaction_in_vain (documented): A run whose prompt times out fails.
    source: docs.deck.co, guide, interactions: no answer within the window ends the run
interaction_window (assumed, later): A prompt times out after 5 minutes, unless the scenario sets
    another time.
    of: edition.interaction_window
    source: nothing public; codes of common services live about that long
interaction_attempts (assumed, later): A prompt takes 3 answers, unless the scenario sets another
    number.
    of: edition.interaction_attempts
    source: nothing public; common services lock an account after as many

# Storage and screenshots
storage_settings (documented): A task's `storage` has `enabled`, `extraction`, `extraction_schema`,
    `extraction_prompt`, `deduplication` and `deduplication_schema`.
    source: docs.deck.co, API reference, tasks: the fields of `storage`
    date: 2026-11-26
storage_schemas_checked (assumed, error): Both schemas in a task's `storage` must be valid JSON
    Schemas. `deduplication_schema` has no other effect.
    source: nothing public; an invalid `input_schema` is refused, so these are, too
    date: 2026-11-26
extraction_fits_schema (assumed, later): What is extracted from a file must fit the task's
    `extraction_schema`; otherwise the run fails with `storage/extraction_failed` and the file is
    not kept.
    source: nothing public; an output that breaks its schema fails the run in the same way
    date: 2026-11-26
storage_item (documented): A file has its name, type, size, a signed `url`, the extracted data and
    its run.
    source: docs.deck.co, API reference, storage: file_name, file_type, file_size, url, extraction,
        task_run_id
storage_list_item (documented): A file in the list of a run has `id`, `object`, `file_name`,
    `file_type`, `file_size` and `created_at`; `url`, `extraction` and `task_run_id` are in
    `GET /storage/{id}` and `include=storage`.
    source: docs.deck.co, API reference, storage: the items of the list of a run, and one item
    date: 2026-11-26
storage_retention (documented): Files are gone after 90 days at most, screenshots after 15.
    of: edition.screenshot_retention
    source: docs.deck.co, guide, storage: how long files and screenshots are kept
    date: 2026-11-26
storage_kept_to_the_end (assumed, later): Files and screenshots are kept for exactly that long. Then
    they are in no list, their calls and URLs are a 404, and no event says so.
    of: edition.screenshot_retention
    source: nothing public; events that are too old to be read go in the same way
    date: 2026-11-26
storage_deduplication (documented): With `deduplication`, a file whose content is already kept is
    dropped.
    source: docs.deck.co, API reference, tasks: duplicates are dropped by their hash
screenshot_item (documented): A screenshot has its name, type, size, time, `url` and `reasoning`.
    source: docs.deck.co, API reference, screenshots: file_name, file_type, file_size, url,
        reasoning
screenshots_by_themselves (documented): While it is `running`, a run takes a screenshot about every
    five seconds. A world does so with the option `screenshots`.
    of: edition.screenshot_interval
    source: docs.deck.co, guide, screenshots: about one every five seconds of running
    date: 2026-11-26
screenshots_every_five_seconds (assumed, later): They are taken every five seconds from each
    `running` on, without a `reasoning`, up to 1,000 screenshots of a run.
    of: edition.screenshot_interval
    source: nothing public; "about" needs a figure, and a run that never ends needs a bound
    date: 2026-11-26
screenshots_oldest_first (assumed, always): Screenshots are sorted oldest first.
    source: nothing public; they tell the story of a run
"""
