"""Function words of the dialects become standard ones, place by place."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import DefinitionError
from agent.understanding.dialect import Dialect, load_dialect


@pytest.fixture(scope="module")
def dialect(root: Path) -> Dialect:
    return load_dialect(root / "nlu_data/dialect.yml")


@pytest.mark.parametrize(
    ("said", "standard"),
    [
        ("冇食过烟", "没吃过烟"),
        ("唔使人帮", "不用人帮"),
        ("各人吃，不要哪个喂", "自己吃，不要别人喂"),
        ("系啊，日日都食", "是啊，天天都吃"),
        ("清早就喝罢了", "清早就喝过了"),
        ("足部无麻木，未使用胰岛素", "足部没麻木，没使用胰岛素"),
        ("系鞋带，主食半斤，多饮多尿", "系鞋带，主食半斤，多饮多尿"),
        ("唔，我想想", "唔，我想想"),
        ("没有关系，无所谓", "没有关系，无所谓"),
    ],
)
def test_standard(dialect: Dialect, said: str, standard: str) -> None:
    assert dialect.standard(said) == standard
    assert len(dialect.standard(said)) == len(said)


def test_words_of_another_length_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "dialect.yml"
    path.write_text("words:\n  - {says: 冇, means: 没有}\n", encoding="utf-8")
    with pytest.raises(DefinitionError) as fault:
        load_dialect(path)
    assert fault.value.line == 2
