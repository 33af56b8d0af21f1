"""Which keys of a variable a text's expressions read, and as what type of value."""

from collections.abc import Iterator

from jinja2 import nodes

from deck_sim.scenario.expressions.environment import environment

Keys = tuple[str | int, ...]

_NUMERIC = (nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow, nodes.Neg)
_MOST_ITEMS = 100  # of a list that a value is read from
_OF_LISTS = ("first", "join", "last", "length", "max", "min", "sort", "sum", "unique")
_TYPES = {"days_after": ("date", "integer"), "days_from_now": ("integer",)}  # of the arguments


def keys_read(text: str, variable: str) -> dict[Keys, str | None]:
    """The keys, `("stay", "nights")` for `input.stay.nights`, and the type that their place asks
    for: `number`, `integer`, `array` or `date`, or None if any type fits.
    """
    tree = environment().parse(text)
    found: dict[Keys, str | None] = {}
    _collect(tree, variable, None, found)
    return found


def _collect(
    node: nodes.Node, variable: str, type_: str | None, found: dict[Keys, str | None]
) -> None:
    keys = _keys_of(node, variable)
    if keys:
        found[keys] = found.get(keys) or type_
        return
    for inner, inner_type in _parts(node):
        _collect(inner, variable, inner_type, found)


def _keys_of(node: nodes.Node, variable: str) -> Keys | None:
    """The keys that a node reads; None if it is something else, or a key is computed."""
    if isinstance(node, nodes.Name):
        return () if node.name == variable else None
    if isinstance(node, nodes.Getattr):
        key: str | int = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        key = node.arg.value
    else:
        return None
    if not isinstance(key, str) and (type(key) is not int or abs(key) > _MOST_ITEMS):
        return None
    before = _keys_of(node.node, variable)
    return None if before is None else (*before, key)


def _parts(node: nodes.Node) -> Iterator[tuple[nodes.Node, str | None]]:
    """The parts of a node, each with the type that it should have."""
    types: dict[int, str] = {}
    if isinstance(node, _NUMERIC):
        types = {id(part): "number" for part in node.iter_child_nodes()}
    elif isinstance(node, nodes.Filter) and node.name in _OF_LISTS:
        types = {id(node.node): "array"}
    elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name):
        types = dict(zip(map(id, node.args), _TYPES.get(node.node.name, ()), strict=False))
    for part in node.iter_child_nodes():
        yield part, types.get(id(part))
