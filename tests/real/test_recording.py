import json
from datetime import UTC, datetime, timedelta

import pytest

from deck_sim import DeckSimError
from deck_sim.real.recording import Exchange, ReceivedWebhook, Recording, read_recording

NOON = datetime(2026, 12, 3, 12, 0, 0, 250, UTC)
EXCHANGE = Exchange(
    started=NOON,
    ended=NOON + timedelta(milliseconds=5),
    method="GET",
    path="/v2/task-runs?limit=1",
    request_headers={"accept": "*/*"},
    request=None,
    status=200,
    response_headers={"content-type": "application/json"},
    response={"data": [1, 2.5, None, "é"]},
)
WEBHOOK = ReceivedWebhook(at=NOON, headers={}, body="<html>", status=None)
RECORDING = Recording(
    upstream="https://api.deck.co",
    edition="connections",
    masks=("fields named password",),
    exchanges=(EXCHANGE,),
    webhooks=(WEBHOOK,),
)


def test_what_is_written_is_read(tmp_path):
    RECORDING.write(tmp_path / "new" / "folder")
    assert read_recording(tmp_path / "new" / "folder") == RECORDING


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data | {"version": 2}, "version: Input should be 1"),
        (lambda data: data["exchanges"][0].pop("path") and data, "exchanges[0].path: Field req"),
        (lambda data: data["exchanges"][0].update(started="2026-12-03T12:00:00") or data, "timez"),
        (lambda data: [], "Input should be an object"),
        (lambda data: {"version": 1}, "and 1 more mistake"),
    ],
)
def test_a_damaged_file_is_an_error_with_its_place(tmp_path, change, message):
    file = RECORDING.write(tmp_path)
    file.write_text(json.dumps(change(json.loads(file.read_text()))))
    with pytest.raises(DeckSimError) as caught:
        read_recording(tmp_path)
    assert f"{file}: " in f"{caught.value}"
    assert message in f"{caught.value}"


def test_a_folder_without_a_recording_is_an_error(tmp_path):
    with pytest.raises(DeckSimError, match=r"recording.json: No such file or directory; name a"):
        read_recording(tmp_path)
