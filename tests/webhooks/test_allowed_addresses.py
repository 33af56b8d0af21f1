"""The addresses that a webhook may call, and the message of a refusal."""

import asyncio

import pytest

from deck_sim.webhooks.allowed_addresses import (
    AddressRefused,
    ask_resolver,
    find_addresses,
)


def find(host, *resolved, public=False):
    """The addresses of a host whose name resolves to these addresses."""

    async def resolve(host, port):
        assert resolved, f"{host} was looked up"
        return resolved

    return asyncio.run(find_addresses(host, 80, resolve, public=public))


def is_called(address, *, public):
    """Whether an address may be called."""
    try:
        return bool(find(address, public=public))
    except AddressRefused:
        return False


@pytest.mark.parametrize(
    ("address", "local"),
    [
        ("127.0.0.1", True),
        ("127.255.0.9", True),
        ("10.1.2.3", True),
        ("172.16.0.1", True),
        ("172.32.0.1", False),
        ("192.168.1.1", True),
        ("8.8.8.8", False),
        ("0.0.0.0", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("255.255.255.255", False),
        ("::1", True),
        ("::", False),
        ("fd00::1", True),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("2001:4860:4860::8888", False),
        ("::ffff:127.0.0.1", True),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_only_loopback_and_private_addresses_are_local(address, local):
    """Also when IPv6 wraps an IPv4 address."""
    assert is_called(address, public=False) is local


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        "fe80::1",
        "::169.254.169.254",
        "::ffff:169.254.169.254",
        "::ffff:0:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b::100.100.100.200",
        "64:ff9b:1::169.254.169.254",
        "64:ff9b:1:a9fe:a9:fe00::",
        "2002:a9fe:a9fe::1",
        "2002:c000:c0::1",
    ],
)
def test_the_credentials_of_a_machine_are_never_called(address):
    """Clouds serve them at these addresses, and IPv6 can embed the IPv4 ones. A name does not help,
    nor a switch.
    """
    assert not is_called(address, public=True)
    with pytest.raises(AddressRefused, match="never called, since clouds serve the credentials"):
        find("hook.test", address, public=True)


@pytest.mark.parametrize("address", ["64:ff9b::808:808", "2002:808:808::1", "100.100.100.201"])
def test_neighbours_of_those_addresses_are_public(address):
    """They are called if public addresses are."""
    assert is_called(address, public=True)
    assert not is_called(address, public=False)


@pytest.mark.parametrize("host", ["app", "host.docker.internal", "printer.local", "hook.test."])
def test_a_local_name_is_looked_up(host):
    """One without a dot is local, as those of containers are."""
    assert find(host, "10.0.0.9") == ["10.0.0.9"]


@pytest.mark.parametrize("host", ["api.partner.com", "127.0.0.1.evil.com", "www.test.de."])
def test_another_name_is_not_looked_up_unless_it_may_be_called(host):
    """A query would tell others the name."""
    with pytest.raises(AddressRefused, match=f"--webhook-host {host.removesuffix('.')}$"):
        find(host)
    assert find(host, "8.8.8.8", public=True) == ["8.8.8.8"]


HOW = "; to call public addresses, start deck-sim with --allow-public-webhooks"
LISTENS = ": servers listen at this address, but nothing can call it; use 127.0.0.1"


@pytest.mark.parametrize(
    ("host", "resolved", "message"),
    [
        ("8.8.8.8", (), f"8.8.8.8: neither loopback nor private{HOW}"),
        ("8.8.8.8.", ("127.0.0.1",), f"8.8.8.8: neither loopback nor private{HOW}"),
        (
            "hook.test",
            ("8.8.8.8", "2001::1"),
            f"hook.test is 8.8.8.8, 2001::1: neither loopback nor private{HOW}",
        ),
        ("0.0.0.0", (), f"0.0.0.0{LISTENS}"),
        ("::", (), f"::{LISTENS}"),
        ("any.test", ("0.0.0.0",), f"any.test is 0.0.0.0{LISTENS}"),
    ],
)
def test_a_refusal_names_the_addresses_and_the_remedy(host, resolved, message):
    """An unspecified address has its own remedy."""
    with pytest.raises(AddressRefused) as refusal:
        find(host, *resolved)
    assert str(refusal.value) == message


@pytest.mark.parametrize("host", ["localhost", "hook.localhost", "127.0.0.1"])
@pytest.mark.parametrize("end", ["", "."])
def test_a_loopback_host_is_not_looked_up(host, end):
    """Names below `localhost` are loopback everywhere. A dot at the end marks an absolute name."""
    assert find(host + end)[0] == "127.0.0.1"


def test_public_addresses_are_left_out_unless_they_are_allowed():
    """A name with a local and a public address is called at the local one."""
    both = ("8.8.8.8", "127.0.0.1")
    assert find("hook.test", *both) == ["127.0.0.1"]
    assert find("hook.test", *both, public=True) == [*both]


def test_the_resolver_of_the_machine_returns_addresses_as_text():
    """An address resolves to itself."""
    assert asyncio.run(ask_resolver("127.0.0.1", 80)) == ["127.0.0.1"]
