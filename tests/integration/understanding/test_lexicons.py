"""A wrong lexicon file is named with its line and the remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.errors import DefinitionError
from agent.understanding.lexicons import load_lexicons
from tests.fakes.lexicon import NLU_DATA, lexicons


def test_the_lexicons_of_the_repository_load() -> None:
    assert len(lexicons().medicines.by_id) >= 90


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return Path(shutil.copytree(NLU_DATA, tmp_path / "nlu_data"))


def _fault(data: Path) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        load_lexicons(data)
    assert caught.value.remedy
    return caught.value


def test_an_open_bracket_is_found(data: Path) -> None:
    (data / "volunteered.yml").write_text('define: {}\nsets:\n  a: ["好"]\n  b: ["(没"]\n', "utf-8")
    assert _fault(data).line == 4


def test_an_undefined_name_is_found(data: Path) -> None:
    (data / "volunteered.yml").write_text('sets:\n  a:\n    - "<never>抽"\n', "utf-8")
    assert _fault(data).line == 3


def test_a_truth_value_as_set_name_is_found(data: Path) -> None:
    (data / "yes_no.yml").write_text('sets:\n  yes: ["对"]\n', "utf-8")
    assert "quotes" in _fault(data).remedy


def test_a_missing_file_is_found(data: Path) -> None:
    (data / "relations.yml").unlink()
    assert "relations.yml" in _fault(data).path


def test_a_look_alike_without_a_medicine_is_found(data: Path) -> None:
    path = data / "medicines.yml"
    path.write_text(path.read_text("utf-8").replace("names: [捷诺维, 捷诺达]", "names: [捷诺无]"), "utf-8")
    fault = _fault(data)
    assert "捷诺无" in fault.message
    assert fault.line > 100
