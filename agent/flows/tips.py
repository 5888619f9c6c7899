"""Health tips: one short sentence that fits what was said in this visit. The tips are data with their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.domain.answers import SlotValue
from agent.errors import DefinitionError
from agent.flows.conditions import Condition, ConditionError, parse
from agent.yaml_lines import line_of, load_yaml


@dataclass(frozen=True, slots=True)
class Tip:
    """One tip; ``forms`` empty: for every form."""

    id: str
    when: Condition
    text: str
    source: str
    forms: frozenset[str] = frozenset()


def load_tips(folder: Path) -> tuple[Tip, ...]:
    """All tips of a folder in order. Raises ``DefinitionError`` with file and line."""
    found: list[Tip] = []
    for path in sorted(folder.glob("*.yml")):
        document = load_yaml(path)
        listed = document.get("tips") if isinstance(document, dict) else None
        if not isinstance(listed, list):
            raise DefinitionError("tips-missing", "has no list of tips", "begin it with `tips:`", path=path)
        found += [_tip(entry, path) for entry in listed]
    return tuple(found)


def _tip(entry: Mapping[str, Any], path: Path) -> Tip:
    try:
        return Tip(
            str(entry["id"]),
            parse(str(entry["when"])),
            str(entry["text"]),
            str(entry["source"]),
            frozenset(entry.get("forms", ())),
        )
    except KeyError as error:
        message, remedy = f"a tip has no {error.args[0]}", "write id, when, text and source"
    except ConditionError as error:
        message, remedy = f"condition {error}", "use slots.NAME, comparisons, and/or/not"
    raise DefinitionError("tip-unreadable", message, remedy, path=path, line=line_of(entry))


def choose_tip(tips: Sequence[Tip], form: str, slots: Mapping[str, SlotValue]) -> Tip | None:
    """The first tip that fits; ``form`` may be several, joined by ``+``."""
    parts = set(form.split("+"))
    return next((tip for tip in tips if (not tip.forms or tip.forms & parts) and tip.when.holds(slots)), None)
