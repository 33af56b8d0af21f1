"""The inspector: the page at `/_sim/ui`. Its files are here; it calls only the control API."""

from urllib.parse import quote


def inspector_url(url: str, key: str) -> str:
    """The address of the inspector on a world. Its key is in the fragment, which no server sees."""
    return f"{url}/_sim/ui#key={quote(key, safe='')}"
