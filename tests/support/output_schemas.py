"""Schemas that several tests of generated outputs share, and the output of a run."""

from deck_sim.engine.world import FROZEN_START
from deck_sim.scenario.outputs import make_output

FORMATS = (
    *("date", "date-time", "time", "duration", "email", "idn-email", "uri", "iri", "hostname"),
    *("uri-reference", "iri-reference", "uri-template", "idn-hostname", "ipv4", "ipv6", "uuid"),
    *("json-pointer", "relative-json-pointer", "regex", "of-our-own"),
)


def wrap(**schema):
    return {"type": "object", "required": ["x"], "properties": {"x": schema}}


def make(schema, seed=0, run="trun_1", now=FROZEN_START):
    return make_output(schema, seed, run, now)
