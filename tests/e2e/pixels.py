"""Pictures as heaptally-view writes them, PNG of RGB with 8 bits a channel, and how two differ."""

import struct
import zlib
from pathlib import Path
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB_8_BIT = (8, 2, 0, 0, 0)  # bits, colour type, compression, filters, interlacing
CHANNELS = 3

# A channel may differ by this much: 2 % of 255.
TOLERANCE = 5


class Picture(NamedTuple):
    width: int
    height: int
    rows: list  # of bytes, CHANNELS a pixel


def _paeth(left, above, corner):
    to_left, to_above = abs(above - corner), abs(left - corner)
    to_corner = abs(left + above - 2 * corner)
    if to_left <= to_above and to_left <= to_corner:
        return left
    return above if to_above <= to_corner else corner


def _unfiltered(kind, row, above):
    """A row as it was before a filter of PNG told it by its neighbours."""
    if kind == 0:
        return row
    if kind == 2:
        return bytes((a + b) & 255 for a, b in zip(row, above))
    # To the left of the first pixel all is 0.
    out = bytearray(CHANNELS)
    above = bytes(CHANNELS) + above
    for i, value in enumerate(row):
        left, up, corner = out[i], above[i + CHANNELS], above[i]
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            guess = left if up == corner else _paeth(left, up, corner)
        else:
            raise ValueError(f"there is no filter {kind}")
        out.append((value + guess) & 255)
    return bytes(out[CHANNELS:])


def read_png(data):
    """A Picture. ValueError: it is not of the kind that the viewer writes."""
    if not data.startswith(SIGNATURE):
        raise ValueError("not a PNG")
    at, packed, size = len(SIGNATURE), b"", None
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        content = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            size, form = struct.unpack(">II", content[:8]), tuple(content[8:])
            if form != RGB_8_BIT:
                raise ValueError(f"not RGB of 8 bits: {form}")
        elif kind == b"IDAT":
            packed += content
        at += 12 + length
    if size is None:
        raise ValueError("no header")
    width, height = size
    raw, stride = zlib.decompress(packed), 1 + width * CHANNELS
    if len(raw) != stride * height:
        raise ValueError("the pixels are not as many as the header says")
    rows, above = [], bytes(width * CHANNELS)
    for start in range(0, len(raw), stride):
        above = _unfiltered(raw[start], raw[start + 1:start + stride], above)
        rows.append(above)
    return Picture(width, height, rows)


def write_png(picture):
    """The bytes of the file, without filters."""
    def chunk(kind, content):
        return (struct.pack(">I", len(content)) + kind + content +
                struct.pack(">I", zlib.crc32(kind + content)))
    header = struct.pack(">II", picture.width, picture.height) + bytes(RGB_8_BIT)
    pixels = b"".join(b"\0" + row for row in picture.rows)
    return (SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) +
            chunk(b"IEND", b""))


def difference(one, other):
    """How many pixels differ, and a Picture that has those in red on black. Of pictures of
    different sizes ValueError."""
    if (one.width, one.height) != (other.width, other.height):
        raise ValueError(f"{one.width}x{one.height} is not {other.width}x{other.height}")
    count, rows = 0, []
    for mine, theirs in zip(one.rows, other.rows):
        row = bytearray(len(mine))
        if mine != theirs:
            for at in range(0, len(mine), CHANNELS):
                if any(abs(mine[at + c] - theirs[at + c]) > TOLERANCE for c in range(CHANNELS)):
                    count += 1
                    row[at] = 255
        rows.append(bytes(row))
    return count, Picture(one.width, one.height, rows)
