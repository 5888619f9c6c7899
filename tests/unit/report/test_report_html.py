"""The page: self-contained, everything escaped, nothing of what people said can act."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from agent.clinical.rules import ClinicalRules, load_clinical
from agent.domain.answers import Medication
from agent.domain.events import AlertRaised, PatternUsed, ResidentSaid, SlotSet, SuggestionMade, TurnTimed
from agent.report.build import build_report
from agent.report.markup import Markup, clip_url, el
from agent.report.page import render_html
from tests.unit.report.sample_log import follow_up, log, opened

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;</style>"


class Tags(HTMLParser):
    """Collects tags, attributes and whether they balance."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    assert parser.open == []
    return parser.seen


@pytest.fixture(scope="module")
def rules() -> ClinicalRules:
    return load_clinical(Path(__file__).resolve().parents[3] / "dialogues" / "clinical")


@pytest.fixture(scope="module")
def page(rules: ClinicalRules) -> str:
    return render_html(build_report(follow_up(), rules))


def test_the_page_is_well_formed_and_needs_nothing_from_outside(page: str) -> None:
    tags = _tags(page)
    assert not [tag for tag, _ in tags if tag in ("script", "link", "img", "iframe", "object")]
    assert not re.search(r"https?:|//|url\(|@import", page.split("</head>", maxsplit=1)[0].replace("<!doctype", ""))
    assert all(
        re.fullmatch(r"clips/[\w.%-]+", attributes["src"] or "") for _, attributes in tags if "src" in attributes
    )


def test_alerts_stand_before_the_form_and_the_ai_mark_is_seen(page: str) -> None:
    assert page.index("胸痛") < page.index("随访记录表</h2>")
    assert "AI 生成" in page
    assert "AI生成" in page
    assert 'name="AIGC"' in page
    assert "须由医生核对并签字" in page


def test_every_value_with_a_clip_has_a_player_that_waits(page: str) -> None:
    players = [attributes for tag, attributes in _tags(page) if tag == "audio"]
    assert {player["src"] for player in players} == {f"clips/t00{n}.wav" for n in (3, 4, 5, 6)}
    assert all(player["preload"] == "none" and "controls" in player for player in players)


def test_the_printed_page_is_a4_without_players(page: str) -> None:
    printed = page[page.index("@media print") :]
    assert "size: A4" in page
    assert re.search(r"audio[^{]*\{ display: none; \}", printed)


def test_hostile_words_stay_words(rules: ClinicalRules) -> None:
    events = log(
        opened(resident={"name": HOSTILE, "sex": HOSTILE, "birth_date": HOSTILE, "phone": HOSTILE},
               history={"adr_text": HOSTILE, "medications": (HOSTILE,), "salt_now": HOSTILE}),
        ResidentSaid(1, HOSTILE, HOSTILE, 1.0, HOSTILE),
        SlotSet(1, "adr_text", HOSTILE, "adr", HOSTILE, HOSTILE, 0.1, reason=HOSTILE),
        SlotSet(1, "salt_now", HOSTILE, "salt_now", HOSTILE),
        SlotSet(1, "htn_symptoms", (HOSTILE,), "htn_symptoms", HOSTILE),
        SlotSet(1, "medications", (Medication(f"unknown:{HOSTILE}", 1, 1, HOSTILE),), "medications", HOSTILE),
        AlertRaised(1, HOSTILE, HOSTILE, "self", HOSTILE, HOSTILE, HOSTILE),
        SuggestionMade(1, HOSTILE, HOSTILE, HOSTILE, (HOSTILE,)),
        PatternUsed(1, "ask_knowledge", HOSTILE),
        TurnTimed(1, 0, 0, "", HOSTILE),
    )  # fmt: skip
    page = render_html(build_report(events, rules))
    tags = _tags(page)
    assert {"script", "img"}.isdisjoint(tag for tag, _ in tags)
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on")]
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("clip", "url"),
    [
        ("t001.wav", "clips/t001.wav"),
        ("../../etc/passwd", "clips/passwd"),
        ("a\\b.wav", "clips/b.wav"),
        ("javascript:alert(1)", "clips/javascript%3Aalert%281%29"),
        ("血压 1.wav", "clips/%E8%A1%80%E5%8E%8B%201.wav"),
    ],
)
def test_a_clip_cannot_lead_out_of_its_folder(clip: str, url: str) -> None:
    assert clip_url("clips/", clip) == url


def test_the_builder_escapes_texts_and_keeps_markup() -> None:
    assert el("p", "<b>", Markup("<i>x</i>"), None, title='"') == '<p title="&quot;">&lt;b&gt;<i>x</i></p>'
    assert el("meta", charset="utf-8", content=None) == '<meta charset="utf-8">'
    assert el("p", "a\u202eb\x00") == "<p>ab</p>"


def test_the_base_of_the_clips_can_be_chosen(rules: ClinicalRules) -> None:
    assert 'src="/visits/7/clips/t004.wav"' in render_html(build_report(follow_up(), rules), "/visits/7/clips/")
