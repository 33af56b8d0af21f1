"""Pictures of text."""

import struct
import zlib

import pytest

from deck_sim.base.screenshot_image import HEIGHT, PICTURE_SIZE, WIDTH, make_picture


def read_chunks(picture):
    """The chunks of a PNG by name, each with a right checksum."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(picture):
        length, name = struct.unpack_from(">I4s", picture, at)
        chunks[name] = picture[at + 8 : at + 8 + length]
        (sum_,) = struct.unpack_from(">I", picture, at + 8 + length)
        assert sum_ == zlib.crc32(name + chunks[name])
        at += 12 + length
    return chunks


def read_pixels(picture):
    """The rows of a picture: each fourth pixel of each fourth row, `#` for ink."""
    rows = zlib.decompress(read_chunks(picture)[b"IDAT"])
    step = WIDTH // 8 + 1
    found = [rows[start + 1 : start + step] for start in range(0, len(rows), 4 * step)]
    bits = [f"{int.from_bytes(row):0{WIDTH}b}"[::4] for row in found]
    return [row.replace("0", " ").replace("1", "#").rstrip() for row in bits]


def test_a_picture_shows_its_texts():
    pixels = [row[10:] for row in read_pixels(make_picture(["Ok", "?"]))]
    assert pixels[10:15] == [" #  # #", "# # # #", "# # ##", "# # # #", " #  # #"]
    assert pixels[19:24] == ["##", "  #", " #", "", " #"]
    assert not any(pixels[:10] + pixels[24:])


@pytest.mark.parametrize("texts", [[], ["a"], ["word " * 200], ["x" * 500], ["\u00e9\n\t"]])
def test_every_picture_has_the_same_size(texts):
    picture = make_picture(texts)
    assert struct.unpack(">II", read_chunks(picture)[b"IHDR"][:8]) == (WIDTH, HEIGHT)
    assert len(picture) == PICTURE_SIZE
