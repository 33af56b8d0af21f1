import re

import pytest
from pydantic import TypeAdapter, ValidationError

from deck_sim.contract.bodies import URL_PATTERN, WebUrl

read = TypeAdapter(WebUrl).validate_python

GOOD = """
    http://x https://hotel.example/rooms?nights=2 https://h#f http://h/café http://u:p@h/ http://h. http://h:/
    http://127.0.0.1:8765/v2 http://a_b-c:65535 http://[::1]:80/x http://[2001:db8::1] http://[::ffff:10.0.0.1]
"""


def test_a_web_address_is_taken():
    assert [url for url in GOOD.split() if read(url) != url] == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "at least 1 character"),
        ("ftp://x", "must begin with `http://` or `https://`"),
        ("http://:80/", "must have a valid host and port"),
        ("http://@h/", "has an empty user before `@`"),
        ("http://x:65536/", "must have a valid host and port"),
        ("http://[1:2:3]/", "or an IPv6 address"),
        ("http://a..b/", "parts of 1 to 63 letters"),
        ("http://bücher.example/", "other letters as `xn--…`"),
        ("http://h/a b", "no spaces"),
        ("http://h\n", "no control characters"),
    ],
)
def test_another_text_is_refused_with_the_reason(url, words):
    with pytest.raises(ValidationError) as caught:
        read(url)
    assert words in caught.value.errors()[0]["msg"]


def test_the_pattern_of_the_document_takes_what_is_taken():
    assert [url for url in GOOD.split() if not re.fullmatch(URL_PATTERN, url)] == []
