"""Files that runs keep, and their screenshots."""

from deck_sim.contract.fidelity import assumed, documented

ROWS = (
    documented(
        "storage_settings",
        "A task's `storage` has `enabled`, `extraction`, `extraction_schema` and `deduplication`.",
    ),
    documented(
        "storage_item",
        "A file shows its name, type, size, a signed `url`, what was extracted, and its run.",
    ),
    documented(
        "storage_deduplication", "A file whose content is kept already is dropped, if told to."
    ),
    documented(
        "screenshot_item", "A screenshot shows its name, type, size, moment, `url` and `reasoning`."
    ),
    assumed(
        "screenshots_oldest_first", "Screenshots are oldest first, and as a scenario names them."
    ),
)
