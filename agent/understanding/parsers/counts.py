"""Counts and days: flare-ups, angina, nitroglycerin, days since discharge."""

from __future__ import annotations

import re

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.dates import find_dates
from agent.understanding.masking import NUMERAL, corrected, present
from agent.understanding.measuring import SAME_WORDS, UNKNOWN_WORDS, fill, reading, unknown, vague
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_NONE = re.compile(
    "(?:没有?|没得|冇|莫得|从来?没|从来没有|都没|未)(?:再|咋|怎么|啥|有|过)?(?:犯|发|疼|加重|使用|用|含|吃|痛|住|过|闷|严重|厉害)"
    "|一(?:次|回|趟|遍|粒|片)(?:都|也)?[没不么冇]|^(?:没有?|不|无|零|从来没有?|冇|没得|莫得)(?:，|$|啊|呀|了|过|的)|不(?:疼|痛|犯|用|含|发|闷)|没事|没有过|用不(着|上)|没发生"
)
_NOT_ONE = re.compile("一(?:次|回|趟|遍|粒|片)(?:都|也)?[没不么冇]")
_TIMES = re.compile("(?:多|来|几)?(?:次|回|趟|遍|粒|片|颗|下)")
_DAYS = re.compile("(?:多|来)?(?:天|日)(?!前量)")
_FORTNIGHT = re.compile("半个?月|两个?(?:礼拜|星期|周)|两周")
_MONTH = re.compile("[一这每]个?月|上个月|一个来月")
_WEEKS = re.compile("个?(?:多)?(?:礼拜|星期|周)")
_WEEKS_AND_DAYS = re.compile(f"([{NUMERAL}]+)个?(?:礼拜|星期|周)(?:零|又|加|多|过)([{NUMERAL}]+)天")
_LAST_YEAR = re.compile("(?:去年|旧年|前年|往年|头年)[^，]*，?")
_MONTHS = re.compile("(?:个|拉)?(?:多)?月")


def _denied(text: str, slot: str) -> Reading:
    return reading(SlotFill(slot, 0, 1.0, (0, len(text)), reason="none"))


def _counted(text: str, *, other: str = "") -> tuple[Number, ...]:
    """Numbers of times, those of ``other`` things (住院) left out when there are more."""
    numbers = find_numbers(text)
    times = [n for n in numbers if _TIMES.match(text, n.span[1]) or n.measure in ("次", "回")]
    bare = [
        n
        for n in numbers
        if not re.match(f"个?(?:礼拜|星期|周|月|天|年|分钟|小时|日|号|点|[{NUMERAL}])", text[n.span[1] :])
    ]
    found = times or bare
    if other:
        kept = [n for n in found if not re.search(f"(?:{other})[^，]{{0,3}}$", text[: n.span[0]])]
        found = kept or found
    return tuple(found)


def _no_number(text: str, about: str) -> Reading:
    if UNKNOWN_WORDS.search(text):
        return unknown()
    if SAME_WORDS.search(text) or re.search(f"{about}|经常|常|老|总|有时|偶尔|几|多|有", text):
        return vague("how many times?")
    return Reading()


def parse_aecopd(utterance: Utterance, ctx: AskContext) -> Reading:
    """Flare-ups within the year."""
    text = corrected(present(utterance.text))
    if "今年" in text:
        text = _LAST_YEAR.sub(lambda m: "，" * len(m[0]), text)
    numbers = _counted(text, other="住")
    exact = [n for n in numbers if n.exact]
    if _NONE.search(text) and (not exact or _NOT_ONE.search(text)):
        return _denied(text, "aecopd_count")
    if not exact:
        return vague("not exact") if numbers else _no_number(text, "犯|喘|加重|住")
    again = len(exact) > 1 and re.search("又|再|还有|年尾|年底|后头", text) is not None
    count = sum(n.value for n in exact) if again else exact[0].value
    return reading(fill("aecopd_count", count, exact[0].span, confirm=exact[0].soft or again, reason="unsure"))


def parse_angina(utterance: Utterance, ctx: AskContext) -> Reading:
    """Angina attacks a week."""
    return _per_week(utterance, "angina_freq_per_week", "犯|疼|闷|痛")


def parse_ntg(utterance: Utterance, ctx: AskContext) -> Reading:
    """How often nitroglycerin was taken; times outweigh tablets."""
    return _per_week(utterance, "ntg_use", "含|吃|用")


