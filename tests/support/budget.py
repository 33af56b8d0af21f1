"""How many examples property-based tests try: `HYPOTHESIS_PROFILE` selects a profile.

- `usual`, the default: the same examples in every run, in a few seconds.
- `ci`: more examples, which are the same, too. `.ci/run` uses it for models and schemathesis.
"""

import os
from dataclasses import dataclass

import hypothesis


@dataclass(frozen=True)
class Budget:
    histories: int  # of a world and its model, for each edition
    steps: int  # at most so many calls in one of them
    phases: str  # of schemathesis, for single calls
    calls: int  # of each operation, besides those that cover its schemas
    fitting: int  # of each operation, with data that fits its schemas
    chains: int  # of calls that use what earlier ones made


ALL_PHASES = "examples,coverage,fuzzing"
PROFILES = {
    "usual": Budget(25, 40, "fuzzing", calls=1, fitting=8, chains=20),
    "ci": Budget(100, 40, ALL_PHASES, calls=8, fitting=60, chains=10),
}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "usual")
BUDGET = PROFILES[PROFILE]


def register():
    """Select the profile. The phase `explain` is off, since it makes tests several times slower."""
    hypothesis.settings.register_profile(
        PROFILE,
        derandomize=True,
        deadline=None,
        suppress_health_check=[hypothesis.HealthCheck.too_slow],
        phases=[phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain],
    )
    hypothesis.settings.load_profile(PROFILE)
