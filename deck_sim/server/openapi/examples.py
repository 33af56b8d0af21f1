"""An example of each body and each answer, put together from those of its parts."""

from collections.abc import Iterator, Mapping
from typing import Any

from deck_sim.contract import shapes
from deck_sim.contract.shapes import Shape

_GIVEN = ("examples", "const", "enum")
_USUAL: Mapping[str, Any] = {
    "boolean": True,
    "integer": 1,
    "null": None,
    "object": {},
    "string": "text",
}

# What a field means is the same wherever it stands, so a body borrows the examples of the answers;
# where two kinds differ it is those of the first.
_FIRST_LAST = reversed([*shapes.ATTRIBUTES.values()])
_BY_NAME: Mapping[str, Shape] = {
    **{name: shape for row in _FIRST_LAST for name, shape in row.items()},
    "credentials": {"examples": [{"secret": "whsec_ZGVjay1zaW0gc2lnbnMgd2l0aCB0aGlz"}]},
    "name": {"examples": ["Front desk"]},
    "inputs": {"examples": [{"code": "123456"}]},
    "password": {"examples": ["correct horse"]},
    "url": {"examples": ["https://hotel.example"]},
    "username": {"examples": ["guest@example.com"]},
}


# Of these bodies a real one has only some fields, or fields that mean something else.
_WHOLE: Mapping[str, Any] = {
    "CreateTypedDestination": {
        "name": "Front desk",
        "type": "webhook",
        "webhook": {"url": "https://example.com/hooks"},
        "events": ["task_run.completed"],
    },
    "RunTaskWithLogin": {
        "credential_id": shapes.CREDENTIAL_ID["examples"][0],
        "input": {"nights": 2},
    },
    "StartSession": {"credential_id": shapes.CREDENTIAL_ID["examples"][0]},
    "SubmitInput": {"input": {"code": "123456"}},
    "UpdateTypedDestination": {"name": "Front desk", "status": "active"},
}


def illustrate(document: Shape) -> None:
    """Give each body and answer of the document an example."""
    schemas = document["components"]["schemas"]
    for content in _contents([document["paths"], document["webhooks"]]):
        content.setdefault("example", example(content["schema"], schemas))


def _contents(part: Any) -> Iterator[Shape]:
    """Every media type object."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for child in inner:
        yield from _contents(child)
    if isinstance(part, dict) and "application/json" in part:
        yield part["application/json"]


def example(schema: Shape, schemas: Mapping[str, Shape], name: str = "") -> Any:
    """An example of a schema; `name` is what it is called where it stands."""
    if "$ref" in schema:
        target = schema["$ref"].rpartition("/")[2]
        return _WHOLE[target] if target in _WHOLE else example(schemas[target], schemas, name)
    for word in _GIVEN:
        if word in schema:
            return schema[word] if word == "const" else schema[word][0]
    if "allOf" in schema:
        parts = [example(part, schemas) for part in schema["allOf"]]
        return {key: value for part in parts for key, value in part.items()}
    if "properties" in schema:
        fields = schema["properties"].items()
        shown = {field: inner for field, inner in fields if inner.get("examples") != []}
        return {field: example(inner, schemas, field) for field, inner in shown.items()}
    if name in _BY_NAME and schema.get("type") not in ("boolean", "integer"):
        return example(_BY_NAME[name], schemas)
    if schema.get("type") == "array":
        return [example(schema["items"], schemas)]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], schemas)
    return schema.get("default", _USUAL[schema.get("type", "object")])
