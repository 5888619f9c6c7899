"""One hypertension follow-up as a log of events, for the tests of the report."""

from __future__ import annotations

from typing import Any

from agent.domain.answers import Medication
from agent.domain.events import (
    AgentSaid,
    AlertRaised,
    AskClosed,
    ConsentGiven,
    ConversationClosed,
    ConversationOpened,
    Event,
    EventBody,
    PatternUsed,
    ResidentSaid,
    SlotSet,
    TurnTimed,
)

HISTORY: dict[str, Any] = {
    "sbp": 152,
    "dbp": 92,
    "suggested_visit_class": "2",
    "weight_kg_now": 60.0,
    "smoke_per_day_now": 10,
    "medications": ("amlodipine", "valsartan"),
}
RESIDENT = {"name": "王桂花", "id": "r1", "sex": "2", "birth_date": "1948-05-03", "phone": "13800000000"}


def log(*bodies: EventBody) -> list[Event]:
    """Events one second apart."""
    return [Event(i, f"2026-11-23T09:30:{i:02d}", body) for i, body in enumerate(bodies)]


def opened(**changes: Any) -> ConversationOpened:
    """The first event, with some of its values replaced."""
    values: dict[str, Any] = {
        "flow": "hypertension_followup",
        "form": "gw3-htn",
        "resident": RESIDENT,
        "history": HISTORY,
        "now": "2026-11-23T09:30",
    }
    return ConversationOpened(**(values | changes))


def follow_up() -> list[Event]:
    """A whole call: a correction, a daughter who answers once, a refusal, an alert, a question."""
    return log(
        opened(),
        AgentSaid(1, "您好，我是社区卫生服务中心的人工智能语音助手。", "utter_opening"),
        ResidentSaid(1, "哎，我就是", "identity"),
        ConsentGiven(2, True, "行，你说吧", "1"),
        AgentSaid(3, "最近一次量血压是多少？", "utter_ask_blood_pressure", "blood_pressure"),
        ResidentSaid(3, "早上量的一百六，低压九十五", "blood_pressure", 0.91),
        TurnTimed(3, 420.0, 600.0, "complete", "t003.wav"),
        SlotSet(3, "sbp", 160, "blood_pressure", "早上量的一百六，低压九十五", confidence=0.91),
        SlotSet(3, "dbp", 95, "blood_pressure", "早上量的一百六，低压九十五", confidence=0.91),
        AgentSaid(4, "是在家自己量的吗？", "utter_ask_bp_setting", "bp_setting"),
        ResidentSaid(4, "在家量的，说错了，是一百四十五", "bp_setting", 0.88),
        TurnTimed(4, 380.0, 500.0, "complete", "t004.wav"),
        SlotSet(4, "sbp", 145, "blood_pressure", "在家量的，说错了，是一百四十五", confidence=0.88, read_back=True,
                corrected=True),
        SlotSet(4, "bp_setting", "home", "bp_setting", "在家量的，说错了，是一百四十五"),
        SlotSet(5, "htn_symptoms", ("2",), "htn_symptoms", "没啥，就是有点头晕", confidence=0.72),
        TurnTimed(5, 400.0, 500.0, "complete", "t005.wav"),
        ResidentSaid(5, "没啥，就是有点头晕", "htn_symptoms", 0.72),
        AlertRaised(6, "chest_pain", "P0", "self", "胸口像压了块石头", "chest_pain.pressure", "1"),
        ResidentSaid(6, "胸口像压了块石头", "htn_symptoms"),
        TurnTimed(6, 300.0, 400.0, "complete", "t006.wav"),
        SlotSet(7, "weight_kg_now", 54.0, "weight_kg_now", "我妈一百零八斤", "3", 0.95),
        ResidentSaid(7, "我妈一百零八斤", "weight_kg_now", 0.95, "3"),
        SlotSet(8, "height_cm", 158.0, "height_cm", "一米五八"),
        SlotSet(9, "smoke_per_day_now", 0, "smoke_per_day_now", "不抽"),
        AskClosed(10, "alcohol_liang_now", ("alcohol_liang_now",), "refused"),
        AskClosed(11, "heart_rate", ("heart_rate",), "unknown"),
        SlotSet(12, "medications", (Medication("amlodipine", 1, 1, "片"), Medication("unknown:小白片")), "medications",
                "一个络活喜，还有一种小白片"),
        SlotSet(13, "med_adherence", "2", "med_adherence", "有时候忘"),
        SlotSet(14, "adr", "1", "adr", "没有"),
        PatternUsed(15, "ask_knowledge", "头晕能不能吃天麻"),
        PatternUsed(15, "repeat", "再说一遍"),
        ConversationClosed("escalated"),
    )  # fmt: skip
