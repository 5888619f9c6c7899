"""The tutorial's commands, run as they stand on the page, in a copy of the data."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """A folder with copies of what a programme is made of."""
    for name in ("dialogues", "nlu_data", "evaluation/cases/answers", "evaluation/cases/dialogues"):
        shutil.copytree(root / name, tmp_path / name)
    return tmp_path


def run(command: str, folder: Path, root: Path) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    kept = {key: value for key, value in os.environ.items() if not key.startswith("SUIFANG_")}
    env = kept | {"PATH": path, "PYTHONPATH": str(root), "SUIFANG_ROOT": str(folder), "PYTHONWARNINGS": "error"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder, env=env, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip


def test_every_command_of_the_tutorial_works(folder: Path, root: Path) -> None:
    page = (root / "docs" / "tutorial-new-flow.md").read_text("utf-8")
    blocks = _BLOCK.findall(page)
    assert len(blocks) >= 6
    outputs = []
    for block in blocks:
        done = run(block, folder, root)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        outputs.append(done.stdout)
    assert "gout_followup (gout)" in outputs[2]
    assert "score 1.0" in outputs[3]
    assert (folder / "gout.svg").read_text("utf-8").startswith("<svg")
    assert "gout_joint = 3" in outputs[4]
    assert "gout_attacks" in (folder / "dialogues" / "domain.yml").read_text("utf-8")


def test_a_skeleton_for_a_form_that_exists_works_at_once(folder: Path, root: Path) -> None:
    done = run(
        "suifang flows new copd_short --form copd && suifang flows check --quiet"
        " && suifang eval dialogues evaluation/cases/dialogues/copd_short.yaml --min-score 1",
        folder,
        root,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("opening --form gout", "flow-exists"),
        ("Gout --form gout", "name-invalid"),
        ("gout --form 'a/b'", "name-invalid"),
        ("copd --form copd && suifang flows new copd --form copd", "flow-exists"),
    ],
)
def test_what_is_there_is_never_overwritten(words: str, code: str, folder: Path, root: Path) -> None:
    done = run(f"suifang flows new {words}", folder, root)
    assert done.returncode == 2
    assert code in done.stderr
