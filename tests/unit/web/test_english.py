"""English pages of staff: everything that our own texts can say is in the catalogues; words of people stay."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.web import STATIC
from connectors.web.english import CHINESE, MARKS, SWITCH, english, page_in
from connectors.web.language import Language, chosen

CLINICAL = ("name", "title", "short", "label", "unit", "words", "referral")
"""Keys of clinical data whose texts stand on pages."""
ONLY_MARKS = set("".join(MARKS)) | set("＊　")


def literals(path: Path) -> Iterator[str]:
    """Texts of a module that are Chinese, with ``{0}`` for what is filled in; no documentation."""
    tree = ast.parse(path.read_text("utf-8"))
    parts = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts.add(id(node.value))
        if isinstance(node, ast.JoinedStr):
            texts = [value.value if isinstance(value, ast.Constant) else None for value in node.values]
            parts |= {id(value) for value in node.values}
            number = iter(range(len(texts)))
            yield "".join(f"{{{next(number)}}}" if text is None else str(text) for text in texts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value


def left(text: str) -> str:
    """What of a text would still be Chinese, apart from what is filled in."""
    said = english().say(text)
    return said if CHINESE.search(re.sub(r"\{\w+\}", "", said)) and set(text) - ONLY_MARKS else ""


def clinical(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str) and (key in CLINICAL or str(key).endswith("words")):
                yield inner
            elif key in ("codes", "good_fair_poor", "kinds"):
                yield from (text for text in every(inner) if isinstance(text, str))
            else:
                yield from clinical(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from clinical(inner)


def every(value: Any) -> Iterator[Any]:
    for inner in value.values() if isinstance(value, dict) else ():
        yield from every(inner) if isinstance(inner, dict) else [inner]


DRAWN = ("connectors/web/console/*.py", "connectors/api/alerts.py", "connectors/api/refusals.py")
ASKED = ("suifang/desk.py", "suifang/worklist.py", "suifang/office.py", "suifang/trends.py", "suifang/proposed.py")


@pytest.mark.parametrize("where", [*DRAWN, *ASKED])
def test_what_pages_say_is_in_the_catalogue(root: Path, where: str) -> None:
    said = {text for path in root.glob(where) for text in literals(path) if CHINESE.search(text)}
    assert [text for text in sorted(said) if left(text)] == []


def test_forms_labels_and_rules_are_in_the_catalogue(root: Path) -> None:
    folder = root / "dialogues" / "clinical"
    paths = [*(folder / "forms").glob("*.yml"), *(folder / "rules").glob("*.yml")]
    paths += [folder / f"{name}.yml" for name in ("labels", "contradictions", "trends")]
    said = {text for path in paths for text in clinical(yaml.safe_load(path.read_text("utf-8")))}
    said |= set(yaml.safe_load((folder / "medicine_names.yml").read_text("utf-8"))["names"].values())
    assert len(said) > 500
    assert [text for text in sorted(said) if CHINESE.search(text) and left(text)] == []


def test_an_entry_keeps_its_places_and_holds_no_chinese() -> None:
    for path in [*(STATIC.parent / "words").glob("*.json"), STATIC / "console" / "en.json"]:
        for key, text in json.loads(path.read_text("utf-8")).items():
            assert CHINESE.search(key) or key == "℃"
            assert not CHINESE.search(text), text
            if path.name != "en.json":
                assert set(re.findall(r"\{[\w.]+\}", text)) == set(re.findall(r"\{[\w.]+\}", key)), key


def test_scripts_and_their_catalogue_have_the_same_texts() -> None:
    """Each Chinese text of a script goes through ``t``, but what is stored as it stands."""
    known = set(json.loads((STATIC / "console" / "en.json").read_text("utf-8")))
    stored = {"签字时医生决定", "是", "否"}
    used, bare = set(), []
    for path in (STATIC / "console").glob("*.js"):
        for line in path.read_text("utf-8").splitlines():
            code = re.sub(r"(^|\s)//.*", "", line)
            used |= set(re.findall(r"\bt\('([^']*)'", code))
            rest = re.sub(r"\bt\('[^']*'", "", code)
            bare += [text for text in re.findall(r"['`]([^'`]*)['`]", rest) if CHINESE.search(text)]
    assert used == known
    assert set(bare) <= stored


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "language"),
    [
        (None, None, "", Language.CHINESE),
        (None, None, "fr-FR,en-GB;q=0.8,zh;q=0.3", Language.ENGLISH),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", Language.CHINESE),
        (None, None, "en;q=x, *", Language.CHINESE),
        (None, "en", "zh-CN", Language.ENGLISH),
        ("zh", "en", "en", Language.CHINESE),
        ("tlh", None, "en", Language.ENGLISH),
    ],
)
def test_the_language_is_asked_kept_or_preferred(
    asked: str | None, kept: str | None, accepted: str, language: Language
) -> None:
    assert chosen(asked, kept, accepted) is language


PAGE = (
    '<!doctype html>\n<html lang="zh-CN"><body><h1>工作列表</h1>' + SWITCH[Language.CHINESE] + "<b>女 78岁</b>"
    '<p><span translate="no">没有<i>头晕</i></span><q>没有，头晕</q><q>收缩压 185，舒张压 &lt;92</q></p>'
    '<button aria-label="更正收缩压" data-codes="[[&quot;1&quot;, &quot;无&quot;]]" data-said="没有">改</button>'
    "<p>血压 150/95 未达标（目标 &lt;140/90）</p></body></html>"
)  # fmt: skip


def test_a_page_is_put_into_english_and_words_stay() -> None:
    page = page_in(Language.ENGLISH, PAGE)
    assert page_in(Language.CHINESE, PAGE) == PAGE
    assert page.startswith('<!doctype html>\n<html lang="en"><body><h1>Work list</h1>')
    assert SWITCH[Language.ENGLISH] in page
    assert "<b>female 78 y</b>" in page
    assert '<span translate="no">没有<i>头晕</i></span><q>没有，头晕</q>' in page
    assert "<q>Systolic 185, Diastolic &lt;92</q>" in page
    assert 'aria-label="Correct Systolic"' in page
    assert 'data-codes="[[&quot;1&quot;, &quot;none&quot;]]" data-said="没有">Edit<' in page
    said = english().say("用药情况 氨氯地平 每日 1 次，每次 1 片、二甲双胍")
    assert said == "Medicines amlodipine 1× a day, 1 tab. each, metformin"
    assert english().say("心率 67 次/分 → 76 次/分（↑9）") == "Heart rate 67 /min → 76 /min (↑9)"
    assert "<p>Blood pressure 150/95 above target (&lt;140/90)</p>" in page


def test_hostile_text_stays_text() -> None:
    page = page_in(Language.ENGLISH, '<html lang="zh-CN"><p>建议：&lt;img src=x onerror=hit&gt;</p></html>')
    assert page == '<html lang="en"><p>Suggested: &lt;img src=x onerror=hit&gt;</p></html>'
