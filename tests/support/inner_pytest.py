"""Preparations for tests that run pytest in this process.

Such a run costs 0.06 seconds, one in a process of its own a second or more.
"""

import pkgutil
from importlib import import_module

import deck_sim
import pytest_deck_sim

# Warnings are errors, and plugins that the tests do not use are not loaded: they take a second.
OPTIONS = ["-W", "error", "-o", "asyncio_default_fixture_loop_scope=function"]
for plugin in ("cacheprovider", "randomly", "hypothesispytest", "schemathesis", "time_machine"):
    OPTIONS += ["-p", f"no:{plugin}"]


def import_everything():
    """Import what an inner run could be the first to import.

    When such a run ends, pytester removes from `sys.modules` what it has imported. A later import
    makes the module anew, with other classes: the httpx2 that is already loaded would not know the
    errors of a second httpcore2.
    """
    for name in ("httpcore", "httpcore2", "httpx"):
        import_module(name)
    for package in (deck_sim, pytest_deck_sim):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".__main__"):
                import_module(module.name)
