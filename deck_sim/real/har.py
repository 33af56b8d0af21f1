"""Reads the calls to a Deck from a HAR file, which proxies and browsers write."""

import base64
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from deck_sim.base.errors import DeckSimError
from deck_sim.real.recorder import parse_body
from deck_sim.real.recording import Exchange


def read_har(file: Path, upstream: str) -> tuple[list[Exchange], list[str]]:
    """Return the calls to `upstream`, a URL without `/v2`, and the calls whose answer has no body
    in the file. Raises DeckSimError if the file is not HAR, or has no such call.
    """
    try:
        entries = json.loads(file.read_bytes())["log"]["entries"]
        chosen = [e for e in entries if f"{e['request']['url']}".startswith(f"{upstream}/v2/")]
        exchanges = sorted(map(_read_entry, chosen), key=lambda exchange: exchange.started)
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
        raise DeckSimError(f"cannot read {file} as a HAR file: {why}") from None
    if not exchanges:
        raise DeckSimError(f"{file} has no call to {upstream}/v2; name its host with --upstream")
    bare = [f"{e.method} {e.path}" for e in exchanges if e.response is None and e.status != 204]
    return exchanges, bare


def _read_entry(entry: dict[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    started, parts = datetime.fromisoformat(entry["startedDateTime"]), urlsplit(request["url"])
    content = response.get("content", {})
    body: str | bytes = content.get("text") or ""
    if content.get("encoding") == "base64":
        body = base64.b64decode(body)
    return Exchange(
        started=started,
        ended=started + timedelta(milliseconds=max(entry.get("time", 0), 0)),
        method=request["method"],
        path=parts.path + (f"?{parts.query}" if parts.query else ""),
        request_headers=_read_headers(request),
        request=parse_body(request.get("postData", {}).get("text") or ""),
        status=response["status"] or None,  # 0: there was no answer
        response_headers=_read_headers(response),
        response=parse_body(body),
    )


def _read_headers(message: dict[str, Any]) -> dict[str, str]:
    return {header["name"].lower(): header["value"] for header in message.get("headers", ())}
