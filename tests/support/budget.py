"""How much the tests may try that make up their own examples: all of it is said here.

`usual` is what the suite can spare: models and schemathesis take less than 60 seconds of one
core. It tries the same in every run, however slow the machine is, since a test that fails must fail
again. `HYPOTHESIS_PROFILE=long` tries much more, and other things each time: to hunt with.
"""

import os
from dataclasses import dataclass

import hypothesis


@dataclass(frozen=True)
class Budget:
    """How often a test tries."""

    histories: int  # of a world and its model, for each edition
    steps: int  # at most so many calls in one of them
    calls: int  # of each operation, beside those that cover its schemas
    chains: int  # of calls that use what earlier ones made


PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "usual")
BUDGET = {
    "usual": Budget(histories=60, steps=40, calls=8, chains=60),
    "long": Budget(histories=2000, steps=60, calls=200, chains=2000),
}[PROFILE]


def register():
    """Let all tests with hypothesis use the profile. It never explains, which traces every line
    and takes several times as long.
    """
    usual = PROFILE == "usual"
    hypothesis.settings.register_profile(
        PROFILE,
        derandomize=usual,
        max_examples=100 if usual else 1000,
        print_blob=not usual,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
    )
    hypothesis.settings.load_profile(PROFILE)
