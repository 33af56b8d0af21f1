"""The parts of a webhook's URL."""

from deck_sim.webhooks.target import read_target


def test_a_url_gives_the_address_and_the_host_header():
    """The host is in ASCII; the header has a port only if the URL has one."""
    for url, *expected in (
        ("http://Hook.Test/", "hook.test", 80, "hook.test"),
        ("https://hook.test", "hook.test", 443, "hook.test"),
        ("https://hook.test:8443/", "hook.test", 8443, "hook.test:8443"),
        ("http://a:b@[::1]:80/", "::1", 80, "[::1]:80"),
        ("http://127.0.0.1@8.8.8.8/", "8.8.8.8", 80, "8.8.8.8"),
        ("http://bücher.test/", "xn--bcher-kva.test", 80, "xn--bcher-kva.test"),
    ):
        target = read_target(url)
        assert [target.host, target.port, target.headers["host"]] == expected, url
        assert target.is_secure == url.startswith("https")


def test_a_path_is_written_in_ascii():
    """Characters that a request line allows stay, others are encoded; a fragment is not sent."""
    for url, path in (
        ("http://h", "/"),
        ("http://h?a=b", "/?a=b"),
        ("http://h/a/b?c=d&e=%20#f", "/a/b?c=d&e=%20"),
        ("http://h//a", "//a"),
        ('http://h/ü?x="☂"', "/%C3%BC?x=%22%E2%98%82%22"),
    ):
        assert read_target(url).path == path


def test_the_name_and_password_in_a_url_become_basic_authentication():
    """Without them the header is absent."""
    for url, authorization in (
        ("http://h/", None),
        ("http://us%20er:pw@h/", "Basic dXMgZXI6cHc="),
        ("http://user:p@ss@h/", "Basic dXNlcjpwQHNz"),
    ):
        assert read_target(url).headers.get("authorization") == authorization
