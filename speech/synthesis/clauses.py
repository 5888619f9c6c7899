"""Clauses of a wording: what is synthesised and played as one piece, so that speech starts early. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ENDS = re.compile(r"(?<=[。！？!?；;…])|(?<=[，：])|(?<=,)(?!\d)|(?<=\n)")
_MIN_CHARS = 4
_LONG_CHARS = 28
_PAUSE_MS = {"。": 280.0, "！": 280.0, "？": 280.0, "!": 280.0, "?": 280.0, "；": 240.0, ";": 240.0, "…": 280.0}
_SHORT_PAUSE_MS = 140.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A piece of a wording with its place in it."""

    text: str
    start: int
    """Character offset in the whole wording."""
    pause_ms: float
    """Silence after it, when something follows."""


def clauses(text: str) -> tuple[Clause, ...]:
    """Split at Chinese punctuation; pieces of fewer than four characters join the next; nothing is lost."""
    pieces: list[str] = []
    for part in _ENDS.split(text):
        for piece in _shorten(part):
            if pieces and (_han(pieces[-1]) < _MIN_CHARS or not _han(piece)):
                pieces[-1] += piece
            else:
                pieces.append(piece)
    out: list[Clause] = []
    start = 0
    for piece in pieces:
        if piece.strip():
            out.append(Clause(piece, start, _PAUSE_MS.get(piece.rstrip()[-1], _SHORT_PAUSE_MS)))
        start += len(piece)
    return tuple(out)


def _shorten(part: str) -> list[str]:
    """A long list is cut at its 、 too."""
    if len(part) <= _LONG_CHARS:
        return [part] if part else []
    return [piece for piece in re.split(r"(?<=、)", part) if piece]


def _han(text: str) -> int:
    return sum(c.isalnum() for c in text)
