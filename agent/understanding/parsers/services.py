"""Answers about supplies of medicine, the contract's years and the time of an appointment."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.dates import find_clock, find_dates
from agent.understanding.numbers import find_numbers
from agent.understanding.parsers import callback
from agent.understanding.parsers.record_hits import split_at_correction
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_DAYS = {"天": 1, "日": 1, "礼拜": 7, "星期": 7, "周": 7, "月": 30, "季度": 90, "年": 365}
_UNIT = re.compile("(?:个)?(天|日|礼拜|星期|周|月|季度|年)(?![前号])")
_OUT = re.compile(
    "(吃|用|打)(完|光|没)了|(一[点粒片颗]|啥)(都|也)?没(有)?了?|^(早就?|都|已经)*没(有)?(药)?了|断(了|药)|见底"
)
_TWO_WEEKS = re.compile("半(?:个|拉)月")
_VAGUE = re.compile("够|多|还有|剩|瓶|盒|板|几|不多|快")
_PARTS = (
    ("上午|早上|早晨|清早|头晌|一早|早", "上午"),
    ("下午|后晌|午后|过晌", "下午"),
    ("晚上|夜里|夜门诊|傍晚", "晚上"),
)
_AHEAD_DAYS = 92
"""A wish further ahead than the booking office plans is read back."""


def med_stock_days(utterance: Utterance, ctx: AskContext) -> Reading:
    """How many days the medicine will last; half a bottle is asked about."""
    parts = split_at_correction(utterance.text)
    text = parts[1] if parts else utterance.text
    if _OUT.search(text):
        return _fill("med_stock_days", 0, "used up")
    if _TWO_WEEKS.search(text):
        return _fill("med_stock_days", 15, "half a month", confirm=True)
    for number in find_numbers(text):
        unit = _UNIT.match(text, number.span[1])
        name = unit[1] if unit else number.measure.removeprefix("个")
        if name not in _DAYS:
            continue
        days = number.value * _DAYS[name]
        if not number.exact or not 0 <= days <= 365:
            return Reading(confirm=True, reason="how many days?")
        return _fill("med_stock_days", int(days), "days", confirm=number.soft or days > 92)
    return Reading(confirm=True, reason="how many days?") if _VAGUE.search(text) else Reading()


def contract_years(utterance: Utterance, ctx: AskContext) -> Reading:
    """One to three years; more is read back."""
    parts = split_at_correction(utterance.text)
    text = parts[1] if parts else utterance.text
    for number in find_numbers(text):
        if re.match("个?年|年", text[number.span[1] :]) or number.measure == "年" or number.span == (0, len(text)):
            if not number.exact or number.value != int(number.value) or not 1 <= number.value <= 5:
                return Reading(confirm=True, reason="one, two or three years?")
            return _fill("contract_years", int(number.value), "years", confirm=number.value > 3)
    return Reading(confirm=True, reason="how many years?") if re.search("长|短|随便|都行|年", text) else Reading()


def appointment_time(utterance: Utterance, ctx: AskContext) -> Reading:
    """A day with an hour (``2026-11-24T09:00``), with a half-day (``2026-11-24 上午``), or alone."""
    if find_clock(utterance.text):
        found = callback.parse(utterance, ctx)
        return replace(found, fills=tuple(replace(fill, slot="appointment_time") for fill in found.fills))
    parts = split_at_correction(utterance.text)
    text = parts[1] if parts else utterance.text
    days = find_dates(text, ctx.now)
    if not days:
        vague = re.search("上午|下午|早|晚|礼拜|星期|周|号|月|天|随便|都行|有空|尽快|越快", text)
        return Reading(confirm=vague is not None, reason="which day?" if vague else "")
    day = _coming(days[-1].day, ctx.now.date(), unsure=days[-1].unsure)
    if day < ctx.now.date():
        return Reading(confirm=True, reason="that day is past")
    part = next((name for words, name in _PARTS if re.search(words, text)), "")
    doubtful = days[-1].unsure or days[-1].lunar or (day - ctx.now.date()).days > _AHEAD_DAYS
    return _fill("appointment_time", f"{day.isoformat()} {part}".strip(), "day wished", confirm=doubtful)


def _coming(day: date, today: date, *, unsure: bool) -> date:
    return day + timedelta(days=7) if unsure and day < today else day


def _fill(slot: str, value: str | int, reason: str, *, confirm: bool = False) -> Reading:
    return Reading((SlotFill(slot, value, 0.9, confirm=confirm, reason=reason),), confirm=confirm, complete=not confirm)


PARSERS: dict[str, Parser] = {
    "med_stock_days": med_stock_days,
    "contract_years": contract_years,
    "appointment_time": appointment_time,
}
