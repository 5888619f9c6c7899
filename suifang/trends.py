"""The courses of blood pressure and glucose that a doctor looks at: earlier values, and those of this visit. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agent.clinical.targets import Targets
from agent.domain.answers import SlotValue
from connectors.signing.ports import Reading
from connectors.web.console.views import Point, Trend

PRESSURE = {"sbp": "高压", "dbp": "低压"}
GLUCOSE = {"fpg": "空腹血糖", "pbg_2h": "餐后2小时血糖", "rbg": "随机血糖"}
MOST = 16
"""Points of one line."""

Taken = tuple[str, Mapping[str, SlotValue | None]]
"""The day and the values of the visit that is looked at."""


def trends_of(readings: Sequence[Reading], targets: Targets, age: int | None, taken: Taken | None) -> tuple[Trend, ...]:
    """What there are values of, blood pressure first."""
    limit = targets.public_health.pressure_for(age)
    made = (
        ("血压", "mmHg", PRESSURE, (limit.sbp_below, limit.dbp_below)),
        ("血糖", "mmol/L", GLUCOSE, (targets.public_health.fpg_below,)),
    )
    trends = (
        Trend(title, unit, {name: _points(slot, readings, taken) for slot, name in lines.items()}, limits)
        for title, unit, lines, limits in made
    )
    kept = (
        Trend(trend.title, trend.unit, {name: line for name, line in trend.lines.items() if line}, trend.limits)
        for trend in trends
    )
    return tuple(trend for trend in kept if trend.lines)


def _points(slot: str, readings: Sequence[Reading], taken: Taken | None) -> Sequence[Point]:
    """One value a day: that of the visit replaces what the backend has of it."""
    days = {reading.at[:10]: reading.value for reading in readings if reading.slot == slot}
    if taken is not None:
        day, values = taken
        now = values.get(slot)
        if isinstance(now, int | float) and not isinstance(now, bool):
            days[day] = float(now)
    return [Point(day, value) for day, value in sorted(days.items())][-MOST:]
