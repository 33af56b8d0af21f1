"""The steps of scripts, one class each. A new step registers itself in `step.STEP_CLASSES`."""
