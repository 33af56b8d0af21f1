"""Rows of single calls, their bodies and their filters."""

ROWS = """\
# Calls
agent_shows_tasks (documented): An agent shows its tasks: id, object, name and status.
    source: docs.deck.co, API reference, agents: the field "tasks" of the object
task_statuses (documented): A task is `learning`, `test` or `live`, and can run in each.
    of: task
    source: docs.deck.co, API reference, tasks: the three statuses, all of which can be run
task_filters (documented): Tasks are filtered by `agent_id` and `status`.
    of: GET /tasks?agent_id&status
    source: docs.deck.co, API reference, tasks: the parameters agent_id and status of the list
input_checked_first (documented): A run's `input` must fit `input_schema` before it starts.
    source: docs.deck.co, API reference, tasks: the run call validates "input" before anything
        starts
output_fits_schema (documented): The output of a completed run is an object that fits
    `output_schema`.
    source: docs.deck.co, API reference, task runs: "output" of a completed run conforms to the
        task's schema
output_only_when_completed (documented): `output` is null until `completed`; `errors` is empty
    unless `failed`; `interaction` is null unless the run waits for an answer.
    source: docs.deck.co, API reference, task runs: output null until completed, errors empty unless
        failed
run_filters (documented): Runs are filtered by status, task, agent and time.
    of: GET /task-runs?status&task_id&agent_id&created_after&created_before
    source: docs.deck.co, API reference, task runs: status[], task_id, agent_id, created_after,
        created_before
unknown_include_ignored (observed): An unknown `include` is ignored.
    source: a public client: relies on it for names that the API does not know
run_includes (observed): `include` shows a run's input and storage.
    of: include=input; include=storage
    source: a public client: asks for both and reads them from the run
artifacts_are_screenshots (assumed, strict): `include=artifacts` shows a run's screenshots, as
    `include=screenshots` does.
    of: include=artifacts
    source: nothing public; both names seem to stand for pictures of a run
include_screenshots (observed): `screenshots` is an older value of `include`.
    of: include=screenshots
    source: a public client: asks for this name
task_extraction (documented): `extraction` of a task is a boolean, apart from that in its
    `storage`; the default is false.
    source: docs.deck.co, API reference, tasks: `extraction` is a boolean, false by default
    date: 2026-11-26
timeout_cap (documented): A task with a longer timeout than the plan allows is refused. A world has
    a cap with the option `timeout_cap`.
    source: docs.deck.co, API reference, tasks: a timeout above the plan's cap refuses the create
    date: 2026-11-26
timeout_cap_error (assumed, error): The refusal is a 400 `input_invalid` with the `field`, of a
    create and of a change; a timeout that is left out is not lowered.
    source: nothing public; the caller can mend the field, unlike the plan
    date: 2026-11-26
event_filters (documented): Events are filtered by type and time.
    of: GET /events?type&created_after&created_before
    source: docs.deck.co, API reference, events: type[], created_after and created_before
event_type_shape (assumed, header): An item of the list of event types has `object` and `type`.
    of: GET /event-types
    source: nothing public; the shape follows other items of lists
event_destination_filters (assumed, strict): Event destinations are filtered by `type` and `status`.
    of: GET /event-destinations?type&status
    source: nothing public; other lists are filtered by such fields
"""
