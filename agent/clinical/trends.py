"""When the course of a chronic indicator has turned bad: rules as data, held against the values of the last visits.

Pure. What is found tells a doctor, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from agent.clinical.targets import Targets, load_targets
from agent.clinical.yamlfile import Node, read_yaml

KINDS = ("above", "rising")


@dataclass(frozen=True, slots=True)
class TrendRule:
    """One rule of trends.yml."""

    id: str
    title: str
    kind: str
    slots: tuple[str, ...]
    visits: int
    within_days: int
    by: float = 0.0
    """rising: least difference between the first and the last, in the slot's unit."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one visit measured: values by slot, in the slot's unit."""

    day: date
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class BadTrend:
    """A course that a doctor should look at."""

    rule: str
    title: str
    why: str
    """The values with their days, and the target."""
    day: date
    """Of the newest value."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The rules, with the targets that they compare with."""

    rules: tuple[TrendRule, ...]
    targets: Targets

    def found(self, course: Sequence[Measured], age: int | None) -> tuple[BadTrend, ...]:
        """What has turned bad; ``course``: the visits of one resident, in any order."""
        ordered = sorted(course, key=lambda visit: visit.day)
        made = (self._judged(rule, ordered, age) for rule in self.rules)
        return tuple(bad for bad in made if bad is not None)

    def _judged(self, rule: TrendRule, course: Sequence[Measured], age: int | None) -> BadTrend | None:
        own = [visit for visit in course if any(slot in visit.values for slot in rule.slots)]
        last = own[-rule.visits :]
        if len(last) < rule.visits or last[-1].day - last[0].day > timedelta(days=rule.within_days):
            return None
        limits = self._limits(age)
        if rule.kind == "above":
            bad = all(any(_reaches(visit, slot, limits) for slot in rule.slots) for visit in last)
        else:
            bad = any(_rises([visit.values.get(slot) for visit in last], rule.by) for slot in rule.slots)
        if not bad:
            return None
        target = "/".join(f"{limits[slot]:g}" for slot in rule.slots if slot in limits)
        why = "，".join(_shown(rule, visit) for visit in last) + (f"（目标 <{target}）" if target else "")
        return BadTrend(rule.id, rule.title, why, last[-1].day)

    def _limits(self, age: int | None) -> Mapping[str, float]:
        norm = self.targets.public_health
        pressure = norm.pressure_for(age)
        limits = {"sbp": pressure.sbp_below, "dbp": pressure.dbp_below, "fpg": norm.fpg_below}
        more = {"pbg_2h": norm.pbg_below, "hba1c": norm.hba1c_below}
        return limits | {slot: limit for slot, limit in more.items() if limit is not None}

    @property
    def slots(self) -> frozenset[str]:
        """All that any rule looks at; both halves of a blood pressure."""
        return frozenset(slot for rule in self.rules for slot in rule.slots)


def _reaches(visit: Measured, slot: str, limits: Mapping[str, float]) -> bool:
    return slot in visit.values and visit.values[slot] >= limits[slot]


def _rises(values: Sequence[float | None], by: float) -> bool:
    known = [value for value in values if value is not None]
    climbs = all(before < after for before, after in pairwise(known))
    return len(known) == len(values) and climbs and known[-1] - known[0] >= by


def _shown(rule: TrendRule, visit: Measured) -> str:
    values = "/".join(f"{visit.values[slot]:g}" if slot in visit.values else "?" for slot in rule.slots)
    return f"{visit.day:%m-%d} {values}"


def load_watch(clinical_dir: Path) -> Watch:
    """Read trends.yml, and the targets beside it. Raises ``DefinitionError`` naming file, line and remedy."""
    targets, node = load_targets(clinical_dir / "targets.yml"), read_yaml(clinical_dir / "trends.yml")
    node.fields("version", "rules")
    rules = tuple(_rules(node))
    watch = Watch(rules, targets)
    for rule, item in zip(rules, node.items("rules"), strict=True):
        unknown = next((slot for slot in rule.slots if rule.kind == "above" and slot not in watch._limits(None)), None)
        if unknown:
            raise item.error(f"{unknown!r} 没有控制目标", "用 targets.yml 里有目标的指标，或改用 rising")
    return watch


def _rules(node: Node) -> Iterator[TrendRule]:
    seen: set[str] = set()
    for item in node.items("rules"):
        item.fields("id", "title", "kind", "slots", "visits", "by", "within_days", "source")
        item.need("source")
        rule = TrendRule(
            item.text("id"), item.text("title"), item.text("kind"),
            tuple(slot.as_text() for slot in item.items("slots")), int(item.need("visits").as_number()),
            int(item.need("within_days").as_number()), item.number("by") or 0.0,
        )  # fmt: skip
        if rule.id in seen or not rule.id.replace("_", "").isalnum():
            raise item.error(f"规则 id {rule.id!r} 重复或不能用", "每条一个 id，小写字母和下划线")
        if rule.kind not in KINDS or not rule.slots or rule.visits < 2 or rule.within_days < 1:
            raise item.error(f"规则 {rule.id} 不完整", f"kind 用 {', '.join(KINDS)}；slots 至少一项；visits 至少 2")
        if rule.kind == "rising" and rule.by <= 0:
            raise item.error(f"规则 {rule.id} 没有写升高多少", "补上 by: 20")
        seen.add(rule.id)
        yield rule
