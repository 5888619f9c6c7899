"""Draws the bench's points: response gap against cut-ins.

python evaluation/peers/plot.py POINTS.json OUT.svg
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "suifang"

import matplotlib.pyplot as plt


def main() -> int:
    points = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    figure, axes = plt.subplots(figsize=(7, 4.2))
    curve = [point for point in points if point["curve"]]
    shares = [point["cut_in_rate"] * 100 for point in curve]
    axes.plot([point["gap_p50_ms"] for point in curve], shares, "o-", ms=3, color="grey", label="Suifang, other waits")
    for point in curve:
        axes.annotate(point["name"].split()[-1], (point["gap_p50_ms"], point["cut_in_rate"] * 100), fontsize=7)
    for point in (point for point in points if not point["curve"]):
        median, late, cut_in = point["gap_p50_ms"], point["gap_p95_ms"], point["cut_in_rate"] * 100
        (dot,) = axes.plot(median, cut_in, "o" if point["name"].startswith("Suifang") else "s", label=point["name"])
        axes.plot([median, late], [cut_in, cut_in], "-", alpha=0.35, color=dot.get_color())
    axes.set_xlabel("response gap in ms: median, line to the 95th percentile")
    axes.set_ylabel("cut-ins, % of turns")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(sys.argv[2], metadata={"Date": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
