"""Mandarin syllables: their parts, and which of them old and southern speakers (and the model) mix up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_INITIAL_COSTS = {
    frozenset(pair.split("/")): cost
    for pairs, cost in (
        ("z/zh c/ch s/sh n/l", 1.5),
        ("f/h r/l l/y r/y m/n sh/x s/x ch/q zh/j", 2.5),
        ("b/p d/t g/k j/q z/c zh/ch c/s ch/sh q/x t/k d/g p/t b/d h/k g/h", 2.8),
    )
    for pair in pairs.split()
}
_FINAL_COSTS = {
    frozenset(pair.split("/")): cost
    for pairs, cost in (
        ("in/ing en/eng an/ang ian/iang uan/uang un/ong", 1.5),
        ("i/e e/o uo/o uo/ou ao/ou ei/ai ie/ei ian/in an/en ang/eng ia/a iao/ao", 2.6),
        ("iu/ou ui/ei ui/uai u/v i/v van/ian vn/in ve/ie u/o", 2.6),
    )
    for pair in pairs.split()
}
TONE_COST = 0.45
_NEAR_TONES = {frozenset("23"): 0.35, **{frozenset(tone + "5"): 0.35 for tone in "1234"}}
MAX_COST = 4.2
_WRITTEN_WITH_GLIDE = {
    **{"ya": "ia", "ye": "ie", "yao": "iao", "you": "iu", "yan": "ian", "yang": "iang"},
    **{"wei": "ui", "wo": "uo", "wang": "uang"},
}


@dataclass(frozen=True, slots=True)
class Syllable:
    """``zhuang4`` as initial ``zh``, final ``uang``, tone ``4``."""

    initial: str
    final: str
    tone: str


@lru_cache(maxsize=2048)
def split(syllable: str) -> Syllable:
    """The parts of a syllable in pinyin with tone number; ``yu``, ``ju`` and the like have the final ``v``."""
    body, tone = (syllable[:-1], syllable[-1]) if syllable[-1:].isdigit() else (syllable, "5")
    initial = next((i for i in _INITIALS if body.startswith(i)), "")
    final = body[len(initial) :]
    if initial in ("j", "q", "x", "y") and final.startswith("u"):
        final = "v" + final[1:]
    return Syllable(initial, _WRITTEN_WITH_GLIDE.get(body, final), tone)


def toneless(syllable: str) -> str:
    """``nv3`` → ``nv``."""
    return syllable.rstrip("12345")


def _part_cost(one: str, other: str, costs: dict[frozenset[str], float]) -> float:
    return 0.0 if one == other else costs.get(frozenset((one, other)), MAX_COST + 1)


def confusion_cost(heard: str, meant: str) -> float:
    """Negative log weight of hearing one syllable for another; above ``MAX_COST`` they are not mixed up."""
    one, other = split(heard), split(meant)
    cost = _part_cost(one.initial, other.initial, _INITIAL_COSTS) + _part_cost(one.final, other.final, _FINAL_COSTS)
    return cost + _tone_cost(one.tone, other.tone)


@dataclass(frozen=True)
class Confusions:
    """For every token the tokens that it may stand for, padded with itself."""

    meant: npt.NDArray[np.int32]
    """[V, N] token ids."""
    cost: npt.NDArray[np.float32]
    """[V, N] costs ≥ 0."""


def confusions(tokens: Sequence[str]) -> Confusions:
    """Neighbours of every token of the acoustic model; token 0 is the blank and has none."""
    groups: dict[tuple[str, str], list[int]] = {}
    for index, token in enumerate(tokens[1:], 1):
        parts = split(token)
        groups.setdefault((parts.initial, parts.final), []).append(index)
    near = _near(groups)
    rows: list[list[tuple[int, float]]] = [[(0, 0.0)]]
    for index, token in enumerate(tokens[1:], 1):
        parts = split(token)
        found = [
            (other, cost + _tone_cost(parts.tone, tokens[other][-1]))
            for base, cost in near[parts.initial, parts.final]
            for other in groups[base]
        ]
        rows.append([(index, 0.0), *((o, c) for o, c in found if c <= MAX_COST and o != index)])
    width = max(len(row) for row in rows)
    padded = [row + [row[0]] * (width - len(row)) for row in rows]
    return Confusions(
        np.array([[o for o, _ in row] for row in padded], np.int32),
        np.array([[c for _, c in row] for row in padded], np.float32),
    )


def _near(bases: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], list[tuple[tuple[str, str], float]]]:
    """For each pair of initial and final the pairs that it may be taken for, and the cost."""
    listed = list(bases)
    initials, finals = (sorted({base[part] for base in listed}) for part in (0, 1))
    first = {(a, b): _part_cost(a, b, _INITIAL_COSTS) for a in initials for b in initials}
    last = {(a, b): _part_cost(a, b, _FINAL_COSTS) for a in finals for b in finals}
    costs = {one: [(other, first[one[0], other[0]] + last[one[1], other[1]]) for other in listed] for one in listed}
    return {one: [(other, cost) for other, cost in found if cost <= MAX_COST] for one, found in costs.items()}


def _tone_cost(one: str, other: str) -> float:
    return 0.0 if one == other else _NEAR_TONES.get(frozenset((one, other)), TONE_COST)
