"""Where a speaker pauses, for words that come without punctuation: the parsers read clause by clause.

Logistic regression over the characters around every gap, learnt from the punctuation of the case files
(``suifang train pauses``). A pause is put in only where it is likely; a long text without one reads worse than one
with a pause too many, and names and numbers are never cut.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from agent.understanding.text import Utterance

COLUMNS = 1 << 17
LIKELY = 0.6
"""At this threshold 80 of 100 pauses are where authors left out wrote one, and 58 of 100 of theirs are found."""
FEWEST_CHARS, FEWEST_BESIDE_OTHERS = 8, 18
"""Shorter words are one clause; where some pauses are written, the others are as well, but for very long clauses."""
_AS_SPELT = frozenset({"name", "contact_name", "address", "workplace", "id_card_no", "phone", "contact_phone"})
_NUMERAL = "零〇一二三四五六七八九十百千万两半点幺0123456789."
_KEPT = re.compile(
    f"[^了的吧呢啊呀嘛过着][{_NUMERAL}]|[{_NUMERAL}][斤两点个号月年度分下片粒块米公毫克次回包根支瓶杯单颗级天岁]|[0-9a-z.:/-]{{2}}"
    "|[号月年日斤点][早上下中晚半多来把前后]|[睡饭餐术]前|[早晚中下上][上午]|[病癌核梗瘤塞血炎]没[的了]|有[哪啥什么甚]|[不没]有|的[大小二三老]?[儿女闺媳孙妻老爸妈爹娘哥姐弟妹侄姑爷]"
)
"""Numbers, doses and dates stay in one piece."""
_EDGE = "^^^", "$$$$"
_ROUNDS, _STEP, _SHRINK, _BATCH = 4, 0.5, 1e-6, 64
_STEPS = 127.0

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Pauses:
    """The learnt weights: ``COLUMNS`` and the bias."""

    weights: Floats

    def marked(self, utterance: Utterance, ask: str | None = None) -> Utterance:
        """The utterance with pauses where they are likely; its words stay, ``text`` grows by the pauses."""
        if ask in _AS_SPELT:
            return utterance
        parts = utterance.text.split("，")
        fewest = FEWEST_CHARS if len(parts) == 1 else FEWEST_BESIDE_OTHERS
        return replace(
            utterance, text="，".join(self._divided(part) if len(part) >= fewest else part for part in parts)
        )

    def _divided(self, part: str) -> str:
        gaps = [at for at in range(1, len(part)) if not _KEPT.match(part, at - 1)]
        if not gaps:
            return part
        rows = np.array([row_of(part, at) for at in gaps], dtype=np.int64)
        logits = self.weights[rows].sum(axis=1) + self.weights[COLUMNS]
        marks = {at for at, logit in zip(gaps, logits, strict=True) if _likely(float(logit))}
        return "".join(("，" if at in marks else "") + char for at, char in enumerate(part))


def _likely(logit: float) -> bool:
    return bool(1.0 / (1.0 + np.exp(-logit)) >= LIKELY)


def row_of(text: str, at: int) -> list[int]:
    """Columns of the characters on both sides of the gap before ``text[at]``."""
    framed, middle = _EDGE[0] + text + _EDGE[1], at + len(_EDGE[0])
    left = [framed[middle - size : middle] for size in range(1, 5) if size <= middle]
    right = [framed[middle : middle + size] for size in range(1, 5)]
    facts = [f"<{words}" for words in left] + [f">{words}" for words in right]
    facts += [f"{a}|{b}" for a in left[:2] for b in right[:2]]
    return [zlib.crc32(fact.encode()) % COLUMNS for fact in facts]


def learn_pauses(texts: Sequence[str]) -> Pauses:
    """From normalised texts; those without a pause say nothing of where others pause. The same on every run."""
    gaps = [gap for text in texts if "，" in text for gap in _gaps(text)]
    rows = np.array([row for row, _ in gaps], dtype=np.int64)
    wanted = np.array([paused for _, paused in gaps], dtype=np.float32)
    weights = np.zeros(COLUMNS + 1, dtype=np.float32)
    squares = np.full_like(weights, 1e-2)
    total = np.zeros_like(weights)
    order = np.random.default_rng(7)
    for number in range(_ROUNDS):
        shuffled = order.permutation(len(rows))
        for start in range(0, len(shuffled), _BATCH):
            batch = shuffled[start : start + _BATCH]
            _learn(weights, squares, rows[batch], wanted[batch])
        if number >= _ROUNDS // 2:
            total += weights
    return Pauses((total / (_ROUNDS - _ROUNDS // 2)).astype(np.float32))


def _gaps(text: str) -> Iterator[tuple[list[int], bool]]:
    parts = text.split("，")
    whole, marks, at = "".join(parts), set(), 0
    for part in parts:
        at += len(part)
        marks.add(at)
    for at in range(1, len(whole)):
        yield row_of(whole, at), at in marks


def _learn(weights: Floats, squares: Floats, rows: npt.NDArray[np.int64], wanted: Floats) -> None:
    """One step for every weight that the batch touches, the bias included."""
    error = 1.0 / (1.0 + np.exp(-(weights[rows].sum(axis=1) + weights[COLUMNS]))) - wanted
    touched, place = np.unique(rows.ravel(), return_inverse=True)
    slope = np.bincount(place, weights=np.repeat(error, rows.shape[1])).astype(np.float32) + _SHRINK * weights[touched]
    squares[touched] += slope * slope
    weights[touched] -= _STEP * slope / np.sqrt(squares[touched])
    bias = float(error.sum())
    squares[COLUMNS] += bias * bias
    weights[COLUMNS] -= _STEP * bias / float(np.sqrt(squares[COLUMNS]))


def save(model: Pauses, path: Path) -> None:
    """Write the model file: one byte for each weight."""
    scale = float(np.abs(model.weights).max()) / _STEPS
    with path.open("wb") as file:
        np.savez_compressed(file, weights=np.rint(model.weights / scale).astype(np.int8), scale=np.float32(scale))


def load_pauses(path: Path) -> Pauses | None:
    """The model of a file; None when there is none that can be read: the words are read as they come then."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            return Pauses(stored["weights"].astype(np.float32) * np.float32(stored["scale"]))
    except (OSError, ValueError, KeyError):
        return None
