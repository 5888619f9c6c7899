"""Messages over a pipe to a worker process: a 4-byte little-endian length and that many bytes.

Standard library only: workers start quickly.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

LENGTH = struct.Struct("<I")
LONGEST = 1 << 28


def read_message(source: BinaryIO) -> bytes | None:
    """Next message, None at the end of the stream. Raises EOFError when it is cut short."""
    head = source.read(LENGTH.size)
    if not head:
        return None
    (size,) = LENGTH.unpack(head)
    if size > LONGEST:
        raise EOFError("message too long")
    body = source.read(size)
    if len(body) < size:
        raise EOFError("message cut short")
    return body


def write_message(sink: BinaryIO, body: bytes) -> None:
    """Write one message and flush it."""
    sink.write(LENGTH.pack(len(body)) + body)
    sink.flush()
