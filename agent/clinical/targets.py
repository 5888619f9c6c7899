"""Control targets: the public-health norm that is counted, and the newer guideline that is reported beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agent.clinical.yamlfile import Node, read_yaml


@dataclass(frozen=True, slots=True)
class PressureTarget:
    """Upper limits in mmHg (not reached) for an age band in full years."""

    from_age: int
    sbp_below: float
    dbp_below: float

    def words(self) -> str:
        """The target as doctors write it."""
        return f"<{self.sbp_below:g}/{self.dbp_below:g}"


@dataclass(frozen=True, slots=True)
class TargetTable:
    """One norm's targets; glucose in mmol/L, HbA1c in %. None: the norm sets no such target."""

    id: str
    title: str
    pressure: tuple[PressureTarget, ...]
    fpg_below: float
    fpg_at_least: float | None
    pbg_below: float | None
    hba1c_below: float | None

    def pressure_for(self, age: int | None) -> PressureTarget:
        """The row of this age; the strictest of the youngest band when the age is unknown."""
        rows = sorted(self.pressure, key=lambda row: row.from_age)
        fitting = [row for row in rows if age is not None and row.from_age <= age]
        return fitting[-1] if fitting else rows[0]


@dataclass(frozen=True, slots=True)
class Targets:
    """Both tables, the home threshold and the thresholds that have no table of their own."""

    version: str
    public_health: TargetTable
    guideline: TargetTable
    home: PressureTarget
    diabetes: PressureTarget
    hypoglycaemia_at_most: float
    complication_codes: tuple[str, ...]
    """past_disease codes that are a new complication when they were not known at the last visit."""


def load_targets(path: Path) -> Targets:
    """Read dialogues/clinical/targets.yml."""
    node = read_yaml(path)
    tables = {key: _read_table(key, table) for key, table in node.need("tables").fields().items()}
    return Targets(
        version=node.text("version"),
        public_health=_pick(node, "public_health", tables),
        guideline=_pick(node, "guideline", tables),
        home=_read_pressure(node.need("home")),
        diabetes=_read_pressure(node.need("diabetes")),
        hypoglycaemia_at_most=node.need("hypoglycaemia_at_most").as_number(),
        complication_codes=tuple(item.as_text() for item in node.items("complication_codes")),
    )


def _pick(node: Node, key: str, tables: dict[str, TargetTable]) -> TargetTable:
    name = node.text(key)
    if name not in tables:
        raise node.need(key).error(f"没有目标表 {name!r}", "可用: " + ", ".join(tables))
    return tables[name]


def _read_table(key: str, node: Node) -> TargetTable:
    node.fields("title", "source", "pressure", "fpg_below", "fpg_at_least", "pbg_below", "hba1c_below")
    rows = tuple(_read_pressure(item) for item in node.items("pressure"))
    if not rows:
        raise node.error("目标表没有血压行", "至少写一行 {from_age: 0, sbp_below: 140, dbp_below: 90}")
    return TargetTable(
        id=key,
        title=node.text("title"),
        pressure=rows,
        fpg_below=node.need("fpg_below").as_number(),
        fpg_at_least=node.number("fpg_at_least"),
        pbg_below=node.number("pbg_below"),
        hba1c_below=node.number("hba1c_below"),
    )


def _read_pressure(node: Node) -> PressureTarget:
    node.fields("from_age", "sbp_below", "dbp_below", "source")
    sbp, dbp = node.need("sbp_below").as_number(), node.need("dbp_below").as_number()
    if not 30 < dbp < sbp < 300:
        raise node.error(f"血压目标 {sbp:g}/{dbp:g} 不合理", "收缩压应大于舒张压，单位 mmHg")
    return PressureTarget(int(node.number("from_age") or 0), sbp, dbp)
