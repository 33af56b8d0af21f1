"""The order of README.md: what a stranger sees first."""

from pathlib import Path

TEXT = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_a_command_and_a_picture_stand_above_the_first_code():
    places = [
        TEXT.index(text)
        for text in (
            "plays these cases on your machine",
            "never compared",
            "deck-sim demo",
            "<picture>",
            "```python",
        )
    ]
    assert places == sorted(places)
