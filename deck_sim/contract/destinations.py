"""The types of event destinations, and the fields that each of them needs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from deck_sim.contract.shapes import Shape, record

WEBHOOK = "webhook"
# Each is a text that is not empty. Where a destination has them differs by edition: in `config`, or
# in the object named after the type.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "webhook": ("url",),
    "aws_sqs": ("queue_url",),
    "aws_kinesis": ("stream_name", "region"),
    "aws_s3": ("bucket", "region"),
    "aws_eventbridge": ("event_bus_name", "region"),
    "gcp_pubsub": ("project_id", "topic"),
    "azure_servicebus": ("name",),
    "rabbitmq": ("exchange", "server_url"),
    "hookdeck": (),
}
if TYPE_CHECKING:
    DestinationType = str
else:
    DestinationType = Literal[tuple(REQUIRED)]


def settings(type_: str) -> Shape:
    """The settings of a destination of this type in an answer."""
    fields: Mapping[str, Shape] = {name: {"type": "string"} for name in REQUIRED[type_]}
    return {**record(fields), "additionalProperties": True}
