"""Files and screenshots of runs."""

from deck_sim.contract.fidelity import assumed, documented

ROWS = (
    documented(
        "storage_settings",
        "A task's `storage` has `enabled`, `extraction`, `extraction_schema` and `deduplication`.",
    ),
    documented(
        "storage_item",
        "A file has its name, type, size, a signed `url`, the extracted data and its run.",
    ),
    documented(
        "storage_deduplication",
        "With `deduplication`, a file whose content is already kept is dropped.",
    ),
    documented(
        "screenshot_item", "A screenshot has its name, type, size, time, `url` and `reasoning`."
    ),
    assumed("screenshots_oldest_first", "Screenshots are sorted oldest first."),
)
