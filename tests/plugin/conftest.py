"""What tests of the plugin share."""

import pytest

# Warnings are errors, and of other plugins only xdist is there.
OPTIONS = (
    "-W",
    "error",
    "-o",
    "asyncio_default_fixture_loop_scope=function",
    "-p",
    "no:randomly",
    "-p",
    "no:hypothesispytest",
    "-p",
    "no:time_machine",
)


@pytest.fixture(autouse=True)
def _libraries_are_loaded(deck):
    """What an inner run imports is forgotten with it, so the server's libraries come before."""


@pytest.fixture
def run(pytester):
    """Run this text as a test file, in this process, and return the result."""

    def run(text, *options):
        pytester.makepyfile(text)
        return pytester.runpytest_inprocess(*OPTIONS, *options)

    return run


@pytest.fixture
def run_apart(pytester):
    """The same in a process of its own, which may be frozen."""

    def run_apart(text, *options):
        pytester.makepyfile(text)
        return pytester.runpytest_subprocess(*OPTIONS, *options, timeout=30)

    return run_apart
