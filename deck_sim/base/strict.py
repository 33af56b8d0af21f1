"""What all models of our own files are made of: mappings of known keys, each of exactly its
type, and errors whose text is a sentence.
"""

from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

Many = Field(strict=False)  # a list in the file is a tuple in the model, which nothing can change


class Strict(BaseModel):
    """A mapping of known keys."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True
    )


def fault(text: str) -> PydanticCustomError:
    """An error whose text is already a sentence."""
    return PydanticCustomError("scenario", "{text}", {"text": text})


def faults_at(*faults: tuple[str, str]) -> ValidationError:
    """The same, each about one key of the mapping that is checked."""
    details = [InitErrorDetails(type=fault(text), loc=(key,), input=text) for key, text in faults]
    return ValidationError.from_exception_data("scenario", details)


def read_whole(value: Any) -> Any:
    """Read 3.0 as 3: JSON, and so the schema, knows no difference."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(read_whole)
