"""What is stored, classed and graded: ``dialogues/clinical/data_grades.yml``, held against the tables themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import MetaData, Table

from agent.clinical.yamlfile import Node, read_yaml
from connectors.database.sealed import sealed_columns

FILE = Path("dialogues") / "clinical" / "data_grades.yml"
GRADES = (1, 2, 3, 4, 5)
SEALED_FROM = 4
"""From this grade on a value is sealed, or says why it is not."""


@dataclass(frozen=True, slots=True)
class Graded:
    """One column, or one kind of file."""

    where: str
    """table.column, or the file's name."""
    kind: str
    grade: int
    sealed: bool
    why_clear: str = ""


def load_grades(root: Path, tables: MetaData) -> tuple[Graded, ...]:
    """Every column and kind of file with its grade.

    Raises ``DefinitionError`` for a table that has none, a column that is not there, or one in clear unexplained.
    """
    node = read_yaml(root / FILE)
    node.fields("version", "tables", "files")
    told = {item.text("id"): item for item in node.items("tables")}
    if wrong := sorted(set(told) ^ set(tables.tables)):
        raise node.error(f"表与分级清单不符: {wrong}", "每张表一条，只写存在的表")
    columns = (one for name, item in told.items() for one in _table(item, tables.tables[name]))
    return (*columns, *(_file(item) for item in node.items("files")))


def _table(item: Node, table: Table) -> Iterator[Graded]:
    item.fields("id", "class", "grade", "other", "clear")
    other, clear = _entries(item, "other"), _entries(item, "clear")
    names = {column.name for column in table.columns}
    if unknown := sorted((set(other) | set(clear)) - names):
        raise item.error(f"表 {table.name} 没有列 {unknown}", f"可用的列: {sorted(names)}")
    sealed = {column.name for column in sealed_columns(table)}
    for name in sorted(names):
        grade = _grade(item, other[name].value if name in other else item.need("grade").value)
        why = str(clear[name].value) if name in clear else ""
        if grade >= SEALED_FROM and name not in sealed and not why:
            raise item.error(f"{table.name}.{name} 是 {grade} 级，却以明文存放", "加密这一列，或在 clear 里写明理由")
        yield Graded(f"{table.name}.{name}", item.text("class"), grade, name in sealed, why)


def _file(item: Node) -> Graded:
    item.fields("id", "class", "grade", "sealed")
    return Graded(
        item.text("id"), item.text("class"), _grade(item, item.need("grade").value), bool(item.need("sealed").value)
    )


def _entries(item: Node, key: str) -> Mapping[str, Node]:
    found = item.get(key)
    return found.fields() if found else {}


def _grade(item: Node, value: object) -> int:
    if not isinstance(value, int) or value not in GRADES:
        raise item.error(f"没有 {value!r} 这一级", f"级别: {GRADES}")
    return value
