"""The inspector: the page at `/_sim/ui`. Here are only its files; it uses the control API alone."""

from urllib.parse import quote


def inspector_url(url: str, key: str) -> str:
    """The address of the inspector on a world. Its key is in the fragment, which no server sees."""
    return f"{url}/_sim/ui#key={quote(key, safe='')}"
