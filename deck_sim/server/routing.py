"""The route table: from a method and a path to an endpoint.

starlette's `compile_path` makes the patterns. Its `Route.matches` is not used: it takes eight times
as long for a table of this size, and the 404 and 405 answers are the API's own.
"""

import re
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

from starlette.routing import compile_path

from deck_sim.base.errors import listed, nearest
from deck_sim.contract.error_catalog import refuse
from deck_sim.server.request import Endpoint

# The functions that answer the operations of the Deck API, by the operation's `endpoint` or `name`.
ENDPOINTS: dict[str, Endpoint] = {}
Row = TypeVar("Row")


def endpoint(function: Endpoint) -> Endpoint:
    ENDPOINTS[function.__name__] = function
    return function


class Routes(Generic[Row]):
    """The routes of one API: a row for each method and path below `root`. A parameter stands in
    braces in the path and matches one segment that is not empty. A GET row also answers HEAD.
    `hint` returns the text for the 404 of a path, or None.
    """

    def __init__(
        self,
        root: str,
        rows: Mapping[tuple[str, str], Row],
        hint: Callable[[str], str | None] = lambda path: None,
    ) -> None:
        by_path = dict[str, dict[str, Row]]()
        for (method, path), row in rows.items():
            by_path.setdefault(root + path, {})[method] = row
        self._root, self._templates = root, [*by_path]
        # By the number of slashes, which a parameter does not match.
        self._patterns = dict[int, list[tuple[re.Pattern[str], dict[str, Row]]]]()
        for path, methods in by_path.items():
            same = self._patterns.setdefault(path.count("/"), [])
            same.append((compile_path(path)[0], methods))
        self._more_hints = hint

    def match(self, path: str) -> tuple[dict[str, Row], Mapping[str, str]] | None:
        """Return the rows of a path by method, and its parameters; None if no route has it."""
        for pattern, methods in self._patterns.get(path.count("/"), ()):
            if match := pattern.fullmatch(path):
                return methods, match.groupdict()
        return None

    def find(self, method: str, path: str) -> tuple[Row, Mapping[str, str]]:
        """Return the row of a call and the parameters in its path. Raises ApiError (404 or 405)."""
        route = self.match(path)
        if route is None:
            raise refuse("request/endpoint_not_found", self._hint(path), path=path)
        methods, parameters = route
        row = methods.get("GET" if method == "HEAD" else method)
        if row is None:
            allowed = listed(methods)
            error = refuse("request/method_not_allowed", path=path, method=method, allowed=allowed)
            error.headers["Allow"] = ", ".join(methods)
            raise error
        return row, parameters

    def _hint(self, path: str) -> str | None:
        unslashed, rest = path.removesuffix("/"), path.removeprefix(self._root)
        if "//" in path:
            return f"`{path}` is not an endpoint: a segment of the path is empty."
        if unslashed != path and self.match(unslashed):
            return f"`{path}` is not an endpoint; remove the slash at its end."
        if self.match(rest):
            return f"`{path}` is not an endpoint: `{self._root}` is written twice."
        if hint := self._more_hints(path):
            return hint
        near = [template for template in self._templates if template.endswith(rest)]
        parts = unslashed.split("/")
        for words in (template.split("/") for template in self._templates):
            if len(words) == len(parts):
                pairs = zip(words, parts, strict=True)
                near.append("/".join(part if word[:1] == "{" else word for word, part in pairs))
        hint = nearest(unslashed, near)
        return f"`{path}` is not an endpoint{hint}" if hint else None
