"""Every stored column has a class and a grade; what is graded high is sealed, or says why it is not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table, Text

from agent.errors import DefinitionError
from connectors.storage.migrate import METADATA
from suifang.cli import main
from suifang.grading import FILE, SEALED_FROM, load_grades

pytestmark = pytest.mark.integration


def test_the_catalogue_is_the_tables(root: Path) -> None:
    found = {one.where: one for one in load_grades(root, METADATA)}
    assert {f"{t.name}.{c.name}" for t in METADATA.sorted_tables for c in t.columns} <= set(found)
    assert (found["events.body"].grade, found["events.body"].sealed) == (5, True)
    clear = {one.where for one in found.values() if one.grade >= SEALED_FROM and not one.sealed}
    assert clear == {
        "residents.phone_mark", "residents.id_number_mark", "opt_outs.phone_mark", "alerts.flag", "staff.password",
        "report.html",
    }  # fmt: skip


@pytest.mark.parametrize("change", ["table", "column", "clear"])
def test_what_is_not_graded_is_refused(tmp_path: Path, root: Path, change: str) -> None:
    copy = tmp_path / FILE
    copy.parent.mkdir(parents=True)
    shutil.copy(root / FILE, copy)
    tables = MetaData()
    for table in METADATA.sorted_tables:
        table.to_metadata(tables)
    if change == "table":
        Table("diary", tables, Column("id", String(8), primary_key=True))
    elif change == "column":
        copy.write_text(copy.read_text("utf-8").replace("other: {words: 5}", "other: {word: 5}"), "utf-8")
    else:
        Table("recalls", tables, Column("why", Text), extend_existing=True)
    with pytest.raises(DefinitionError):
        load_grades(tmp_path, tables)


def test_the_command_shows_the_highest_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retention", "grades", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told[0]["grade"] == 5
    assert {"grade": 5, "where": "events.body", "class": "对话原文", "lies": "sealed"} in told
