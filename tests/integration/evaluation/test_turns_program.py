"""The program on turn-taking cases it cannot read: one line, the remedy, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from suifang import cli
from tests.fakes.turn_files import TURN, written

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("broken", [b"", b"RIFF", b"no audio at all" * 100])
def test_the_program_refuses_broken_audio_in_one_line(
    tmp_path: Path, broken: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, TURN)
    (tmp_path / "a.wav").write_bytes(broken)
    out = tmp_path / "out.json"
    assert cli.main(["eval", "turns", str(tmp_path), "--json", str(out)]) == cli.CANNOT_RUN
    printed, err = capsys.readouterr()
    assert (printed, err.count("\n")) == ("", 1)
    assert "a.wav" in err
    assert "->" in err
    assert not out.exists()


def test_the_program_says_which_file_is_missing_or_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written(tmp_path, TURN, rate_hz=44_100)
    assert cli.main(["eval", "turns", str(tmp_path)]) == cli.CANNOT_RUN
    assert "8 or 16 kHz mono" in capsys.readouterr().err
    (tmp_path / "a.wav").unlink()
    assert cli.main(["eval", "turns", str(tmp_path)]) == cli.CANNOT_RUN
    assert "is not there" in capsys.readouterr().err
    written(tmp_path, TURN.replace("blood_pressure", "blood_presure"))
    assert cli.main(["eval", "turns", str(tmp_path)]) == cli.CANNOT_RUN
    assert "there is no ask" in capsys.readouterr().err
