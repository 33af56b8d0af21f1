"""Reads what self-contained pages recorded."""

import json
import re

_RECORDING = re.compile(r'<script type="application/json" id="recording">(.*?)</script>')


def read_recording(file):
    return json.loads(_RECORDING.search(file.read_text(encoding="utf-8"))[1])
