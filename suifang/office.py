"""The office: the ``Office`` port over store, backend and data files. Nothing clinical leaves it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from agent.errors import BackendError
from agent.yaml_lines import load_yaml
from connectors.access.people import CLINICAL, Role, Staff, StaffRow
from connectors.api.letters import Letters
from connectors.api.ports import Shelf
from connectors.signing.ports import Due, SigningBackend
from connectors.storage.caring import Doer
from connectors.storage.roster import ShiftRow
from connectors.storage.sql import SqlStore
from connectors.web.console.house import Contracted, DataFile, HouseView
from connectors.web.console.roster import Mate, RosterView, Shift
from suifang.settings import Settings

LISTED = 60
"""Residents on the page; their contracts are asked for one by one."""
MOST_DUE = 1000
CONTRACT = {"active": "生效中", "expiring": "即将到期", "expired": "已到期", "terminated": "已解约"}
NO_CONTRACT = "没有签约"


@dataclass(frozen=True, slots=True)
class OfficeParts:
    """What the office is made of."""

    store: SqlStore
    backend: SigningBackend
    letters: Letters
    shelf: Shelf
    settings: Settings
    now: Callable[[], datetime]


class HouseOffice:
    """The ``Office`` port."""

    def __init__(self, parts: OfficeParts) -> None:
        self._parts = parts

    async def operations(self, team: str) -> HouseView:
        """Residents and contracts of a team, dead letters, health."""
        parts, trouble = self._parts, ""
        residents: tuple[Contracted, ...] = ()
        try:
            residents = await self._residents(team)
        except BackendError as error:
            trouble = error.message
        health = await parts.shelf.health()
        engines = {"语音识别": parts.settings.recognizer, "语音合成": parts.settings.synthesizer}
        told = {**health.required, **{name: f"在用：{engine}" for name, engine in engines.items()}, **health.optional}
        counts = await parts.store.outbox.counts()
        return HouseView(residents, tuple(await parts.letters.dead(team)), counts, told, trouble)

    async def _residents(self, team: str) -> tuple[Contracted, ...]:
        today = self._parts.now().date()
        dues = [due for due in await self._parts.backend.due(today, MOST_DUE) if due.team == team]
        names = {due.resident_id: due.name for due in dues}
        names |= dict(await self._parts.store.worklist.residents(team, LISTED))
        found = []
        for resident_id in sorted(names)[:LISTED]:
            file = await self._parts.backend.resident(resident_id, today)
            held = file.contract if file else None
            words = f"{held.package} {CONTRACT.get(held.status, held.status)}（至 {held.end}）" if held else NO_CONTRACT
            found.append(Contracted(resident_id, masked(names[resident_id]), words, _due_of(resident_id, dues)))
        return tuple(found)

    async def accounts(self) -> tuple[StaffRow, ...]:
        """Every account."""
        return await self._parts.store.staff.all()

    def wording(self) -> tuple[DataFile, ...]:
        """Wording and thresholds in use, as this process has read them."""
        return data_files(self._parts.settings.root / "dialogues")

    async def roster(self, team: str) -> RosterView:
        """Shifts that are not over, and the team's doctors and nurses."""
        now = self._parts.now().isoformat(timespec="minutes")
        shifts = await self._parts.store.roster.shifts(team, now)
        mates = await self._parts.store.roster.mates(team, tuple(role.value for role in CLINICAL))
        return RosterView(
            tuple(Shift(s.id, s.shown, Role(s.role), s.starts, s.ends, s.starts <= now < s.ends) for s in shifts),
            tuple(Mate(m.staff_id, m.shown, Role(m.role), m.state, m.at) for m in mates),
        )

    async def add_shift(self, staff_id: str, times: tuple[str, str], staff: Staff) -> str:
        """Somebody is on duty; the shift's id."""
        shift = ShiftRow(uuid.uuid4().hex, staff_id, "", "", *times)
        await self._parts.store.roster.add(shift, staff.team, self._doer(staff))
        return shift.id

    async def remove_shift(self, shift_id: str, staff: Staff) -> None:
        """Take it out."""
        await self._parts.store.roster.remove(shift_id, staff.team, self._doer(staff))

    async def available(self, state: str, staff: Staff) -> None:
        """Whether they can take a call from now on."""
        await self._parts.store.roster.say(staff.id, state, self._parts.now().isoformat(timespec="seconds"))

    def _doer(self, staff: Staff) -> Doer:
        return Doer(staff.name, staff.shown, self._parts.now().isoformat(timespec="seconds"))


def masked(name: str) -> str:
    """The surname alone: operators and admins have no need of more."""
    return name[:1] + "＊" * (len(name) - 1)


def _due_of(resident_id: str, dues: list[Due]) -> str:
    return min((due.due for due in dues if due.resident_id == resident_id), default="")


@cache
def data_files(folder: Path) -> tuple[DataFile, ...]:
    """What doctors review: thresholds and targets, then the wording."""
    clinical = [
        _data_file(folder, folder / "clinical" / name, _thresholds) for name in ("thresholds.yml", "targets.yml")
    ]
    wording = [_data_file(folder, path, _responses) for path in sorted((folder / "responses").glob("*.yml"))]
    return tuple(file for file in (*clinical, *wording) if file.lines)


Lines = Callable[[Mapping[str, Any]], Iterator[tuple[str, str, str]]]


def _data_file(folder: Path, path: Path, lines: Lines) -> DataFile:
    document = load_yaml(path)
    return DataFile(str(path.relative_to(folder)), str(document.get("version", "")), tuple(lines(document)))


def _thresholds(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    compare = {"at_least": "≥", "at_most": "≤", "below": "<", "above": ">", "equals": "="}
    for one in document.get("values", ()):
        words = " ".join(f"{sign}{one[key]}" for key, sign in compare.items() if key in one)
        yield one["slot"], f"{words} {one.get('unit', '')} → {one['flag']}", f"[{one['mark']}] {one['source']}"
    for table in document.get("tables", {}).values():
        for row in table.get("pressure", ()):
            words = f"{row['from_age']} 岁起 血压 <{row['sbp_below']}/{row['dbp_below']}"
            yield table["title"], words, str(table.get("source", ""))
        if "fpg_below" in table:
            yield table["title"], f"空腹血糖 <{table['fpg_below']}", str(table.get("source", ""))


def _responses(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key, variants in document.get("responses", {}).items():
        for variant in variants:
            yield key, str(variant.get("text", "")), {"chat": "文字"}.get(str(variant.get("channel", "")), "")
