from refused_calls import wrong_answers

SETTINGS = r"""
  {edition: credential} -> edition
  {seed: '7'} -> seed
  {seed: 1.5} -> seed
  {webhook_time: word} -> webhook_time
  {default_scenario: sucess, seed: 7} -> default_scenario
  {default_scenario: ''} -> !default_scenario
  {default_scenario: session_breaks_down} -> default_scenario
  {session_limit: -1} -> session_limit
  {timeout_cap: true} -> timeout_cap
  {timeout_cap: 0} -> timeout_cap
  {screenshots: 'yes'} -> screenshots
  {connection_idle: soon} -> connection_idle
  {session_limt: 1} -> session_limt
  {keep_headers: x-request-id} -> keep_headers
  {keep_headers: [x-request-id, x y]} -> keep_headers[1]
  {keep_headers: ["x-\u0301"]} -> keep_headers[0]
"""
TABLE = r"""
PATCH /world
SETTINGS
  {rate_limit: 5} -> rate_limit
  {rate_limit: {requests: 0}} -> rate_limit.requests
  {rate_limit: {per: 10}} -> rate_limit.per
  {rate_limit: {per: 0s}} -> rate_limit.per
  {rate_limit: {retry_after: 1s}} -> rate_limit.retry_after
  {rate_limit: {request: 1}} -> rate_limit.request
  {additive_changes: true} -> additive_changes
  {additive_changes: {field: true}} -> additive_changes.field
  {additive_changes: {fields: 1}} -> additive_changes.fields
  {additive_changes: {event_type: task_run.completed}} -> additive_changes.event_type
  {additive_changes: {event_type: task_rn.x}} -> additive_changes.event_type
  {additive_changes: {event_type: task.a.b}} -> additive_changes.event_type
  {additive_changes: {interaction_type: mfa}} -> additive_changes.interaction_type
  {additive_changes: {interaction_type: Palm}} -> additive_changes.interaction_type
  {additive_changes: {event_type: 'no'}, rate_limit: true} -> additive_changes.event_type
POST /reset
SETTINGS
  {clock: freeze} -> clock
  {mode: frozen} -> mode
  {step: 5s} -> step
  {speed: 0} -> speed
  {clock: frozen, speed: 2} -> speed
  {now: soon} -> now
  {now: '9999-12-31T23:59:59Z'} -> now
  {now: '0999-12-31T23:59:59Z'} -> now
PUT /clock
  {} -> !mode
  {mode: fast} -> mode
  {mode: on_poll, speed: -1} -> speed
  {mode: on_poll, step: 0s} -> step
  {mode: frozen, step: 5s} -> step
  {mode: frozen, speed: 5} -> speed
  {mode: on_poll, now: soon} -> now
  {mode: on_poll, now: '2025-01-15T09:29:59Z'} -> now
  {mode: on_poll, now: '9999-01-01T00:00:00Z'} -> now
POST /clock/advance
  {} -> by
  {by: 1s, until: idle} -> by
  {by: -5m} -> by
  {by: 300} -> by
  {sleep: -1s} -> sleep
  {by: 40000d} -> by
  {to: '2025-01-15T09:29:59Z'} -> to
  {to: soon} -> to
  {until: idl} -> until
  {until: {evnt: x}} -> !until.event until.evnt
  {until: {event: x}, limit: long} -> limit
  {until: {event: task_run.completd}} -> until.event
  {until: {event: task_run.exploded}} -> until.event
  {until: {event: [task_run.failed, task_run.*]}} -> until.event
  {until: {event: []}} -> until.event
  {bye: 1s} -> bye
POST /faults
  {reset: true} -> !match
  {duplicate: true} -> !event
  {match: GET /v2/agents} -> match
  {event: agent.created} -> event
  {match: agents, status: 1} -> match status
  {match: GET /v2/agents, status: 502, event: agent.created} -> event
  {match: GET /v2/agents, error: session/timeout} -> error
  {match: GET /v2/agents, error: auth/auth_locked} -> error
  {match: 'POST /v2/tasks/{id}/run', reset: true} -> match
  {match: POST /v2/credentials, reset: true} -> match
  {match: '**', error: [x], delay: soon} -> delay
  {match: '**', error: [x]} -> error
  {match: '**', delay: soon} -> delay
  {match: '**', reset: 1} -> reset
  {match: '**', status: 500, content_type: ✓, headers: {'X:Y': x}} -> content_type headers.X:Y
  {match: '**', status: 500, headers: {te: x, B: [a, ' b']}} -> headers.te headers.B
  {match: '**', status: 500, headers: {A: ' a', B: true, C: []}} -> headers.A headers.B headers.C
  {event: session.idle, drop: true} -> event
  {event: task_run.completd, drop: true} -> event
  {event: task_run.exploded, drop: true} -> event
POST /holds
  {} -> event
  {event: task_run.failed, call: /**} -> event
  {event: task_run.complete} -> event
  {event: task_run.exploded} -> event
  {event: agent.created} -> event
  {event: task_run.*} -> event
  {event: session.idle} -> event
  {event: task_run.queued} -> event
  {event: task_run.completed, id: trun_nope} -> id
  {call: POST tasks} -> call
  {call: POST /tasks/*/run} -> call
  {call: 'POST /v2/tasks/{id}/run'} -> call
  {call: /v2/test, id: x} -> id
  {call: POST /v2/credentials} -> call
POST /queue
  {} -> !resource !scenarios
  {resource: task_run, scenarios: []} -> scenarios
  {resource: task_run, scenarios: [5]} -> scenarios[0]
  {resource: run, scenarios: [success]} -> resource
  {resource: session, scenarios: [success]} -> resource
  {resource: task_run, scenarios: [success, sucess]} -> scenarios[1]
  {resource: task_run, scenarios: [session_breaks_down]} -> scenarios[0]
PUT /rules
  {rules: [{when: {}, scenario: success}, {when: {}, scenario: sucess}]} -> rules[1].scenario
  {rules: [{when: {}, scenario: success, resource: run}]} -> rules[0].resource
  {rules: [{when: {}, scenario: success, resource: session}]} -> rules[0].resource
  {rules: [{when: {task: "*"}, scenario: session_breaks_down}]} -> rules[0].scenario
  {rules: [{when: {}, scenario: success}, {}]} -> !rules[1].when !rules[1].scenario
  {rules: [{when: {user: a}, scenario: success}]} -> rules[0].when.user
  {rules: [{when: {username: 5}, scenario: success}]} -> rules[0].when.username
  {rules: [{when: {}, scenario: success}, success]} -> rules[1]
POST /seed
  {} -> !resources
  {resources: []} -> resources
  {resources: {agents: {}}} -> resources.agents
  {resources: {agents: [5]}} -> resources.agents[0]
  {resources: {agents: [{id: x, name: x, status: a}]}} -> resources.agents[0].status
  {resources: {agents: [{id: <256>, name: x}]}} -> resources.agents[0].id
GET /fidelity
  ?grade=assummed -> grade
  ?edition=x -> edition
GET /timeline
  ?after=-1 -> after
GET /requests/req_none
  ? -> id
GET /requests
  ?plain=1 -> plain
  ?plain=true&plain=false -> plain
GET /next
  ?limt=3 -> limt
POST /queue?resource=task_run
  {resource: task_run, scenarios: [success]} -> resource
GET /events/evt_none
  ? -> 404 event_not_found@
GET /resources/agt_none
  ? -> 404 endpoint_not_found@
GET /deliveries/edlv_none
  ? -> 404 event_delivery_not_found@
POST /deliveries/edlv_none/replay
  {} -> 404 event_delivery_not_found@
GET /destinations/evtd_none/messages
  ? -> 404 event_destination_not_found@
DELETE /faults/flt_none
  ? -> id
DELETE /holds/hold_none
  ? -> id
PUT /scenarios/mine
  {} -> 400 input_invalid@
  {name: yours, task_run: [running, completed]} -> name
DELETE /scenarios/success
  ? -> name
DELETE /scenarios/mine
  ? -> name
""".replace("SETTINGS", SETTINGS)


def test_a_wrong_call_is_refused_at_its_field(sim, unchanged):
    with unchanged():
        assert [*wrong_answers(sim, TABLE)] == []
