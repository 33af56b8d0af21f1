"""Masks the secrets of a recording, and replaces its ids, the same everywhere for the same value.

First every rule replaces the values in the places that it knows. Then each of these values is
replaced wherever else it occurs: as a whole value from 4 characters, inside a text from 8. Booleans
and the words of the API, such as statuses and event types, stay there.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, get_args
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from deck_sim.base.errors import listed
from deck_sim.base.redaction import is_secret, is_secret_in, redact_text
from deck_sim.contract.answers import PROMPTS
from deck_sim.contract.editions import EDITIONS, Edition
from deck_sim.contract.error_catalog import CATALOG
from deck_sim.contract.kinds import REQUIRED, AuthMethod
from deck_sim.real.recording import Exchange, Recording
from deck_sim.webhooks.signing import SIGNATURE

MASK = "masked"
_SHORTEST, _SHORTEST_INSIDE = 4, 8  # characters of a value that is masked elsewhere, too
_ACCEPTED = 123_456  # the first code that Deck accepted; the next one is one more
_OTHER_PREFIXES = ("evt", "req")  # of ids that belong to no kind
_LOGIN = ("auth_credentials", "credentials", "external_id", "source_fields", "username")
_OTHER_WORDS = ("website", "event", "string", "success", "failure", "unknown")
_OPEN = ("extraction", "input", "inputs", "metadata", "output")  # whose keys are not of the API
_RULES = {  # the words for each rule, with the names of fields
    "headers": "secret headers: {}",
    "secrets": "fields whose names look secret: {}",
    "login": "everything in a login: {}",
    "answers": f"answers to prompts (an accepted code is {_ACCEPTED}, the next one more): {{}}",
    "inputs": "the inputs of runs (--keep-inputs keeps them): {}",
    "named": "fields named by --mask: {}",
    "urls": "the query of URLs in answers: {}",
    "ids": "ids, each by another with the same prefix: {}",
}


def _words() -> frozenset[str]:
    """Return the words of the API, which are never secret."""
    words = {*CATALOG, *REQUIRED, *PROMPTS, *get_args(AuthMethod), *_OTHER_WORDS}
    words |= {part for name in CATALOG for part in name.split("/")}
    for edition in EDITIONS.values():
        words |= {*edition.event_names, *edition.kinds}
        words |= {status for kind in edition.kinds for status in edition.statuses(kind)}
        words |= {name for kind in edition.kinds.values() for name in kind.attributes}
    return frozenset(words)


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A value that a rule has replaced."""

    value: Any


