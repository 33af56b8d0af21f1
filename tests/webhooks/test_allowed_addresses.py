import asyncio
import re
import socket
from contextlib import suppress
from threading import Event

import pytest

from deck_sim.webhooks.allowed_addresses import AddressRefused, ask_resolver, find_addresses

LOCAL = ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1", "fd00::1", "::ffff:127.0.0.1")
PUBLIC = ("8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "::ffff:8.8.8.8")
LINK_LOCAL = ("169.254.169.254", "fe80::1", "::ffff:169.254.169.254")


def find(host, *resolved, public=False):
    """The addresses of a host whose name resolves to these addresses."""

    async def resolve(host, port):
        assert resolved, f"{host} was looked up"
        return resolved

    return asyncio.run(find_addresses(host, 80, resolve, public=public))


def test_loopback_and_private_addresses_are_called_and_public_ones_if_asked_for():
    """Link-local ones never: clouds serve the credentials of a machine there."""
    called = set()
    for address in (*LOCAL, *PUBLIC, *LINK_LOCAL):
        for public in (False, True):
            with suppress(AddressRefused):
                assert find(address, public=public) == [address]
                called.add((address, public))
    local = {(address, public) for address in LOCAL for public in (False, True)}
    assert called == local | {(address, True) for address in PUBLIC}


def test_a_local_name_is_looked_up():
    """One without a dot is local, as those of containers are."""
    for host in ("app", "host.docker.internal", "printer.local", "hook.test."):
        assert find(host, "10.0.0.9") == ["10.0.0.9"]


@pytest.mark.parametrize("host", ["api.partner.com", "127.0.0.1.evil.com", "www.test.de."])
def test_another_name_is_not_looked_up_unless_public_addresses_are_called(host):
    """A query would tell others the name."""
    with pytest.raises(AddressRefused, match="not looked up; --allow-public-webhooks or"):
        find(host)
    assert find(host, "8.8.8.8", public=True) == ["8.8.8.8"]


def test_a_refusal_names_the_addresses_and_the_remedy():
    how = (
        "; --allow-public-webhooks or `DeckSim(allow_public_webhooks=True)` allows public addresses"
    )
    for host, resolved, public, message in (
        ("8.8.8.8.", (), False, f"8.8.8.8: neither loopback nor private{how}"),
        ("h.test", ("8.8.8.8",), False, f"h.test is 8.8.8.8: neither loopback nor private{how}"),
        ("169.254.1.1", (), True, "169.254.1.1: link-local addresses are never called"),
        ("169.254.1.1", (), False, "169.254.1.1: link-local addresses are never called"),
    ):
        with pytest.raises(AddressRefused) as refusal:
            find(host, *resolved, public=public)
        assert str(refusal.value) == message


def test_a_loopback_host_is_not_looked_up():
    """Names below `localhost` are loopback everywhere. A dot at the end marks an absolute name."""
    for host in ("localhost", "hook.localhost.", "127.0.0.1."):
        assert find(host)[0] == "127.0.0.1"


def test_the_resolver_of_the_machine_returns_addresses_as_text():
    """An address resolves to itself."""
    assert asyncio.run(ask_resolver("127.0.0.1", 80)) == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["3227017991", "1.2.3", "256.1.1.1"])
def test_a_number_that_is_no_address_is_refused_with_a_sentence(host):
    sentence = f"{host} is no address; write four numbers, like 127.0.0.1"
    with pytest.raises(AddressRefused, match=re.escape(sentence)):
        find(host)


def test_a_slow_resolver_does_not_delay_the_end_of_a_server(monkeypatch):
    has_started, end_lookup, has_answered = Event(), Event(), Event()

    def look_up(*_, **__):
        has_started.set()
        end_lookup.wait(20)
        has_answered.set()
        raise OSError

    async def ask():
        lookup = asyncio.create_task(ask_resolver("slow.example", 80))
        await asyncio.to_thread(has_started.wait)
        lookup.cancel()

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    asyncio.run(ask())
    assert not has_answered.is_set()
    end_lookup.set()


def test_an_unknown_name_is_an_error_of_the_resolver(monkeypatch):
    def look_up(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(socket.gaierror):
        asyncio.run(ask_resolver("unknown.example", 80))
