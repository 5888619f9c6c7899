"""The one text module: normalising what was said, characters, clauses.

Chinese has no blanks between words: everything counts characters. No other module splits
utterances on white space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MAX_CHARS = 400
"""Longer input is cut: nobody says more in one turn, and hostile input stays cheap."""

_HAN = r"㐀-鿿〇"
_PAUSES = "，。！？；、：,!?;:…—~～·“”\"'‘’「」『』《》〈〉()（）【】[]{}<>\n\r\t|_*#`"
_PAUSE_RUN = re.compile(
    "[" + re.escape(_PAUSES) + r"\s]*[" + re.escape(_PAUSES) + r"\n\r\t][" + re.escape(_PAUSES) + r"\s]*"
)
_SPELT_OUT = re.compile(r"(?<!\d)\d(?:[ \u3000]\d(?!\d))+")
"""1 4 2: digits written one by one are one number."""
_SAID_TWICE = re.compile("(没有?[^没有，]{1,3})(?=\\1)")
"""没摔到没摔到: twice the same denial, with a pause between."""
_BLANK = re.compile(r"(?<=[^\s])[ \u3000]+(?=[^\s])")


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said, raw and in one normal form."""

    raw: str
    text: str
    """Half-width, lower case, pauses as ``，``, no blanks inside Chinese; decimals and slashes kept."""

    def clauses(self) -> Iterator[tuple[int, str]]:
        """Clauses between pauses: (offset in ``text``, clause)."""
        start = 0
        for part in self.text.split("，"):
            if part:
                yield start, part
            start += len(part) + 1


def normalise(raw: str) -> Utterance:
    """Normal form of an utterance; any string is accepted, control characters and emoji are dropped."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", raw[:MAX_CHARS])  # 1,000; a full-width ， is a pause
    text = unicodedata.normalize("NFKC", text).replace("廿", "二十").replace("卅", "三十")
    text = re.sub(r"(?<!\d)\.|\.(?!\d)", "，", text)
    text = re.sub(r"(?<=\d)[:](?=\d)", "∶", text)  # keeps clock times such as 8:30
    text = "".join(
        c for c in text if c in "\n\t" or (unicodedata.category(c)[0] not in "C" and unicodedata.category(c) != "So")
    )
    text = _PAUSE_RUN.sub("，", text)
    text = _SPELT_OUT.sub(lambda m: re.sub(r"\s", "", m[0]), text)
    text = _BLANK.sub(lambda m: " " if _latin_both_sides(m) else "，", text)
    text = _SAID_TWICE.sub(r"\1，", text)
    text = text.replace("∶", ":").strip("， ").lower()
    return Utterance(raw=raw, text=text)


def _latin_both_sides(match: re.Match[str]) -> bool:
    before, after = match.string[match.start() - 1], match.string[match.end()]
    return before.isascii() and after.isascii() and before.isalpha() and after.isalpha()


def han_only(text: str) -> str:
    """Only the Chinese characters and digits of ``text``."""
    return re.sub(f"[^{_HAN}0-9a-z.]", "", text)
