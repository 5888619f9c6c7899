"""Whose words count, of which time, and what is not sure enough to be written down unasked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.domain.answers import AnswerKind, AskContext, Resident
from agent.library import Library, load_library
from agent.understanding.interpret import read

NOW = datetime(2026, 11, 23, 9, 30)


@pytest.fixture(scope="module")
def library(root: Path) -> Library:
    return load_library(root)


def meant(library: Library, ask: str, text: str, ctx: AskContext | None = None) -> tuple[dict[str, Any], bool]:
    """The slots, and whether they are read back."""
    reading = read(ask, text, ctx or AskContext(NOW), library.knowledge)
    return {fill.slot: fill.value for fill in reading.fills}, any(fill.confirm for fill in reading.fills)


@pytest.mark.parametrize(
    ("ask", "text", "slot", "value"),
    [
        ("foot_check", "前年烂过一回，早长好了，现在啥也没有", "foot_check", "none"),
        ("adl_eating", "住院那阵子得人喂，现在自己能吃了", "adl_eating", 0),
        ("salt_now", "口轻，不对，说错了，那是我闺女，我口重", "salt_now", "3"),
        ("htn_symptoms", "胸口疼过，那是早几年的事了，现在啥不舒服都没有", "htn_symptoms", ("1",)),
        ("fuel", "乡下老屋头才烧柴，城里这边是天然气", "fuel", "3"),
        ("contact_relation", "不是俺儿，儿靠不上，是俺亲弟弟", "contact_relation", "7"),
    ],
)
def test_what_is_of_now_and_of_oneself_counts_and_is_read_back(
    library: Library, ask: str, text: str, slot: str, value: object
) -> None:
    slots, read_back = meant(library, ask, text)
    assert slots[slot] == value
    assert read_back


def test_parts_that_agree_are_not_asked_about(library: Library) -> None:
    assert meant(library, "staple_g_now", "早上一两，中午二两，晚上一两") == ({"staple_g_now": 200}, False)


def test_parts_that_disagree_are_read_back(library: Library) -> None:
    slots, read_back = meant(library, "adl_eating", "自己能吃，就是要煮得烂烂的")
    assert slots == {"adl_eating": 3}
    assert read_back


@pytest.mark.parametrize(
    ("ask", "text", "kind"),
    [
        ("salt_now", "我吃多少盐你也要管，不想说", AnswerKind.REFUSED),
        ("id_card_no", "身份证号电话里我不想说，回头去卫生院再登记", AnswerKind.REFUSED),
        ("med_adherence", "刚才没听清，你再说一遍", AnswerKind.REPEAT),
        ("resident_type", "我户口在哪儿闹不清，不知道", AnswerKind.UNKNOWN),
    ],
)
def test_a_clause_that_says_it_outright(library: Library, ask: str, text: str, kind: AnswerKind) -> None:
    reading = read(ask, text, AskContext(NOW), library.knowledge)
    assert (reading.answer, reading.fills) == (kind, ())


@pytest.mark.parametrize(
    ("sex", "ask", "text", "slot", "value"),
    [
        ("2", "smoke_per_day_now", "我妈不抽，我爸一天一包", "smoke_per_day_now", 0),
        ("2", "blood_pressure", "我自己高压一百五呢，我妈的是一百二十四，七十四", "sbp", 124),
        ("2", "family_father", "我姥爷就是中风走的", "family_father", ("7",)),
        ("1", "family_father", "我爷爷就是中风走的", "family_father", ("7",)),
        ("2", "drug_allergy", "磺胺过敏。我是青霉素过敏，她不是", "drug_allergy", ("3",)),
        ("2", "marital", "我爸走了好些年了", "marital", "3"),
    ],
)
def test_a_daughter_speaks_for_her_parent(
    library: Library, sex: str, ask: str, text: str, slot: str, value: object
) -> None:
    ctx = AskContext(NOW, Resident("马凤英", sex=sex), slots={"identity": "proxy", "contact_relation": "3"})
    assert meant(library, ask, text, ctx)[0][slot] == value


def test_the_resident_s_own_words_are_not_turned_round(library: Library) -> None:
    assert meant(library, "smoke_per_day_now", "我妈不抽，我一天一包")[0] == {"smoke_per_day_now": 20}


def test_a_complaint_of_somebody_who_will_not_talk_is_not_lost(library: Library) -> None:
    slots, read_back = meant(library, "htn_symptoms", "心口有点慌，我不想说了")
    assert slots == {"htn_symptoms": ("6",)}
    assert read_back
