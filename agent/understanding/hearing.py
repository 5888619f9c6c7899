"""What was probably said: one repair of an utterance for all that reads it, and which of two readings counts.

The words as written are read too. Where both readings agree nothing changes; where they differ the repaired one
counts, and is read back if the repair is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from agent.domain.answers import Reading, SlotFill
from agent.understanding.dialect import Dialect
from agent.understanding.familiar import LONGEST_WORD, vocabulary
from agent.understanding.language import Language, load_language
from agent.understanding.masking import NUMERAL
from agent.understanding.medicine_lexicon import MedicineLexicon
from agent.understanding.numbers_words import MEASURE
from agent.understanding.repair import Repaired, repair
from agent.understanding.text import Utterance

_MOST_CHARS = 80
"""Longer utterances are stories; their words carry enough evidence without repair."""
_AS_WRITTEN = frozenset({"name", "contact_name", "address", "workplace"})
"""Asks for names: any character is possible, the likeliest is not the right one."""
_MEDICINE_ASKS = frozenset({"medications", "insulin_usage", "drug_allergy"})
_COUNTED = re.compile(f"[{NUMERAL}]+(?:{MEASURE}|[{NUMERAL}])")
"""A numeral beside a numeral or a measure word is a number, and never turned into another."""
_ECHO = re.compile("(?P<word>[^，])(?=(?:[吗呢啊]?，)?[^，]{0,3}(?P<again>[不没](?P=word)))")
"""耳朵响？不响: what is said twice was meant."""
_DAYS = re.compile("(?<=[趟次回个副种])药|大?[前后昨今明]儿个?|[头后前][晌半]|晌[午火]|赶明儿?")
"""Days and parts of the day in the words of the countryside; 药 behind a count."""
_PARTICLES = re.compile("[哩嘞咧噻撒嘎呗啰咯喽嗦哈](?=，|$)")
"""一斤半哩: no 里."""
_OF_A_DIALECT = re.compile("[唠崽囡囝伢俺恁侬佢伊冇咗嘅哋娭毑嬢呷]")
"""Characters that nobody writes but for the word of the dialect."""
_LESS_SURE = 0.85


@dataclass(frozen=True)
class Hearing:
    """Repairs utterances; without a language model it leaves them as they are."""

    nlu_data: Path
    bundled: Path
    """Where the language model is; it and the words are read when something is first said."""
    medicines: MedicineLexicon
    dialect: Dialect
    """Its words sound like others, and are meant as they are written."""

    @cached_property
    def language(self) -> Language | None:
        """The bundled model, with the neighbours of our own vocabulary; None where there is none."""
        return load_language(self.bundled, self._vocabulary[1])

    @property
    def words(self) -> frozenset[str]:
        """Words of our own vocabulary, of 2 to 8 characters: what is written so was meant so."""
        return self._vocabulary[0]

    @cached_property
    def _vocabulary(self) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        return vocabulary(self.nlu_data)

    def repaired(self, utterance: Utterance, ask: str | None) -> Repaired:
        """The utterance as it was probably said; positions are the same."""
        text = utterance.text
        if self.language is None or ask in _AS_WRITTEN or len(text) > _MOST_CHARS:
            return Repaired(text)
        known = tuple(self._known(text, ask))
        found = repair(text, self.language, known)
        named = self._names_made(found)
        return repair(text, self.language, (*known, *named)) if named else found

    def _names_made(self, found: Repaired) -> tuple[tuple[int, int], ...]:
        """Medicine names that only the repair spells right; a name heard by its sound must stay in doubt."""
        if not found.changes:
            return ()
        changed = set(found.changes)
        return tuple(h.span for h in self.medicines.index.find(found.text) if changed & set(range(*h.span)))

    def _known(self, text: str, ask: str | None) -> Iterator[tuple[int, int]]:
        yield from self._listed(text)
        yield from (match.span() for match in self.dialect.pattern.finditer(text))
        for known in (_COUNTED, _DAYS, _PARTICLES, _OF_A_DIALECT):
            yield from (match.span() for match in known.finditer(text))
        yield from (match.span("again") for match in _ECHO.finditer(text))
        if ask in _MEDICINE_ASKS:
            yield from (hit.span for hit in self.medicines.index.find(text))

    def _listed(self, text: str) -> Iterator[tuple[int, int]]:
        """Our words from left to right, the longest at each place."""
        start = 0
        while start < len(text):
            sizes = range(min(LONGEST_WORD, len(text) - start), 1, -1)
            size = next((size for size in sizes if text[start : start + size] in self.words), 0)
            if size:
                yield start, start + size
            start += size or 1


def settled(written: Reading, heard: Reading, repaired: Repaired) -> Reading:
    """The reading that counts: of the words as written or of the repaired ones."""
    if heard.empty or _meaning(heard) == _meaning(written):
        return _numbers_doubted(written) if repaired.doubts else written
    if _lists_less(heard, written) or _only_less(heard, written, repaired):
        return written
    if written.fills and not heard.fills:
        return replace(written, fills=tuple(map(_unsure, written.fills)), confirm=True)
    known = {(fill.slot, fill.value) for fill in written.fills}
    fills = tuple(_unsure(f) if repaired.doubts and (f.slot, f.value) not in known else f for f in heard.fills)
    reason = f"{heard.reason} (heard as {repaired.text})"
    heard = replace(heard, fills=fills, confirm=heard.confirm or any(f.confirm for f in fills), reason=reason)
    return _numbers_doubted(heard) if repaired.doubts else heard


def _lists_less(heard: Reading, written: Reading) -> bool:
    """The repair lost something of a list (渴 read as 可): what is written is there."""
    lists = {fill.slot: set(fill.value) for fill in written.fills if isinstance(fill.value, tuple)}
    return any(
        isinstance(fill.value, tuple) and set(map(str, fill.value)) < set(map(str, lists.get(fill.slot, ())))
        for fill in heard.fills
    )


def _only_less(heard: Reading, written: Reading, repaired: Repaired) -> bool:
    """Nothing new was heard: the repair took away what the written words say (给他掰碎 read as 给他百岁)."""
    if not (written.fills and heard.fills):
        return False
    changed = set(repaired.changes)
    return not any(changed & set(range(*fill.span)) for fill in heard.fills)


def _numbers_doubted(reading: Reading) -> Reading:
    """Beside a character that may have been a numeral, numbers are read back."""
    fills = tuple(_unsure(f) if _measured(f) and not f.confirm else f for f in reading.fills)
    return replace(reading, fills=fills, confirm=reading.confirm or fills != reading.fills)


def _measured(fill: SlotFill) -> bool:
    return isinstance(fill.value, (int, float)) and not isinstance(fill.value, bool)


def _unsure(fill: SlotFill) -> SlotFill:
    return replace(fill, confidence=fill.confidence * _LESS_SURE, confirm=True)


def _meaning(reading: Reading) -> tuple[object, ...]:
    return frozenset((f.slot, f.value, f.confirm) for f in reading.fills), reading.answer, reading.confirm
