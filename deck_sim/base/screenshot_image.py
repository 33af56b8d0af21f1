"""PNG pictures of text. All have the same size in bytes, so the size is known before drawing."""

import struct
import zlib
from collections.abc import Sequence
from textwrap import wrap

WIDTH, HEIGHT = 640, 400  # pixels
_SCALE, _MARGIN, _LEADING = 4, 40, 16
_COLUMNS = (WIDTH - 2 * _MARGIN) // (4 * _SCALE)
_LINES = (HEIGHT - 2 * _MARGIN) // (5 * _SCALE + _LEADING)
_COLORS = bytes.fromhex("f6f3ec1f2a37")  # paper and ink

# A character and its five rows of three pixels, an octal digit each. Lower case looks like upper.
_GLYPHS = """
A25755 B65656 C34443 D65556 E74647 F74644 G34553 H55755 I72227 J11152 K55655 L44447 M57755 N65555
O25552 P65644 Q25563 R65655 S34216 T72222 U55557 V55552 W55775 X55255 Y55222 Z71247 075557 126227
261247 361216 455711 574616 634757 771222 875757 975716 _00007 -00700 .00002 :02020 ;02024 ,00024
[64446 ]62226 (12221 )42224 /11244 '22000 "55000 !22202 ?61202 %51245 +02720 =07070 @25743 #57575
"""
_ROWS = {" ": "00000"} | {glyph[0]: glyph[1:] for glyph in _GLYPHS.split()}
_UNKNOWN = "77777"


def make_picture(texts: Sequence[str]) -> bytes:
    """Return a PNG with the texts below each other, wrapped. Lines that do not fit are left out."""
    lines = [line for text in texts for line in wrap(text.upper(), _COLUMNS)][:_LINES]
    rows = _blank(_MARGIN)
    for line in lines:
        glyphs = [_ROWS.get(letter, _UNKNOWN) for letter in line]
        for number in range(5):
            pixels = "".join(f"{int(glyph[number]):03b}0" for glyph in glyphs)
            wide = "0" * _MARGIN + "".join(pixel * _SCALE for pixel in pixels)
            rows += [int(f"{wide:0<{WIDTH}}", 2).to_bytes(WIDTH // 8)] * _SCALE
        rows += _blank(_LEADING)
    rows += _blank(HEIGHT - len(rows))
    raw = b"".join(b"\0" + row for row in rows)
    # Not compressed: the size would depend on the text, and the bytes on the version of zlib.
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(raw), len(raw) ^ 0xFFFF) + raw
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", WIDTH, HEIGHT, 1, 3, 0, 0, 0)),
        (b"PLTE", _COLORS),
        (b"IDAT", stored + struct.pack(">I", zlib.adler32(raw))),
        (b"IEND", b""),
    ]
    chunks = (
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _blank(count: int) -> list[bytes]:
    return [bytes(WIDTH // 8)] * count


PICTURE_SIZE = len(make_picture([]))  # bytes; the same for every picture
