"""A page that misbehaves fails the test that opened it."""

import pytest
from playwright.sync_api import expect

WRONGS = {
    "uncaught: oh": "<script>throw new Error('oh')</script>",
    "error: oh": "<script>console.error('oh')</script>",
    "request to another host: http://other.invalid/x": "<script src='http://other.invalid/x'></script>",
    "key in a URL: {url}/?key={key}": "<script src='{url}/?key={key}'></script>",
}


@pytest.mark.parametrize("text", WRONGS)
def test_a_page_that_misbehaves_is_noticed(page, watch, server, key, text):
    page.set_content(WRONGS[text].format(url=server.url, key=key) + "<p>after</p>")
    expect(page.get_by_text("after")).to_be_visible()
    assert text.format(url=server.url, key=key) in watch.complaints
    watch.complaints.clear()
