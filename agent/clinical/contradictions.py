"""Answers that do not fit the last visit or each other, as short sentences for the doctor."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.clinical.conditions import Condition, holds, read_condition
from agent.clinical.labels import Labels
from agent.clinical.yamlfile import Node, read_yaml
from agent.domain.answers import Medication, SlotValue

KINDS = ("differs_by", "rule", "medicine_dropped", "code_gone")


@dataclass(frozen=True, slots=True)
class Check:
    """One way in which answers can disagree."""

    kind: str
    words: str
    slot: str = ""
    more_than: float = 0.0
    """In the slot's unit."""
    when: Condition | None = None
    ignore: tuple[str, ...] = ()
    """Codes whose absence is no contradiction (1 无症状 …)."""


def find_contradictions(
    slots: Mapping[str, SlotValue], history: Mapping[str, SlotValue], checks: tuple[Check, ...], labels: Labels
) -> tuple[str, ...]:
    """Short Chinese sentences, one for each disagreement."""
    sentences: list[str] = []
    for check in checks:
        sentences.extend(_run(check, slots, history, labels))
    return tuple(dict.fromkeys(sentences))


def _run(check: Check, slots: Mapping[str, SlotValue], history: Mapping[str, SlotValue], labels: Labels) -> list[str]:
    if check.kind == "rule":
        facts = dict(slots) | {f"history.{slot}": value for slot, value in history.items()}
        held = check.when is not None and holds(check.when, facts)
        return [_fill(check.words, slots, history)] if held else []
    now, before = slots.get(check.slot), history.get(check.slot)
    if now is None or before is None:
        return []
    if check.kind == "differs_by":
        return [_fill(check.words, slots, history)] if _differs(now, before, check.more_than) else []
    gone = _medicines_gone(now, before) if check.kind == "medicine_dropped" else _codes_gone(now, before, check.ignore)
    kind = labels.medicine if check.kind == "medicine_dropped" else lambda code: labels.word(check.slot, code)
    return [check.words.replace("{item}", kind(item)) for item in gone]


def _differs(now: SlotValue, before: SlotValue, more_than: float) -> bool:
    if isinstance(now, bool | str | tuple) or isinstance(before, bool | str | tuple):
        return False
    return abs(now - before) > more_than


def medicine_ids(value: SlotValue | None) -> tuple[str, ...]:
    """Ids of a ``medications`` value, given as medications or as bare ids."""
    if not isinstance(value, tuple):
        return ()
    return tuple(item.id if isinstance(item, Medication) else item for item in value)


def _medicines_gone(now: SlotValue, before: SlotValue) -> list[str]:
    kept = medicine_ids(now)
    return [id for id in medicine_ids(before) if id not in kept]


def _codes_gone(now: SlotValue, before: SlotValue, ignore: tuple[str, ...]) -> list[str]:
    kept = medicine_ids(now)
    return [code for code in medicine_ids(before) if code not in kept and code not in ignore]


def _fill(words: str, slots: Mapping[str, SlotValue], history: Mapping[str, SlotValue]) -> str:
    for prefix, values in (("history.", history), ("", slots)):
        for slot, value in values.items():
            if not isinstance(value, tuple):
                shown = f"{value:g}" if isinstance(value, float) else str(value)
                words = words.replace(f"{{{prefix}{slot}}}", shown)
    return words


def load_checks(path: Path, known: Collection[str]) -> tuple[Check, ...]:
    """Read dialogues/clinical/contradictions.yml."""
    return tuple(_read_check(item, known) for item in read_yaml(path).items("checks"))


def _read_check(node: Node, known: Collection[str]) -> Check:
    node.fields("kind", "words", "slot", "more_than", "when", "ignore", "source")
    kind = node.text("kind")
    if kind not in KINDS:
        raise node.need("kind").error(f"不认识的检查 {kind!r}", "可用: " + ", ".join(KINDS))
    slot = node.text("slot", "")
    if kind != "rule" and slot not in known:
        raise node.error(f"slot {slot!r} 不在任何表单里", "写上表单里的 slot")
    return Check(
        kind=kind,
        words=node.text("words"),
        slot=slot,
        more_than=node.number("more_than") or 0.0,
        when=read_condition(node.need("when"), known) if kind == "rule" else None,
        ignore=tuple(item.as_text() for item in node.items("ignore")),
    )