def _per_week(utterance: Utterance, slot: str, about: str) -> Reading:
    text = corrected(present(utterance.text))
    numbers = _counted(text, other="每次|一次|一回|每回")
    exact = [n for n in numbers if n.exact]
    if _NONE.search(text) and (not exact or _NOT_ONE.search(text)):
        return _denied(text, slot)
    if numbers and not exact:
        return vague("not exact")
    if exact and not (len(exact) == 1 and re.match(f"次(?:含|吃)?[{NUMERAL}]", text[exact[0].span[1] :])):
        return _scaled_to_week(text, slot, exact[0])
    if re.search("天天|每天", text):
        return reading(fill(slot, 7, (0, len(text)), confirm=slot == "ntg_use", reason="every day"))
    return _no_number(text, about)


def _scaled_to_week(text: str, slot: str, number: Number) -> Reading:
    days = 14 if _FORTNIGHT.search(text) else 30 if _MONTH.search(text) else 0
    if days:
        weekly = round(number.value * 7 / days)
        if not weekly:
            return vague("less than once a week")
        return reading(fill(slot, weekly, number.span, confirm=True, reason="converted to a week"))
    factor = 7 if re.search("[一每](?:天|日)|天天", text) else 1
    return reading(fill(slot, number.value * factor, number.span, confirm=number.soft, reason="unsure"))


def parse_days_since_discharge(utterance: Utterance, ctx: AskContext) -> Reading:
    """Days since the discharge, from a length or from the day itself."""
    text = corrected(utterance.text)
    nth = re.search(f"第([{NUMERAL}]+)天", text)
    if nth and (numbers := find_numbers(nth[1])):
        return reading(fill("days_since_discharge", numbers[0].value, nth.span(), confirm=True, reason="which day"))
    odd = _WEEKS_AND_DAYS.search(text)
    if odd and len(both := find_numbers(odd[1]) + find_numbers(odd[2])) == 2 and all(n.exact for n in both):
        return reading(fill("days_since_discharge", both[0].value * 7 + both[1].value, odd.span()))
    for number in find_numbers(text):
        days, estimated = _days(text, number)
        if days is None:
            continue
        if not number.exact:
            return vague("not exact")
        ago = bool(re.search("住(?:了|院)?$", text[: number.span[0]]))
        if not ago:
            return reading(
                fill(
                    "days_since_discharge",
                    days,
                    number.span,
                    confirm=estimated or number.soft,
                    reason="counted in months",
                )
            )
    dated = find_dates(text, ctx.now)
    left = [d for d in dated if re.search("出[^，]{0,2}院|回[来家]|到家", _clause_of(text, d.span[0]))]
    for item in reversed(left or dated):
        gap = (ctx.now.date() - item.day).days
        gap += 7 if gap < 0 and item.unsure else 0
        if gap >= 0:
            return reading(
                fill("days_since_discharge", gap, item.span, confirm=item.lunar, reason="counted from the day")
            )
    if re.search("今天|刚(?:刚)?(?:出|回|到)", text):
        return reading(fill("days_since_discharge", 0, (0, len(text)), confirm="今" not in text, reason="just home"))
    return _bare_days(text)


def _clause_of(text: str, at: int) -> str:
    return text[text.rfind("，", 0, at) + 1 :].partition("，")[0]


def _days(text: str, number: Number) -> tuple[float | None, bool]:
    end = number.span[1]
    if number.measure == "天" or _DAYS.match(text, end):
        return number.value, False
    if _WEEKS.match(text, end) and not re.match("个?(?:礼拜|星期|周)[一二三四五六日天](?![天个])", text[end:]):
        return number.value * 7, number.value % 1 > 0
    if (
        _MONTHS.match(text, end)
        and not re.match("月[零一二三四五六七八九十\\d]", text[end:])
        and (number.value < 1 or text[end : end + 1] in "个拉" or number.measure == "个")
    ):
        return float(round(number.value * 30)), True
    return None, False


def _bare_days(text: str) -> Reading:
    numbers = [n for n in find_numbers(text) if text[n.span[1] : n.span[1] + 1] in ("", "，", "吧", "了")]
    if numbers and numbers[-1].exact:
        return reading(fill("days_since_discharge", numbers[-1].value, numbers[-1].span, confirm=True, reason="days?"))
    return _no_number(text, "天|月|久|礼拜|出院")


PARSERS: dict[str, Parser] = {
    "aecopd_count": parse_aecopd,
    "angina_freq_per_week": parse_angina,
    "ntg_use": parse_ntg,
    "days_since_discharge": parse_days_since_discharge,
}
