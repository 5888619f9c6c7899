"""Case files written from reviews: appended to a YAML list that every reader of the formats takes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from agent.domain.alerts import FLAGS
from agent.domain.events import AlertRaised, ResidentSaid
from agent.errors import InputError
from evaluation.case_yaml import load_cases
from suifang.reviewing import Sheet


class _Quoted(str):
    """A text that is written in quotes."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes ``_Quoted`` in quotes."""


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style='"')
)


def add_case(path: Path, case: Mapping[str, Any]) -> None:
    """Append a case. Raises ``InputError`` when its id is in the file already, or the file cannot be written."""
    if path.exists() and any(item.get("id") == case["id"] for item in load_cases(path) if isinstance(item, Mapping)):
        raise InputError("case-there", f"{path} has the case {case['id']} already", "name another file")
    item = {key: _Quoted(value) if isinstance(value, str) and key != "id" else value for key, value in case.items()}
    text = yaml.dump([item], Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{path} cannot be written ({error.strerror})", "name another file"
        ) from None


def missed_flag(sheet: Sheet, turn: int, flag: str) -> Mapping[str, Any]:
    """A case of the redflags format from an utterance that should have raised ``flag``."""
    if flag not in FLAGS:
        raise InputError("flag-unknown", f"there is no red flag {flag!r}", f"one of {', '.join(FLAGS)}")
    said = [e.body for e in sheet.events if isinstance(e.body, ResidentSaid) and e.body.turn == turn]
    if not said:
        raise InputError("turn-unknown", f"the resident said nothing in turn {turn}", "see suifang review show")
    raised = {e.body.flag for e in sheet.events if isinstance(e.body, AlertRaised) and e.body.turn == turn}
    if flag in raised:
        raise InputError("flag-raised", f"{flag} was raised in turn {turn}", "nothing was missed")
    case: dict[str, Any] = {
        "id": f"missed-{sheet.visit.id[:8]}-{turn}-{flag}",
        "text": "".join(body.text for body in said),
        "expect": {"flags": sorted({*raised, flag})},
    }
    return case if said[0].ask is None else {**case, "context": said[0].ask}
