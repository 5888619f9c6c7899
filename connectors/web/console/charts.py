"""Charts as SVG, drawn by the service: courses with their targets, shares as bars. No script, no style attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from agent.report.markup import Markup, el
from connectors.web.console.views import FigureView, Point, Trend

WIDTH, HEIGHT = 460, 190
LEFT, RIGHT, TOP, BOTTOM = 40, 84, 14, 26


def trend_chart(trend: Trend) -> Markup:
    """The course of an indicator, with what it says for those who do not see it."""
    scale = _Scale.of(trend)
    marks: list[Markup] = []
    for number, (name, line) in enumerate(trend.lines.items()):
        marks += _line(scale, name, line, number)
    drawing = el(
        "svg", el("title", _told(trend)), *_grid(scale), *_limits(scale, trend.limits), *marks,
        viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", class_="chart",
    )  # fmt: skip
    return el("figure", el("figcaption", f"{trend.title}（{trend.unit}）"), drawing, class_="trend")


class _Scale:
    """Where days and values lie."""

    def __init__(self, days: Sequence[date], values: Sequence[float]) -> None:
        self.first, self.last = min(days), max(days)
        spread = max(values) - min(values)
        self.low, self.high = min(values) - spread * 0.1 - 0.5, max(values) + spread * 0.1 + 0.5

    @classmethod
    def of(cls, trend: Trend) -> _Scale:
        """Room for every value and target."""
        points = [point for line in trend.lines.values() for point in line]
        values = [point.value for point in points] + [*trend.limits]
        return cls([date.fromisoformat(point.day) for point in points], values)

    def x(self, day: str) -> float:
        """From the left."""
        span = (self.last - self.first).days
        part = (date.fromisoformat(day) - self.first).days / span if span else 0.5
        return round(LEFT + part * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: float) -> float:
        """From above."""
        return round(TOP + (self.high - value) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)


def _grid(scale: _Scale) -> Iterator[Markup]:
    for number in range(4):
        value = scale.low + (scale.high - scale.low) * number / 3
        y = scale.y(value)
        yield el("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=str(y), y2=str(y), class_="grid")
        words = f"{value:.0f}" if scale.high > 30 else f"{value:.1f}"
        yield el("text", words, x=str(LEFT - 6), y=str(y + 4), class_="axis")
    for day in dict.fromkeys((scale.first, scale.last)):
        x, anchor = scale.x(day.isoformat()), "start" if day == scale.first else "end"
        yield el("text", f"{day:%Y-%m-%d}", x=str(x), y=str(HEIGHT - 6), class_=f"day {anchor}")


def _limits(scale: _Scale, limits: Sequence[float]) -> Iterator[Markup]:
    for limit in limits:
        y = scale.y(limit)
        yield el("line", x1=str(LEFT), x2=str(WIDTH - RIGHT), y1=str(y), y2=str(y), class_="limit")
        yield el("text", f"目标<{limit:g}", x=str(WIDTH - RIGHT + 6), y=str(y + 4), class_="limit-name")


def _line(scale: _Scale, name: str, line: Sequence[Point], number: int) -> Iterator[Markup]:
    places = [(scale.x(point.day), scale.y(point.value)) for point in line]
    yield el("polyline", points=" ".join(f"{x},{y}" for x, y in places), class_=f"line line{number}")
    for (x, y), point in zip(places, line, strict=True):
        newest = point is line[-1]
        yield el("circle", el("title", f"{point.day} {name} {point.value:g}"), cx=str(x), cy=str(y),
                 r="5" if newest else "3", class_=f"dot line{number}")  # fmt: skip
    x, y = places[-1]
    yield el("text", f"{line[-1].value:g}", x=str(x), y=str(y - 9), class_="now")


def _told(trend: Trend) -> str:
    """The chart in words."""
    parts = []
    for name, line in trend.lines.items():
        first, last = line[0], line[-1]
        course = "" if len(line) == 1 else f"，从 {first.day} 的 {first.value:g}"
        parts.append(f"{name} 最近 {last.day} 是 {last.value:g} {trend.unit}{course}")
    targets = "、".join(f"<{limit:g}" for limit in trend.limits)
    return "；".join(parts) + (f"；目标 {targets}" if targets else "")


def share_chart(figures: Sequence[FigureView]) -> Markup:
    """Shares as bars, with the numbers that they are made of."""
    return el("ol", *(_share(figure) for figure in figures), class_="shares")


def _share(figure: FigureView) -> Markup:
    share = figure.part / figure.whole if figure.whole else 0.0
    words = f"{share:.1%}" if figure.whole else "没有可数的人"
    bar = el(
        "svg", el("rect", x="0", y="0", width="100", height="10", class_="track"),
        el("rect", x="0", y="0", width=f"{share * 100:.1f}", height="10", class_="fill"),
        viewBox="0 0 100 10", preserveAspectRatio="none", class_="bar-chart", aria_hidden="true",
    )  # fmt: skip
    return el(
        "li", el("span", figure.title, class_="name"), el("b", words), bar,
        el("span", f"{figure.part} / {figure.whole}", class_="soft"),
    )  # fmt: skip
