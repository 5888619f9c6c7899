"""Numbers that a table of results needs: shares with their uncertainty, percentiles."""

from __future__ import annotations

import math
from collections.abc import Sequence

Z_95 = 1.959963984540054
"""Two-sided 95 % quantile of the normal distribution."""


def wilson(right: int, n: int) -> tuple[float, float]:
    """Wilson 95 % interval of a share; (0, 1) when nothing was counted."""
    if n == 0:
        return 0.0, 1.0
    share = right / n
    middle = share + Z_95**2 / (2 * n)
    spread = Z_95 * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n))
    whole = 1 + Z_95**2 / n
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def share(name: str, right: int, n: int) -> dict[str, float | None]:
    """``name`` with ``name_low`` and ``name_high``; None where there was nothing to count."""
    low, high = wilson(right, n)
    value = right / n if n else None
    return {name: _round(value), f"{name}_low": _round(low), f"{name}_high": _round(high)}


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Linear percentile; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
