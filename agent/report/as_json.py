"""The report as JSON-ready data, for the store, the console and the signing backend."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from agent.report.model import Report

VERSION = "1"


def render_json(report: Report) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers; carries the AI mark of GB 45438-2025 in its metadata."""
    data = asdict(report)
    data["version"] = VERSION
    data["signed"] = False
    # The implicit mark that a file of generated content must carry.
    data["aigc"] = {"Label": "1", "ContentProducer": "suifang", "ProduceID": f"{report.header.form}-{report.header.at}"}
    return {key: _plain(value) for key, value in data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
