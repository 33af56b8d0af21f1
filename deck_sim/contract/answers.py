"""Answers that are not resources, schemas that answers refer to, and Deck's interaction types."""

from collections.abc import Mapping
from dataclasses import dataclass

from deck_sim.contract import bodies, kinds
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.shapes import (
    ADDRESS,
    FILE,
    MOMENT,
    PURPOSE,
    Shape,
    choice,
    constant,
    identity,
    many,
    named,
    record,
    text,
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """The message and the field that a prompt of one interaction type has by default. Deck may add
    types (documented), so a script may use any other type if it lists the fields.
    """

    message: str  # assumed wording
    field: str
    label: str


PROMPTS = {
    "mfa": Prompt("Enter the verification code.", "code", "Verification code"),
    "security_question": Prompt("Answer the security question.", "answer", "Answer"),
    "account_selection": Prompt("Choose an account.", "account_id", "Account"),
}


OTHERS: Mapping[str, Shape] = {
    "readiness": record({"status": constant("ready"), "environment": constant("live")}),
    "deleted": record(
        {"id": identity(kinds.AGENT.prefix), "object": text("agent"), "deleted": constant(True)}
    ),
    "storage_item": record(
        {
            "id": identity(kinds.STORAGE.prefix),
            "object": constant(kinds.STORAGE.object),
            **FILE,
            "purpose": PURPOSE,
            "url": ADDRESS,
            "extraction": kinds.STORAGE.attributes["extraction"],
            "created_at": MOMENT,
        }
    ),
    "screenshot": record(
        {
            **FILE,
            "created_at": MOMENT,
            "url": ADDRESS,
            "reasoning": text("The login form is shown."),
        }
    ),
    "event_type": record({"object": constant("event_type"), "type": text("task_run.completed")}),
    # Only the answer to the create call shows the secret.
    "created_event_destination": {
        "allOf": [
            named("EventDestination"),
            record(
                {},
                {"credentials": record({"secret": text("whsec_ZGVjay1zaW0gc2lnbnMgd2l0aCB0aGlz")})},
            ),
        ]
    },
}


def shared_schemas() -> dict[str, Shape]:
    """Return schemas of answers and of their parts, by their names in the OpenAPI document."""
    types = ", ".join(f"`{type_}`" for type_ in PROMPTS)
    prompted = f"The type of the prompt: {types}. Deck may add types."
    return {
        "Error": record(
            {
                "type": choice(*sorted({row.type for row in CATALOG.values()})),
                "code": text("input_missing"),
                "message": text("`name` is required and cannot be empty."),
            },
            {"field": text("name")},
        ),
        "Errors": record(
            {"errors": {**many(named("Error")), "minItems": 1}, "request_id": identity("req")}
        ),
        "Interaction": record(
            {
                "type": text("mfa", description=prompted),
                "message": text("Enter the verification code."),
                "fields": many(
                    record({"name": text("code"), "type": text("string"), "label": text("Code")})
                ),
            }
        ),
        "KeptTaskSettings": _kept(bodies.TaskSettings),
        "KeptTaskStorage": _kept(bodies.TaskStorage),
        "SourceWebsite": _kept(bodies.Website),
        "Answered": record({"request_id": identity("req")}),
    }


def _kept(model: type[bodies.Body]) -> Shape:
    schema = model.model_json_schema(mode="serialization")
    plain = {name: {**inner} for name, inner in schema["properties"].items()}
    for inner in plain.values():
        del inner["title"]
        inner.pop("default", None)  # an answer has every field
    return record(plain)
