"""Turns hanzi into the syllables the model is trained on and fixes the list of all syllables."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from pypinyin import Style, lazy_pinyin, load_phrases_dict, pinyin
from pypinyin.pinyin_dict import pinyin_dict

BLANK = "<blk>"
_SYLLABLE = re.compile(r"[a-z]+[1-5]")
_HANZI = re.compile(r"[一-鿿]")
load_phrases_dict({"大夫": [["dài"], ["fu"]], "干咳": [["gān"], ["ké"]], "一个": [["yī"], ["gè"]]})


def hanzi_only(text: str) -> str:
    """The text without anything that is not a Chinese character."""
    return "".join(_HANZI.findall(text))


def syllables(text: str) -> list[str]:
    """One toned syllable for each character of the text, citation tones, ü written v."""
    return lazy_pinyin(hanzi_only(text), style=Style.TONE3, neutral_tone_with_five=True)


def toneless(syllable: str) -> str:
    """nv3 → nv."""
    return syllable.rstrip("12345")


def all_syllables() -> list[str]:
    """Every reading of the characters of GB 2312, sorted; the model's vocabulary without blank."""
    found: set[str] = set()
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF if high != 0xD7 else 0xFA):
            found.update(readings(bytes((high, low)).decode("gb2312")))
    return sorted(found)


def readings(char: str) -> list[str]:
    """Every reading of a character that is written like a syllable, the usual one first."""
    found = pinyin(char, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
    return [reading for reading in found if _SYLLABLE.fullmatch(reading)]


def write_sounds(path: Path) -> None:
    """The usual reading of every character, for ``agent.understanding.pinyin``: a syllable, a tab, its characters."""
    found: dict[str, list[str]] = {}
    for code in sorted(pinyin_dict):
        sound = lazy_pinyin(chr(code), style=Style.TONE3, neutral_tone_with_five=True)[0]
        found.setdefault(sound, []).append(chr(code))
    path.write_text("".join(f"{sound}\t{''.join(found[sound])}\n" for sound in sorted(found)), encoding="utf-8")


def vocabulary(extra: Iterable[str] = ()) -> list[str]:
    """Tokens by id; blank is 0."""
    return [BLANK, *sorted(set(all_syllables()) | set(extra))]


def write_tokens(path: Path, tokens: list[str]) -> None:
    """One token per line, the line number is the id."""
    path.write_text("\n".join(tokens) + "\n", encoding="utf-8")


def read_tokens(path: Path) -> list[str]:
    """The inverse of `write_tokens`."""
    return path.read_text("utf-8").splitlines()


def held_out(text: str, share: int = 20) -> bool:
    """Whether a text is kept for tests: one in `share`, by its hash."""
    return int(hashlib.md5(hanzi_only(text).encode(), usedforsecurity=False).hexdigest(), 16) % share == 0
