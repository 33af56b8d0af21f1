"""The URLs that bodies take."""

import ipaddress
import re

import hypothesis.strategies as st
import pytest
from hypothesis import given
from pydantic import TypeAdapter, ValidationError

from deck_sim.contract.web_url import PATTERN, WebUrl

read = TypeAdapter(WebUrl).validate_python

GOOD = """
    http://x https://hotel.example/rooms?nights=2 https://h#f http://h/café http://u:p@h/ http://h. http://h:/
    http://127.0.0.1:8765/v2 http://a_b-c:65535 http://[::1]:80/x http://[2001:db8::1]
"""


@pytest.mark.parametrize("url", GOOD.split())
def test_a_web_address_is_taken(url):
    """With a name or an address, and anything after it."""
    assert read(url) == url


WRONG = [
    ("", "at least 1 character"),
    ("ftp://x", "must begin with `http://` or `https://`"),
    ("HTTP://x", "must begin with"),
    ("http://:80/", "it has no host, or port 0"),
    ("http://x:0/", "it has no host, or port 0"),
    ("http://x:65536/", "Port out of range"),
    ("http://[::1", "Invalid IPv6 URL"),
    ("http://[1:2:3]/", "'1:2:3'"),
    ("http://a..b/", "each part between dots has 1 to 63 letters, digits, `-` or `_`"),
    ("http://bücher.example/", "write 'xn--bcher-kva.example'"),
    ("http://a b/", "'a b' is not a host name"),
    ("http://h/a b", "it must not contain spaces"),
    ("http://h\n", "it must not contain spaces"),
]


@pytest.mark.parametrize(("url", "words"), WRONG)
def test_another_text_is_refused_with_the_reason(url, words):
    """The message says what to write."""
    with pytest.raises(ValidationError) as caught:
        read(url)
    assert words in caught.value.errors()[0]["msg"]


@given(st.text(":::12f", max_size=20))
def test_an_ipv6_address_is_one_for_the_standard_library(text):
    """All forms but those with an IPv4 address at their end."""
    try:
        valid = bool(ipaddress.IPv6Address(text))
    except ValueError:
        valid = False
    assert bool(re.fullmatch(PATTERN, f"http://[{text}]/")) == valid
