"""The program: help, exit codes, errors in one line."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from agent.errors import InputError
from models.errors import ModelError
from suifang import cli
from suifang.commands import models as command
from suifang.people import moment_from, resident_from
from suifang.settings import read_settings


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    try:
        code = cli.main(words)
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def one_line(err: str) -> bool:
    return err.count("\n") == 1 and "->" in err and "Traceback" not in err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(name in out for name in cli.COMMANDS)


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_every_command_has_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, command, "--help")
    assert code == 0
    assert "example: suifang " + command in " ".join(out.split())


def test_help_is_quick() -> None:
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "suifang", "--help"], check=True, capture_output=True)
    assert time.monotonic() - started < 1.5  # a third of a second on an idle machine


def test_an_unknown_command_and_a_missing_argument(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "dance")
    assert code == 2
    assert one_line(err)
    assert run(capsys, "chat")[0] == 2


def test_eval_of_a_wrong_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    wrong = tmp_path / "cases.yaml"
    wrong.write_text("- {id: a1, ask: consent}\n")
    code, _, err = run(capsys, "eval", "answers", str(wrong))
    assert code == 2
    assert one_line(err)
    assert f"{wrong}:1" in err


def test_an_unwritable_database(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SUIFANG_DATA_DIR", str(tmp_path / "file" / "var"))
    code, _, err = run(capsys, "db", "upgrade")
    assert code == 2
    assert one_line(err)
    assert "SUIFANG_DATA_DIR" in err


def test_db_upgrade(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUIFANG_DATA_DIR", str(tmp_path / "var"))
    assert run(capsys, "db", "upgrade")[0] == 0
    assert (tmp_path / "var" / "suifang.db").exists()


@pytest.mark.parametrize(("name", "value"), [("SUIFANG_PROT", "1"), ("SUIFANG_PORT", "many")])
def test_wrong_settings_are_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=name):
        read_settings()


def test_residents_and_times() -> None:
    resident = resident_from("王桂花/2/1948-05-03")
    assert (resident.name, resident.sex, resident.birth_date) == ("王桂花", "2", date(1948, 5, 3))
    assert resident_from("王桂花").sex == "0"
    assert moment_from("2026-11-23T09:30").hour == 9
    for text in ("", "王/5", "王/2/yesterday"):
        with pytest.raises(InputError):
            resident_from(text)
    with pytest.raises(InputError):
        moment_from("noon")


def test_errors_of_the_models_are_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModelError("model.missing", "a.onnx is missing.", "Restore it -> git checkout")

    monkeypatch.setattr(command, "check", missing)
    code, _, err = run(capsys, "models", "list")
    assert (code, err.count("\n")) == (2, 1)


def test_flows_check_as_json(capsys: pytest.CaptureFixture[str], root: Path) -> None:
    code, out, err = run(capsys, "flows", "check", "--json", "--root", str(root))
    assert code == 0, err
    assert json.loads(out)["programmes"]["hypertension_followup"] == "gw3-htn"


def test_flows_check_of_a_folder_without_flows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, err = run(capsys, "flows", "check", "--root", str(tmp_path))
    assert code == 2
    assert one_line(err)
