"""The 65+ self-care assessment: scores of the form, their total and level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.clinical.yamlfile import read_yaml
from agent.domain.answers import SlotValue


@dataclass(frozen=True, slots=True)
class SelfCareTable:
    """The legal scores of each item and the levels of the total."""

    version: str
    scores: Mapping[str, tuple[int, ...]]
    labels: Mapping[str, str]
    levels: tuple[tuple[int, str], ...]
    """(lowest total, code), rising."""


@dataclass(frozen=True, slots=True)
class SelfCareScore:
    """Total and level, or what stands in their way."""

    total: int | None
    level: str | None
    missing: tuple[str, ...] = ()
    illegal: tuple[str, ...] = ()
    """Labels of items whose score does not stand on the form."""


def score_selfcare(slots: Mapping[str, SlotValue], table: SelfCareTable) -> SelfCareScore:
    """Add up the five items; no total unless all five are legal scores of the form."""
    missing = tuple(table.labels[slot] for slot in table.scores if slot not in slots)
    illegal = tuple(
        table.labels[slot]
        for slot, legal in table.scores.items()
        if slot in slots and (isinstance(slots[slot], bool) or slots[slot] not in legal)
    )
    if missing or illegal:
        return SelfCareScore(None, None, missing, illegal)
    total = sum(int(value) for slot in table.scores if isinstance(value := slots[slot], int | float))
    level = [code for lowest, code in table.levels if total >= lowest][-1]
    return SelfCareScore(total, level)


def load_selfcare(path: Path) -> SelfCareTable:
    """Read dialogues/clinical/selfcare.yml."""
    node = read_yaml(path)
    scores: dict[str, tuple[int, ...]] = {}
    labels: dict[str, str] = {}
    for slot, entry in node.need("items").fields().items():
        entry.fields("label", "scores")
        labels[slot] = entry.text("label")
        scores[slot] = tuple(int(item.as_number()) for item in entry.items("scores"))
    levels = tuple((int(item.need("from").as_number()), item.text("code")) for item in node.items("levels"))
    if not levels or levels[0][0] != 0 or list(levels) != sorted(levels):
        raise node.need("levels").error("等级应从 0 分起、由低到高", '第一行写 {from: 0, code: "1"}')
    return SelfCareTable(node.text("version"), scores, labels, levels)
