"""Whether values have the types that annotations name."""

from collections.abc import Mapping
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

_ALSO: Mapping[Any, Any] = {None: NoneType, float: (int, float), Any: object}


def fits(value: Any, hint: Any) -> bool:
    """Whether a value has the type of an annotation, also inside lists, mappings and tuples."""
    class_, arguments = _split(hint)
    if class_ is UnionType:
        return any(fits(value, one) for one in arguments)
    if not isinstance(value, class_):
        return False
    if not arguments:
        return True
    if isinstance(value, Mapping):
        # A Counter has one argument: its values are numbers.
        of_name, of_item = arguments if len(arguments) > 1 else (*arguments, int)
        return all(fits(name, of_name) and fits(item, of_item) for name, item in value.items())
    if isinstance(value, tuple) and arguments[-1] is not ...:
        return len(value) == len(arguments) and all(map(fits, value, arguments))
    return all(fits(item, arguments[0]) for item in value)


@cache
def _split(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    origin = get_origin(hint) or hint
    return _ALSO.get(origin, origin), get_args(hint)
