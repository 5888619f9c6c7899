"""How long what is kept: read from ``dialogues/clinical/retention.yml``; and the run that deletes what is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from agent.clinical.yamlfile import Node, read_yaml
from connectors.storage.persons import Act
from connectors.storage.retention import Kind, SqlRetention

FILE = Path("dialogues") / "clinical" / "retention.yml"
BATCH = 200


@dataclass(frozen=True, slots=True)
class Period:
    """One kind's."""

    kind: Kind
    title: str
    days: int
    source: str
    mark: str

    def before(self, on: date) -> str:
        """What was over before this day, is over its time on ``on``."""
        return (on - timedelta(days=self.days)).isoformat()


def load_periods(root: Path) -> tuple[Period, ...]:
    """The periods of all kinds. Raises ``DefinitionError`` for one that is missing, or shorter than the law allows."""
    node = read_yaml(root / FILE)
    node.fields("version", "kinds")
    found = tuple(_period(item) for item in node.items("kinds"))
    missing = sorted(set(Kind) - {period.kind for period in found})
    if missing or len(found) != len(Kind):
        raise node.error(f"每一类都要有一条，且只有一条；缺 {missing}", f"各类: {', '.join(Kind)}")
    return found


def _period(node: Node) -> Period:
    node.fields("id", "title", "days", "at_least_days", "source", "mark")
    name, days, least = node.text("id"), node.number("days"), node.number("at_least_days")
    if name not in set(Kind):
        raise node.error(f"没有 {name!r} 这一类", f"各类: {', '.join(Kind)}")
    if days is None or least is None or days < least or days != int(days) or days < 1:
        raise node.error(f"{name} 的期限 {days} 天不对，或短于法定的 {least} 天", "写整数天，不少于 at_least_days")
    return Period(Kind(name), node.text("title"), int(days), node.text("source"), node.text("mark"))


@dataclass(frozen=True, slots=True)
class Retired:
    """What one run did with one kind."""

    kind: Kind
    gone: int
    busy: int
    """Left for the next run: a conversation or a delivery was under way."""


async def count(retention: SqlRetention, periods: Sequence[Period], on: date, folder: Path) -> Mapping[Kind, int]:
    """How many would go, of each kind; at most a thousand are counted."""
    found = {p.kind: await retention.over(p.kind, p.before(on), folder) for p in periods}
    return {kind: len(over.ids) for kind, over in found.items()}


async def retire(
    retention: SqlRetention, periods: Sequence[Period], on: date, act: Act, folder: Path
) -> tuple[Retired, ...]:
    """Delete what is over its time, one visit at a time: a run that is killed leaves whole visits."""
    told = []
    for period in periods:
        gone, busy, stuck = 0, 0, set[str]()
        why = Act(act.by, act.at, f"{period.kind.value}: {period.days} days are over")
        while ids := [i for i in (await _over(retention, period, on, folder, len(stuck))) if i not in stuck]:
            for one in ids:
                if await retention.delete(period.kind, one, why, folder):
                    gone += 1
                else:
                    stuck.add(one)
                    busy += 1
        told.append(Retired(period.kind, gone, busy))
    return tuple(told)


async def _over(retention: SqlRetention, period: Period, on: date, folder: Path, more: int) -> tuple[str, ...]:
    return (await retention.over(period.kind, period.before(on), folder, BATCH + more)).ids
