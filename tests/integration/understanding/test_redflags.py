"""The net of words: what raises, what does not, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.domain.alerts import Mention, MentionStatus, Severity, Subject
from agent.domain.answers import AskContext
from agent.understanding.redflags import RedFlagRules, load_redflags, mentions, probe_question, raised, word_alerts
from agent.understanding.text import normalise

ROOT = Path(__file__).parents[3]
CASES = ROOT / "evaluation" / "cases" / "redflags"
CONTEXT = AskContext(now=datetime(2026, 11, 23, 9, 30))
RULES = load_redflags(ROOT / "nlu_data", ROOT / "dialogues" / "clinical")


def flags(text: str, ask: str | None = None, rules: RedFlagRules = RULES) -> set[str]:
    return {alert.flag for alert in raised(text, ask, CONTEXT, rules)}


def heard(text: str, ask: str | None = None, *, partial: bool = False) -> tuple[Mention, ...]:
    return mentions(normalise(text), ask, CONTEXT, RULES, partial=partial)


def status(text: str, flag: str) -> MentionStatus:
    """By the rules alone."""
    found = mentions(normalise(text), None, CONTEXT, replace(RULES, likeness=None))
    return next(m.status for m in found if m.flag == flag)


def test_no_case_in_the_tree_is_missed_and_few_alarms_are_false() -> None:
    missed, alarms, ordinary = [], [], 0
    for path in [*sorted(CASES.glob("*.yaml")), *sorted((CASES.parent / "blind").glob("redflags*.yaml"))]:
        for case in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader):
            expected, got = set(case["expect"]["flags"]), flags(str(case["text"]), case.get("context"))
            ordinary += not expected
            if expected - got:
                missed.append((case["id"], case["text"], got))
            elif got and not expected:
                alarms.append((case["id"], case["text"], got))
    assert missed == []
    assert len(alarms) <= 0.01 * ordinary, alarms


@pytest.mark.parametrize(
    ("text", "flag", "expected"),
    [
        ("以前胸口疼过，现在不疼了", "chest_pain", MentionStatus.PAST),
        ("胸口不疼、也不闷", "chest_pain", MentionStatus.DENIED),
        ("我老伴胸口疼", "chest_pain", MentionStatus.OTHER_PERSON),
        ("要是胸口疼我就打120是吧", "chest_pain", MentionStatus.HYPOTHETICAL),
        ("这孙子气得我心口疼", "chest_pain", MentionStatus.FIGURATIVE),
        ("我喘得厉害，喘了十几年了，跟平时一样", "dyspnea", MentionStatus.BASELINE),
        ("有时候胸口疼", "chest_pain", MentionStatus.UNCERTAIN),
        ("胸口疼过", "chest_pain", MentionStatus.UNCERTAIN),
    ],
)
def test_each_status_is_given(text: str, flag: str, expected: MentionStatus) -> None:
    assert status(text, flag) is expected


def test_a_relative_in_danger_now_is_an_alert_about_somebody_else() -> None:
    (alert,) = [a for a in raised("我老伴现在叫不醒了", None, CONTEXT, RULES) if a.flag == "unconscious"]
    assert alert.subject is Subject.OTHER
    assert alert.severity is Severity.P0


def test_the_resident_is_meant_when_a_relative_only_reports() -> None:
    (alert,) = raised("女儿说我嘴巴歪了", None, CONTEXT, RULES)
    assert alert.subject is Subject.SELF


def test_each_flag_and_subject_is_raised_once() -> None:
    alerts = word_alerts(heard("胸口疼，疼得厉害，心口压得慌"), RULES)
    assert [a.flag for a in alerts].count("chest_pain") == 1


def test_a_partial_raises_only_what_will_not_be_taken_back() -> None:
    assert not heard("我胸口疼", partial=True)
    assert {m.flag for m in heard("我胸口疼得厉害", partial=True)} == {"chest_pain"}
    assert {m.flag for m in heard("不想活了", partial=True)} == {"suicide_risk"}
    assert not heard("你是说叫不醒", partial=True)


def test_a_misheard_syllable_is_still_found() -> None:
    assert "chest_pain" in flags("凶口疼得厉害")
    assert "hypertensive_emergency" in flags("学压一百八十五")


@pytest.mark.parametrize(("answer", "expected"), [("是啊，现在疼", True), ("没有", False), ("以前的事", False)])
def test_the_answer_to_a_probe_settles_it(answer: str, expected: bool) -> None:
    assert ("chest_pain" in flags(answer, "probe_chest_pain")) is expected


def test_every_probe_and_instruction_is_worded() -> None:
    path = ROOT / "dialogues" / "responses" / "emergency.yml"
    responses = yaml.safe_load(path.read_text("utf-8"))["responses"]
    for flag in {rule.flag for rule in RULES.rules}:
        mention = Mention(flag, MentionStatus.UNCERTAIN, (0, 1), "", "")
        assert probe_question(mention, RULES) in responses
        assert responses[f"utter_emergency_{flag}"][0]["metadata"] == {"interruptible": False}
    for limit in RULES.thresholds:
        said = "value" if limit.severity is Severity.VALUE else "emergency"
        assert f"utter_{said}_{limit.flag}" in responses


@given(st.text(max_size=120))
@settings(max_examples=60, deadline=None)
def test_no_text_is_refused(text: str) -> None:
    raised(text, "htn_symptoms", CONTEXT, RULES)


@given(
    st.lists(
        st.sampled_from("没不有胸口心疼痛闷喘气以前现在我老伴要是电视说吗，了过的血压一百八十二三点糖晕倒摔死活想"),
        max_size=40,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_run_of_cue_words_breaks_the_judge(chars: list[str]) -> None:
    heard("".join(chars), "blood_pressure")
