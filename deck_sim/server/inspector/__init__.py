"""The inspector: the page at `/_sim/ui`. Its files are here. It calls only the control API."""

from urllib.parse import quote


def inspector_url(url: str, key: str) -> str:
    """Return the inspector's address for a world. The key is in the fragment, which is not sent."""
    return f"{url}/_sim/ui#key={quote(key, safe='')}"
