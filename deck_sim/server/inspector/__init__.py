"""The inspector: a page at `/_sim/ui` that calls only the control API; and its reports."""

from urllib.parse import quote


def inspector_url(url: str, key: str) -> str:
    """Return the inspector's address for a world. Browsers do not send the key after the `#`."""
    return f"{url}/_sim/ui#key={quote(key, safe='')}"
