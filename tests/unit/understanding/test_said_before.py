"""Guesses from answers given before: read back, never more than that."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.domain.answers import AnswerKind
from agent.errors import DefinitionError
from agent.understanding.said_before import SaidBefore, load_said_before

LINES = """# comment
adl_eating\t0\t端起碗就吃，谁也不用管
adl_eating\t0\t自己端碗吃
adl_eating\t5\t全靠老伴一口一口喂
adl_eating\tnull\t你等我找找
adl_eating\t"_unknown"\t我说不上来
family\t["2"]\t我爸血压高
"""


@pytest.fixture
def said(tmp_path: Path) -> SaidBefore:
    path = tmp_path / "said_before.tsv"
    path.write_text(LINES, encoding="utf-8")
    return load_said_before(path)


def test_a_guess_is_read_back(said: SaidBefore) -> None:
    reading = said.guess("adl_eating", "端起碗就吃，没人管我")
    (fill,) = reading.fills
    assert (fill.slot, fill.value, fill.confirm, reading.confirm) == ("adl_eating", 0, True, True)
    assert said.guess("family_mother", "我妈血压高").fills[0].value == ("2",)


def test_what_is_like_nothing_is_not_guessed(said: SaidBefore) -> None:
    assert said.guess("adl_eating", "今天买了白菜").empty
    assert said.guess("adl_eating", "喂").empty
    assert said.guess("adl_eating", "你等我找一找").empty
    assert said.guess("no_such_ask", "自己端碗吃").empty


def test_answers_without_a_value(said: SaidBefore) -> None:
    assert said.guess("adl_eating", "我可说不上来").answer is AnswerKind.UNKNOWN


@pytest.mark.parametrize("line", ["adl_eating\t0", "adl_eating\tnone\t自己吃"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "said_before.tsv"
    path.write_text(f"# first\n{line}\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as fault:
        load_said_before(path)
    assert fault.value.line == 2
