"""An example for each body and answer, put together from the examples of its parts."""

from collections.abc import Iterable, Mapping
from typing import Any

from deck_sim.contract.resources import Kind
from deck_sim.contract.shapes import Shape, objects_in

_CREDENTIAL = "cred_Xk29fLq0aZ81bTnE"
# Bodies whose fields exclude one another, or mean something else than in answers.
_WHOLE: Mapping[str, Any] = {
    "CreateTypedDestination": {
        "name": "Front desk",
        "type": "webhook",
        "webhook": {"url": "https://example.com/hooks"},
        "events": ["task_run.completed"],
    },
    "RunTaskWithLogin": {"credential_id": _CREDENTIAL, "input": {"nights": 2}},
    "StartSession": {"credential_id": _CREDENTIAL},
    "SubmitInput": {"input": {"code": "123456"}},
    "UpdateTypedDestination": {"name": "Front desk", "status": "active"},
}
_BY_NAME: Mapping[str, Any] = {
    "auth_credentials": {"username": "guest@example.com", "password": "correct horse"},
    "credentials": {"secret": "whsec_ZGVjay1zaW0gc2lnbnMgd2l0aCB0aGlz"},
    "custom_headers": '{"X-Tenant": "17"}',
    "name": "Front desk",
    "inputs": {"code": "123456"},
    "password": "correct horse",
    "url": "https://hotel.example",
    "username": "guest@example.com",
}
_BY_TYPE: Shape = {"boolean": True, "integer": 1, "null": None, "object": {}, "string": "text"}


def add_examples(document: Shape, kinds: Iterable[Kind]) -> None:
    """Give each body and answer of the document an example.

    A field without an example has that of the field with its name in the first kind that has one.
    """
    schemas = document["components"]["schemas"]
    by_name = dict[str, Shape]()
    for kind in kinds:
        by_name = {**kind.attributes, **kind.includes, **by_name}
    by_name |= {name: {"examples": [value]} for name, value in _BY_NAME.items()}

    def example(schema: Shape, name: str = "") -> Any:
        """An example of a schema that stands under `name`."""
        if "$ref" in schema:
            target = schema["$ref"].rpartition("/")[2]
            return _WHOLE[target] if target in _WHOLE else example(schemas[target], name)
        if "const" in schema:
            return schema["const"]
        for word in ("examples", "enum"):
            if word in schema:
                return schema[word][0]
        if "properties" in schema:
            fields = schema["properties"].items()
            return {f: example(inner, f) for f, inner in fields if inner.get("examples") != []}
        if "allOf" in schema:
            parts = [example(part) for part in schema["allOf"]]
            return {key: value for part in parts for key, value in part.items()}
        if by_name.get(name) and schema.get("type") not in ("boolean", "integer"):
            return example(by_name[name])
        if schema.get("type") == "array":
            return [example(schema["items"])]
        for word in ("anyOf", "oneOf"):
            if word in schema:
                return example(schema[word][0])
        return schema.get("default", _BY_TYPE[schema.get("type", "object")])

    for part in objects_in([document["paths"], document["webhooks"]]):
        if content := part.get("application/json"):
            content.setdefault("example", example(content["schema"]))
