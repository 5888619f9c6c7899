"""Which characters stand side by side in our own vocabulary (the patterns of ``nlu_data/``) and in numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from agent.understanding.numbers_words import MEASURES

_HAN = "㐀-鿿"
LONGEST_WORD = 8
_WORD = re.compile(f"[{_HAN}]{{2,{LONGEST_WORD}}}")
_TOKEN = re.compile(rf"[{_HAN}]+|\([^()<>]*\)|\[[{_HAN}]+\]|[?*+]|\{{[\d,]+\}}|[^{_HAN}(\[?*+{{]+|.")
_HAN_RUN = re.compile(f"[{_HAN}]+")
_DIGITS = "零一二三四五六七八九十百两半几"
_MARKS = "不没有"
_POINTS = "点度米个块"


def vocabulary(folder: Path) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Words of two characters and more, and pairs of neighbours."""
    lines = dict.fromkeys(line for path in sorted(folder.rglob("*.yml")) for line in _lines(path))
    words = frozenset(word for line in lines for word in _WORD.findall(line))
    return words, frozenset(
        (*_number_pairs(), *_denied(folder / "symptoms.yml"), *(pair for line in lines for pair in pairs(line)))
    )


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.lstrip().startswith("#"):
            yield line


def pairs(pattern: str) -> Iterator[tuple[str, str]]:
    """Neighbours that a pattern allows; what stands behind ``?`` or ``*`` may be left out and is not looked through."""
    ends: tuple[str, ...] = ()
    for token in _TOKEN.findall(pattern):
        if token[0] in "?*+{":
            continue
        options = _options(token)
        for option in options:
            for last in ends:
                yield last, option[0]
            yield from pairwise(option)
        ends = tuple([option[-1] for option in options])


@lru_cache(maxsize=4096)
def _options(token: str) -> tuple[str, ...]:
    if token[0] == "[":
        return tuple(token[1:-1])
    inner = token[1:-1].split("|") if token[0] == "(" else (token,)
    return tuple(option for option in inner if _HAN_RUN.fullmatch(option))


def _denied(path: Path) -> Iterator[tuple[str, str]]:
    """Any complaint may be denied or affirmed (不肿, 没麻, 有痰)."""
    chars = {char for line in _lines(path) for char in re.findall(f"[{_HAN}]", line)}
    yield from ((mark, char) for mark in _MARKS for char in sorted(chars))


def _number_pairs() -> Iterator[tuple[str, str]]:
    behind: Iterable[str] = {measure[0] for measure in MEASURES if re.match(f"[{_HAN}]", measure)}
    for digit in _DIGITS:
        yield from ((digit, other) for other in (*_DIGITS, *behind))
        yield from ((point, digit) for point in _POINTS)