class _Masker:
    def __init__(self, edition: Edition, names: Collection[str], keep_inputs: bool) -> None:
        self._edition, self._names, self._keep_inputs = edition, names, keep_inputs
        self._words, self._masks = _words(), dict[str, str]()  # by value, as text
        self.fields: dict[str, set[str]] = {rule: set() for rule in _RULES}
        self._counts = Counter[str]()
        prefixes = {kind.prefix for e in EDITIONS.values() for kind in e.kinds.values()}
        prefixes |= {*_OTHER_PREFIXES}
        self._id = re.compile(rf"({'|'.join(sorted(prefixes))})_[\w-]{{1,250}}")

    # The rules

    def replace_accepted(self, exchange: Exchange) -> None:
        """Choose the masks of accepted answers, before other rules choose those of equal values."""
        if answers_prompt(exchange) and is_accepted(exchange):
            for name, value in self._answers(exchange.request).items():
                if name == "code" or f"{value}".isdecimal():
                    self._masks.setdefault(f"{value}", f"{_ACCEPTED + self._counts['accepted']}")
                    self._counts["accepted"] += 1

    def _answers(self, body: Any) -> dict[str, Any]:
        answers = body.get(self._edition.answer_key) if isinstance(body, dict) else None
        return answers if isinstance(answers, dict) else {}

    def apply_rules(self, exchange: Exchange) -> Exchange:
        body = exchange.request
        if isinstance(body, str):  # it is not JSON, so that no name says what is secret
            body = self._replace("secrets", "a body that is not JSON", body)
        elif answers_prompt(exchange):
            answers = self.apply(self._answers(body), self._edition.answer_key, "answers")
            body = {**self.apply(body), self._edition.answer_key: answers}
        self._read_query(exchange)
        return replace(
            exchange,
            request_headers=self.apply_to_headers(exchange.request_headers),
            request=self.apply(body),
            response_headers=self.apply_to_headers(exchange.response_headers),
            response=self.apply(exchange.response),
        )

    def _read_query(self, exchange: Exchange) -> list[tuple[str, Any]]:
        pairs = parse_qsl(urlsplit(exchange.path).query, keep_blank_values=True)
        return [(name, self.apply(text, name)) for name, text in pairs]

    def apply_to_headers(self, headers: Mapping[str, str]) -> dict[str, Any]:
        changed = dict[str, Any](headers)
        for name, text in headers.items():
            if is_secret_in(name, "headers") or name == SIGNATURE:
                for part in (text, text.partition(" ")[2]):  # as in `Bearer sk_live_…`
                    self._replace("headers", name, part)
                changed[name] = _Replaced(MASK)
        return changed

    def _rule_for(self, name: str, is_open: bool) -> str:
        """Return the rule for a field called `name`, or "". In an open object only the names count
        that look secret, or that the user gave.
        """
        rules = {
            "named": name in self._names,
            "login": name in _LOGIN and not is_open,
            "secrets": is_secret(name) or name == "custom_headers",
            "inputs": name == "input" and not (is_open or self._keep_inputs),
            "ids": (name == "id" or name.endswith("_id")) and not is_open,
        }
        return next((rule for rule, applies in rules.items() if applies), "")

    def apply(self, value: Any, name: str = "", rule: str = "", is_open: bool = False) -> Any:
        if name.endswith("_schema"):  # its names are those of secrets, its values are none
            return value
        rule = rule or self._rule_for(name, is_open)
        if isinstance(value, dict):
            is_open = is_open or name in _OPEN
            return {key: self.apply(inner, key, rule, is_open) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.apply(inner, name, rule, is_open) for inner in value]
        return self._replace(rule, name, value) if rule else value

    def _replace(self, rule: str, name: str, value: Any) -> Any:
        text = f"{value}"
        match = self._id.fullmatch(text) if rule == "ids" else None
        if value in (None, "") or isinstance(value, bool | _Replaced):
            return value
        if rule == "ids" and not match:
            return value
        prefix = match[1] if match else ""
        self.fields[rule].add(prefix or name)
        if text not in self._masks:
            self._counts[prefix] += 1
            self._masks[text] = self._make_mask(text, prefix, self._counts[prefix])
        return _Replaced(self._typed(self._masks[text], value))

    @staticmethod
    def _make_mask(text: str, prefix: str, count: int) -> str:
        """Return a mask of the same form, which a schema may require."""
        if prefix:
            return f"{prefix}_{count:016}"
        if re.fullmatch(r"[0-9]+", text):
            return f"{count:0{len(text)}}"
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            return f"{date(2001, 1, 1) + timedelta(days=count)}"
        if re.fullmatch(r"[^@\s]+@[^@\s]+", text):
            return f"{MASK}{count}@example.com"
        return f"{MASK}-{count}"

    @staticmethod
    def _typed(mask: str, value: Any) -> Any:
        is_number = isinstance(value, int | float) and mask.isdecimal()
        return type(value)(mask) if is_number else mask

    # Everywhere else

    def spread_exchange(self, exchange: Exchange) -> Exchange:
        parts = urlsplit(exchange.path).path.split("/")
        path = "/".join(quote(f"{self.spread(part)}") for part in parts)
        query = [(name, self.spread(value, name)) for name, value in self._read_query(exchange)]
        return replace(
            exchange,
            path=path + (f"?{urlencode(query, safe='[]')}" if query else ""),
            request_headers=self.spread(exchange.request_headers),
            request=self.spread(exchange.request),
            response_headers=self.spread(exchange.response_headers),
            response=self.spread(exchange.response),
        )

    @cached_property
    def _inside(self) -> re.Pattern[str]:
        texts = (text for text in self._masks if len(text) >= _SHORTEST_INSIDE)
        longest_first = sorted(texts, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")

    def spread(self, value: Any, name: str = "", is_open: bool = False) -> Any:
        """Return `value` with the masks of the rules, and every other equal value masked, too."""
        if isinstance(value, _Replaced):
            return value.value
        if isinstance(value, dict):
            is_open = is_open or name in _OPEN
            return {key: self.spread(inner, key, is_open) for key, inner in value.items()}
        if isinstance(value, list):
            return [self.spread(inner, name, is_open) for inner in value]
        text = f"{value}"
        if value is None or isinstance(value, bool) or text in self._words:
            return value
        if not (is_open or isinstance(value, str)) and name in self._words:  # as `runtime_ms`
            return value
        if len(text) >= _SHORTEST and text in self._masks:
            return self._typed(self._masks[text], value)
        is_moment = name.endswith("_at") and not is_open
        if not isinstance(value, str) or (is_moment and re.match(r"\d{4}-\d\d-\d\dT", text)):
            return value
        text = self._inside.sub(lambda match: self._masks[match[0]], text)
        if name == "url" and not is_open and "?" in text:
            self.fields["urls"].add(name)
            text = text.partition("?")[0]
        return redact_text(text)


def answers_prompt(exchange: Exchange) -> bool:
    path = urlsplit(exchange.path).path
    return exchange.method == "POST" and path.endswith("/interaction")


def is_accepted(exchange: Exchange) -> bool:
    """Whether the answer to a prompt was the right one: the prompt is closed."""
    body = exchange.response
    return exchange.status == 200 and isinstance(body, dict) and not body.get("interaction")


def mask(
    recording: Recording, names: Collection[str] = (), *, keep_inputs: bool = False
) -> Recording:
    """Return a recording without secrets; its `masks` say which rules were applied.

    `names` are fields to mask in addition. With `keep_inputs`, the inputs of runs stay.
    """
    masker = _Masker(EDITIONS[recording.edition], names, keep_inputs)
    for exchange in recording.exchanges:
        masker.replace_accepted(exchange)
    exchanges = [masker.apply_rules(exchange) for exchange in recording.exchanges]
    webhooks = [
        replace(w, headers=masker.apply_to_headers(w.headers), body=masker.apply(w.body))
        for w in recording.webhooks
    ]
    masked = replace(
        recording,
        exchanges=tuple(map(masker.spread_exchange, exchanges)),
        webhooks=tuple(
            replace(w, headers=masker.spread(w.headers), body=masker.spread(w.body))
            for w in webhooks
        ),
    )
    applied = (
        words.format(listed(sorted(fields)))
        for words, fields in zip(_RULES.values(), masker.fields.values(), strict=True)
        if fields
    )
    return replace(masked, masks=(*applied,))
