"""How many examples property-based tests try.

The profile `usual` takes less than 60 seconds of one core for models and schemathesis, and tries
the same examples in every run. `HYPOTHESIS_PROFILE=long` tries many more, and others each time.
"""

import os
from dataclasses import dataclass

import hypothesis


@dataclass(frozen=True)
class Budget:
    """The number of tries."""

    histories: int  # of a world and its model, for each edition
    steps: int  # at most so many calls in one of them
    calls: int  # of each operation, besides those that cover its schemas
    chains: int  # of calls that use what earlier ones made


PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "usual")
BUDGET = {
    "usual": Budget(histories=60, steps=40, calls=8, chains=60),
    "long": Budget(histories=2000, steps=60, calls=200, chains=2000),
}[PROFILE]


def register():
    """Select the profile. The phase `explain` is off, since it makes tests several times slower."""
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
