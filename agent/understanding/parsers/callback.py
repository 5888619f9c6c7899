"""When to call back: a day and a clock time, or a delay from now."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.dates import ClockMention, DateMention, find_clock, find_dates, find_delay
from agent.understanding.masking import corrected
from agent.understanding.measuring import reading, vague
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_BETWEEN = re.compile("(?:到|至|-)[一二三四五六七八九十\\d]+点")
_CLOCKS = re.compile("[零一二两三四五六七八九十\\d]+点(?:半|一刻|三刻|[一二三四五]?十[一二三四五六七八九]?分?)?")
_TIME_WORDS = re.compile(
    "早|晚|上午|下午|中午|晌|回头|过(?:几|两|些|会)|改天|再说|有空|有时间|以后|等|明天|后天|礼拜|星期|周|月|赶明|随时|都行|忙完|一会|待会|回来|吃完|号"
)


def parse(utterance: Utterance, ctx: AskContext) -> Reading:
    """``callback_time`` as YYYY-MM-DDTHH:MM; a day without an hour, or 晚点, is asked for."""
    text = corrected(utterance.text)
    clock, days = find_clock(text), find_dates(text, ctx.now)
    if clock is not None and text != utterance.text:  # 今儿后晌四点，不对，五点: the day and its part stay said
        said = _CLOCKS.sub(lambda m: "，" * len(m[0]), utterance.text[: clock.span[0]]) + text[clock.span[0] :]
        clock, days = find_clock(said) or clock, days or find_dates(said, ctx.now)
    if clock is None:
        return _delay(text, ctx.now)
    if clock.vague or _BETWEEN.match(text, clock.span[1]):
        return vague("the exact hour?")
    before = [d for d in days if d.span[0] <= clock.span[0]]  # 后天九点半，明天我要去接孙子
    days = tuple(before[-1:]) or days[-1:]
    moment = _moment(clock, days[-1] if days else None, ctx.now)
    if moment is None or moment <= ctx.now:
        return vague("that time is past")
    unsure = clock.unsure or (any(d.unsure or d.lunar for d in days[-1:]) and not re.search("这|本", text))
    start = min([clock.span[0], *(d.span[0] for d in days[-1:])])
    return _at(moment, (start, max([clock.span[1], *(d.span[1] for d in days[-1:])])), unsure)


def _moment(clock: ClockMention, day: DateMention | None, now: datetime) -> datetime | None:
    if day is not None:
        target = day.day
        if day.unsure and target < now.date():
            target += timedelta(days=7)
        return datetime(target.year, target.month, target.day, clock.hour, clock.minute)
    moment = now.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return moment if moment > now else moment + timedelta(days=1)


def _delay(text: str, now: datetime) -> Reading:
    found = find_delay(text)
    if found and found[1].exact and found[0] < timedelta(days=1):
        return _at(now + found[0], found[1].span, found[1].soft)
    return vague("which day, which hour?") if _TIME_WORDS.search(text) or found else Reading()


def _at(moment: datetime, span: tuple[int, int], unsure: bool) -> Reading:
    value = moment.strftime("%Y-%m-%dT%H:%M")
    return reading(SlotFill("callback_time", value, 0.8 if unsure else 1.0, span, unsure, "read back the day and hour"))


PARSERS: dict[str, Parser] = {"callback_time": parse}
