"""What was meant by the answers most alike to one: a guess where no parser knows the words, a doubt where it differs.

Nearest neighbours over n-grams of characters and of their sounds, among the answers in ``nlu_data/said_before.tsv``
to the same question (``suifang train answers`` writes the file). A guess never counts by itself: it is read back. Nor
does a value that a parser read in a long answer, when those alike to it meant something else.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agent.domain.answers import AnswerKind, Reading, SlotFill, SlotValue
from agent.errors import DefinitionError
from agent.understanding.asks import slots_of
from agent.understanding.pinyin import fold
from agent.understanding.text import han_only, normalise

ALIKE, AGREED = 0.2, 0.7
"""So alike must the nearest answer be, and such a share of the nearest must mean the same: 94 of 100 are right then
when each known answer is guessed from all others."""
NEAREST = 5
FEWEST_CHARS, MOST_CHARS = 3, 30
UNUSUAL_CHARS, SUPPORTED = 8, 0.3
"""From so many characters on, such a share of the nearest must mean the same, or the value is read back: of 795 coded
answers of authors left out that were taken without that, 18 of the 24 wrong ones are read back, and 80 right ones."""
SUPPORTERS = 7
_KINDS = {"_unknown": AnswerKind.UNKNOWN, "_refused": AnswerKind.REFUSED}
Grams = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer given before: what was meant, as JSON, and the words."""

    meant: str
    words: str


@dataclass(frozen=True)
class SaidBefore:
    """All answers given before, by ask; the four family asks share theirs."""

    answers: Mapping[str, Sequence[Said]]

    def guess(self, ask: str, text: str) -> Reading:
        """What the words probably mean, to be read back; an empty reading when nothing is alike enough."""
        if not FEWEST_CHARS <= len(han_only(text)) <= MOST_CHARS:
            return Reading()
        table = self._tables.get(group_of(ask))
        meant = table.vote(text) if table else None
        return _reading(ask, text, meant) if meant else Reading()

    def doubted(self, ask: str, text: str, reading: Reading) -> Reading:
        """``reading``, to be read back where those who said something alike meant something else."""
        table, slot = self._tables.get(group_of(ask)), slots_of(ask)[0]
        value = next((fill.value for fill in reading.fills if fill.slot == slot), None)
        if table is None or value is None or reading.confirm or len(han_only(text)) < UNUSUAL_CHARS:
            return reading
        if table.support(text, value) >= SUPPORTED:
            return reading
        return reading.read_back("an unusual way to say it")

    @cached_property
    def _tables(self) -> dict[str, _Table]:
        return {ask: _Table(said) for ask, said in self.answers.items()}


class _Table:
    """The answers to one ask as weighted n-grams; worked out at the first guess."""

    def __init__(self, said: Sequence[Said]) -> None:
        self._said = said

    @cached_property
    def _seen(self) -> Counter[str]:
        return Counter(gram for said in self._said for gram in _grams(said.words))

    @cached_property
    def _rows(self) -> list[tuple[Grams, str]]:
        return [(self._weighed(said.words), said.meant) for said in self._said]

    def _weighed(self, text: str) -> Grams:
        of = len(self._said) + 1
        weights = {g: math.sqrt(n) * math.log(of / (self._seen[g] + 0.5)) for g, n in _grams(text).items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {gram: weight / length for gram, weight in weights.items()}

    def vote(self, text: str) -> str | None:
        """What the nearest answers mean, if they agree."""
        near = self._nearest(text, NEAREST)
        if not near or near[0][0] < ALIKE:
            return None
        votes: dict[str, float] = defaultdict(float)
        for likeness, meant in near:
            votes[meant] += likeness**2
        meant, most = max(votes.items(), key=lambda vote: vote[1])
        return meant if most >= AGREED * sum(votes.values()) else None

    def support(self, text: str, value: SlotValue) -> float:
        """Share of the nearest answers, by likeness, that mean ``value``."""
        meant = json.dumps(value, ensure_ascii=False)
        near = self._nearest(text, SUPPORTERS)
        return sum(likeness**2 for likeness, other in near if other == meant) / (sum(x**2 for x, _ in near) or 1.0)

    def _nearest(self, text: str, most: int) -> list[tuple[float, str]]:
        own = self._weighed(text)
        return sorted(((_cosine(own, row), meant) for row, meant in self._rows), reverse=True)[:most]


def _cosine(one: Grams, other: Grams) -> float:
    return sum(weight * other.get(gram, 0.0) for gram, weight in one.items())


def _grams(text: str) -> Counter[str]:
    plain = normalise(text).text
    found: Counter[str] = Counter()
    for kind, form in (("c", plain), ("s", fold(plain))):
        framed = f"^{form}$"
        for size in (1, 2, 3):
            found.update(kind + framed[at : at + size] for at in range(len(framed) - size + 1))
    return found


def _reading(ask: str, text: str, meant: str) -> Reading:
    value: Any = json.loads(meant)
    if isinstance(value, str) and value in _KINDS:
        return Reading(answer=_KINDS[value], complete=True, reason="alike to answers given before")
    if value is None:
        return Reading()
    worth: SlotValue = tuple(value) if isinstance(value, list) else value
    fill = SlotFill(slots_of(ask)[0], worth, 0.4, (0, len(text)), True, "alike to answers given before")
    return Reading((fill,), confirm=True, reason=fill.reason)


def group_of(ask: str) -> str:
    """The four family asks are one."""
    return "family" if ask.startswith("family_") else ask


def load_said_before(path: Path) -> SaidBefore:
    """Read ``ask<TAB>meaning as JSON<TAB>words`` lines; ``DefinitionError`` names the line."""
    answers: dict[str, list[Said]] = defaultdict(list)
    for number, (ask, meant, words) in _lines(path):
        try:
            json.loads(meant)
        except ValueError:
            raise DefinitionError(
                "said-before", f"{meant!r} is no JSON", 'write codes as "1", lists as ["2"], nothing as null',
                path=path, line=number,
            ) from None  # fmt: skip
        answers[group_of(ask)].append(Said(meant, words))
    return SaidBefore({ask: tuple(said) for ask, said in answers.items()})


def _lines(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split("\t")
        if len(parts) != 3:
            raise DefinitionError(
                "said-before", "a line has not three columns", "write ask, meaning and words, with tabs between",
                path=path, line=number,
            )  # fmt: skip
        yield number, (parts[0], parts[1], parts[2])
