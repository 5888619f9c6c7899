"""Fills the reference backend with a township: teams, packages, residents, contracts, two years of follow-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import delete, insert

from connectors.signing import tables
from connectors.signing.database import SigningDatabase
from connectors.signing.people import SURNAMES, Person, make_person

TOWNS = ("东街", "河西", "柳林", "石桥", "南营")
PACKAGES: tuple[dict[str, Any], ...] = (
    {"id": "basic", "name": "基础包", "nature": "1", "price_yuan": 0.0,
     "items": ["建立健康档案", "健康咨询", "预约转诊", "健康教育"]},
    {"id": "chronic", "name": "慢病管理包", "nature": "1", "price_yuan": 0.0,
     "items": ["每季度随访", "年度体检", "用药指导", "长处方登记"]},
    {"id": "elder", "name": "老年人健康包", "nature": "1", "price_yuan": 0.0,
     "items": ["65岁及以上体检", "中医体质辨识", "自理能力评估", "健康教育"]},
    {"id": "home", "name": "个性化上门包", "nature": "2", "price_yuan": 180.0,
     "items": ["上门服务", "血压计租用", "康复指导", "用药配送"]},
)  # fmt: skip
STOP_REASONS = ("01", "02", "03", "04", "05")
FLOWS = {"04": ("hypertension_followup", "gw3-htn"), "05": ("diabetes_followup", "gw3-dm")}
MEDICINES = {"04": ("amlodipine", "nifedipine_sr", "valsartan", "irbesartan", "metoprolol", "hctz"),
             "05": ("metformin", "glimepiride", "acarbose", "gliclazide")}  # fmt: skip


@dataclass
class Rows:
    """What is to be inserted, by table."""

    of: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """One row."""
        self.of.setdefault(table, []).append(row)


async def seed(database: SigningDatabase, residents: int, number: int, on: date) -> dict[str, int]:
    """Replace all that the backend holds; the same arguments give the same township. Rows by table."""
    rows = township(residents, number, on)
    async with database.begin() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            if table.name != "about":
                await connection.execute(delete(table))
        for table in tables.metadata.sorted_tables:
            if rows.of.get(table.name):
                await connection.execute(insert(table), rows.of[table.name])
    return {name: len(found) for name, found in rows.of.items()}


def township(residents: int, number: int, on: date) -> Rows:
    """All rows, made from one seed."""
    draw, rows = Random(f"township {number}"), Rows()
    for n, town in enumerate(TOWNS):
        doctor, nurse = draw.choice(SURNAMES) + "医生", draw.choice(SURNAMES) + "护士"
        rows.add("teams", id=f"T{n + 1}", name=f"{town}家庭医生团队", doctor=doctor, nurse=nurse)
    for package in PACKAGES:
        rows.add("packages", **package)
    for n in range(residents):
        _resident(make_person(n + 1, draw, on), draw, on, rows)
    return rows


def _resident(person: Person, draw: Random, on: date, rows: Rows) -> None:
    history: dict[str, Any] = {}
    rows.add(
        "residents", id=person.id, name=person.name, sex=person.sex, birth_date=person.birth_date.isoformat(),
        phone=person.phone, groups=list(person.groups), team_id=f"T{draw.randint(1, len(TOWNS))}", history=history,
    )  # fmt: skip
    signed = _contract(person, draw, on, rows)
    for group in ("04", "05"):
        if group in person.groups and signed:
            history.update(_Course(person, group, draw, on, rows).run())
    if signed and draw.random() < 0.3:
        score = draw.choices((1, 2, 3, 4, 5), (1, 2, 9, 45, 43))[0]
        _note(rows, person, "satisfaction", on - timedelta(days=draw.randint(5, 300)), {"score": score})
    if signed and draw.random() < 0.25:
        topic = draw.choice(("限盐", "规律服药", "防跌倒", "识别中风", "足部护理"))
        _note(rows, person, "education", on - timedelta(days=draw.randint(1, 200)), {"topic": topic})
    if draw.random() < 0.04:
        slot = f"{on + timedelta(days=draw.randint(1, 14))}T{draw.choice(('09:00', '10:00', '14:30'))}"
        rows.add(
            "appointments", key=f"seed-{person.id}-a", resident_id=person.id,
            department=draw.choice(("全科", "中医科", "口腔科", "检验科")), slot=slot, queue=1,
        )  # fmt: skip


def _note(rows: Rows, person: Person, kind: str, day: date, body: dict[str, Any]) -> None:
    rows.add("notes", key=f"seed-{person.id}-{kind}", resident_id=person.id, kind=kind, at=day.isoformat(), body=body)


def _contract(person: Person, draw: Random, on: date, rows: Rows) -> bool:
    """The last contract, and the one before it; whether one runs."""
    wanted = 0.86 if set(person.groups) - {"10"} else 0.45
    if draw.random() >= wanted:
        return False
    package = "elder" if "03" in person.groups else "chronic" if {"04", "05"} & set(person.groups) else "basic"
    if draw.random() < 0.06:
        package = "home"
    start = on - timedelta(days=draw.randint(5, 355))
    lapsed = draw.random() < 0.06
    if lapsed:
        start -= timedelta(days=draw.randint(370, 500))
    stopped = not lapsed and draw.random() < 0.02
    if draw.random() < 0.7:
        before = start - timedelta(days=365)
        _one_contract(rows, person, ("0", package), before, {"renewed": not lapsed, "done": 4})
    more: dict[str, Any] = {"done": min(4, max(0, (on - start).days // 91 - (draw.random() < 0.25)))}
    if stopped:
        more |= {"stopped": (on - timedelta(days=3)).isoformat(), "stop_reason": draw.choice(STOP_REASONS)}
    _one_contract(rows, person, ("1", package), start, more)
    return not lapsed and not stopped


def _one_contract(rows: Rows, person: Person, which: tuple[str, str], start: date, more: dict[str, Any]) -> None:
    turn, package = which
    row = {"stopped": None, "stop_reason": "", "renewed": False, "planned": 4, **more}
    rows.add(
        "contracts", number=f"C{person.id[1:]}-{turn}", resident_id=person.id, package_id=package,
        start=start.isoformat(), end=(start + timedelta(days=364)).isoformat(), **row,
    )  # fmt: skip


class _Course:
    """The follow-ups of one disease of one person: values that wander about the person's own level."""

    def __init__(self, person: Person, group: str, draw: Random, on: date, rows: Rows) -> None:
        self._person, self._group, self._draw, self._on, self._rows = person, group, draw, on, rows
        self._flow, self._form = FLOWS[group]
        self._level = draw.gauss(141, 11) if group == "04" else max(4.6, draw.gauss(7.4, 1.4))

    def run(self) -> dict[str, Any]:
        """Visits up to the day, the next one due; the values of the last."""
        last: dict[str, Any] = {}
        for day in self._days():
            last = self._visit(day)
        ahead = 14 if last.get("suggested_visit_class") == "2" else 90
        due = date.fromisoformat(str(last.pop("held_on"))) + timedelta(days=ahead) if last else self._on
        name = f"seed-{self._person.id}-{self._flow}"
        self._rows.add(
            "due", id=name, resident_id=self._person.id, flow=self._flow, due=due.isoformat(), done_by=""
        )  # fmt: skip
        return last

    def _days(self) -> Iterator[date]:
        day = self._on - timedelta(days=self._draw.randint(420, 720))
        while day < self._on:
            if self._draw.random() > 0.12:  # some visits are missed
                yield day
            day += timedelta(days=self._draw.randint(80, 100))

    def _visit(self, day: date) -> dict[str, Any]:
        values = self._values(day)
        good = values["sbp"] < 140 and values["dbp"] < 90 if self._group == "04" else values["fpg"] < 7.0
        visit_class = "1" if good else "2"
        mode = self._draw.choices(("1", "2", "3"), (70, 15, 15))[0]
        visit = f"seed-{self._person.id}-{self._group}-{day:%y%m%d}"
        self._rows.add(
            "follow_ups", visit=visit, version=1, resident_id=self._person.id, flow=self._flow,
            held_on=day.isoformat(), mode=mode, visit_class=visit_class, signed_by="医生",
            body={"form": self._form, "values": values},
        )  # fmt: skip
        for slot, value in values.items():
            if isinstance(value, int | float):
                self._rows.add(
                    "indicators", resident_id=self._person.id, slot=slot, at=day.isoformat(), visit=visit,
                    value=float(value), mode=mode,
                )  # fmt: skip
        return {**values, "suggested_visit_class": visit_class, "held_on": day.isoformat()}

    def _values(self, day: date) -> dict[str, Any]:
        draw = self._draw
        self._level += draw.gauss(-0.4 if self._group == "04" else -0.05, 3 if self._group == "04" else 0.3)
        medicines: Sequence[str] = draw.sample(MEDICINES[self._group], draw.choice((1, 1, 2)))
        weight = round(draw.gauss(58 if self._person.sex == "2" else 66, 7), 1)
        common = {"weight_kg_now": min(110.0, max(38.0, weight)), "medications": list(medicines)}
        if self._group == "05":
            fpg = round(min(22.0, max(3.9, self._level + draw.gauss(0, 0.6))), 1)
            return {"fpg": fpg, **common}
        winter = 4 if day.month in (11, 12, 1, 2) else 0
        sbp = int(min(208, max(98, self._level + winter + draw.gauss(0, 6))))
        dbp = int(min(118, max(54, sbp * 0.57 + draw.gauss(2, 5))))
        return {"sbp": sbp, "dbp": dbp, "heart_rate": int(min(104, max(52, draw.gauss(74, 8)))), **common}
