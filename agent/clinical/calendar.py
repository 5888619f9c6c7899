"""Working days of China and the date by which a visit is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from agent.clinical.yamlfile import Node, read_yaml


@dataclass(frozen=True, slots=True)
class Calendar:
    """Public holidays and make-up working days; other weekends are free."""

    holidays: frozenset[date]
    workdays: frozenset[date]
    """Saturdays and Sundays on which work is made up for."""
    years: frozenset[int]
    """Years that the table covers; outside them only weekends are free."""

    def is_working(self, day: date) -> bool:
        """Whether the clinic keeps office hours on ``day``."""
        if day in self.workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays


def due_date(now: date | datetime, days: int, calendar: Calendar) -> date:
    """The last working day within ``days`` days of ``now``, never later; the limit itself when none is left."""
    today = now.date() if isinstance(now, datetime) else now
    limit = today + timedelta(days=days)
    for back in range(days + 1):
        day = limit - timedelta(days=back)
        if calendar.is_working(day):
            return day
    return limit


def load_calendar(path: Path) -> Calendar:
    """Read dialogues/clinical/holidays.yml."""
    node = read_yaml(path)
    holidays: set[date] = set()
    workdays: set[date] = set()
    years: set[int] = set()
    for year in node.items("years"):
        year.fields("year", "source", "holidays", "workdays")
        years.add(int(year.need("year").as_number()))
        for span in year.items("holidays"):
            span.fields("name", "from", "to")
            holidays |= _span(span)
        workdays |= {_day(item) for item in year.items("workdays")}
    return Calendar(frozenset(holidays), frozenset(workdays), frozenset(years))


def _span(node: Node) -> set[date]:
    first, last = _day(node.need("from")), _day(node.need("to"))
    if last < first or (last - first).days > 15:
        raise node.error(f"假期 {first} 至 {last} 不合理", "检查起止日期")
    return {first + timedelta(days=offset) for offset in range((last - first).days + 1)}


def _day(node: Node) -> date:
    if not isinstance(node.value, date):
        raise node.error(f"{node.value!r} 不是日期", "写成 2026-01-01，不加引号")
    return node.value
