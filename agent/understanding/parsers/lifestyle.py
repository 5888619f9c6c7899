"""Habits per day or week: tobacco, alcohol, staple food, exercise."""

from __future__ import annotations

import re

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.masking import corrected, own, present
from agent.understanding.measuring import UNKNOWN_WORDS, candidates, fill, reading, unknown, vague
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.parsers.amounts import (
    Amount,
    amounts,
    days_covered,
    per_day_factor,
    weekly_times,
)
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.understanding.values import Drink, tables

_NOT_QUIT = re.compile("没戒|戒不(?!抽|喝)|没有戒|不戒|想戒|要戒|戒了?[^，]{0,4}又|又[抽喝]|戒不成|戒过|难戒")
_SMOKE_NO = re.compile(
    "一[根支口](?:也|都)?(?:不|没|勿|唔|冇)(?:吃|抽|吸|碰|沾)|(?:不|没|没有|从来?不|从来?没|不怎么会|莫得|冇|早不|都不)(?:再|得|会|咋|爱|碰|沾|吃|敢)?(?:抽|吸|沾|碰|香?烟)|戒|[忌断掐](?:了|掉|烟)|不会|不沾|不碰|^(?:没有?|不|无|从来没有?|冇|莫得|没得)(?:，|$|啊|呀|的|了)"
)
_DRINK_NO = re.compile(
    "(?:不|没|勿|唔)(?:会)?吃(?:老|白|黄|烧|啥|什么)?酒|酒(?:我|也|都|是|倒|从来)*(?:不|没|勿|唔)(?:吃|喝|碰|沾)|(?:不|没|没有|从来?不|从来?没|莫得|冇|都不|一口不|一点不|一滴不|一口没|一滴没|滴酒[不没])(?:碰|喝|沾|再|得|会|爱|碰|沾|让|敢|能)?(?:喝|饮|酒|沾)|戒|滴酒[不没]|不会|[忌断](?:了|掉|酒)|不沾|不碰|酒精过敏|^(?:没有?|不|无|从来没有?|冇|莫得|没得)(?:，|$|啊|呀|的|了)"
)
_OTHER_TIMES = re.compile(
    "(?:早上?|中午|晌午|晚上?|晚黑|擦黑|黑了|黑老|天黑|后晌|上午|下午|白天|夜里|夜晚|平时|平常|饭前)(?:就|都|也|倒|我|一般)*不(?:喝|抽)"
)
"""晚上不喝 beside an amount for noon."""
_NO_MORE = re.compile("(?:再多|多了)[^，]{0,4}不(?:喝|抽)")
"""再多俺不喝 beside an amount."""
_OTHER_DRINKS = re.compile(
    "(?:白酒|啤酒|红酒|黄酒|米酒|药酒|洋酒|白的|啤的|红的|别的酒?|其他的?酒?|旁的)(?:我|俺|就|都|也|是|倒|可|一概|一口|一点)*(?:不|没)(?:怎么|咋|敢|爱|能|再)?[喝沾碰]"
)
"""白酒不喝 beside an amount of another drink."""
_SELDOM = re.compile(
    "偶尔|偶而|有时|不常|不经常|很少|难得|过年|过节|逢年|来(?:了)?(?:客人|人|戚)|亲戚|应酬|有事|想起来|抽着玩|一点点|一点儿?(?![零一二三四五六七八九])|少许|几口|抿"
)
_LIANG_PER = {"两": 1.0, "斤": 10.0, "公斤": 20.0, "毫升": 0.02, "ml": 0.02}
_STILL = re.compile(
    "一(?:次|回|趟)(?:(?:都|也)?没|[都也]不)|没(?:专门|特意|特地|正经)(?:去|地|的)?(?:锻炼|运动|活动)|不运动|不锻炼|不活动|没(?:有)?(?:运动|锻炼|活动|咋动|怎么动)|不动弹?|动不了|走不(?:了|动|成)|不(?:出门|下床|走|溜达)|没法(?:走|动)|不咋动|不怎么动|从来不|^(?:没有?|不|无)(?:，|$|啊|了|呀)|懒得动|哪儿?里?(?:也|都)(?:去|走|动)不(?:了|成|动)|(?<!哪里)去不了|出不去|足不出户|成天(?:躺|坐|窝)"
)
_MINUTES = re.compile("个?(?:分钟|分(?!之))")
_HOURS = re.compile("(?:个|拉)?(?:多)?(?:小时|钟头|钟(?!头))")
_QUARTERS = re.compile("刻钟?")


def parse_smoking(utterance: Utterance, ctx: AskContext) -> Reading:
    """Cigarettes a day; packs of 20; 戒了 is 0."""
    text = corrected(own(present(utterance.text)))
    packs = {
        "包": tables().numbers["per_pack"],
        "盒": tables().numbers["per_pack"],
        "条": tables().numbers["per_carton"],
    }
    units = {**packs, **dict.fromkeys(("根", "支", "只", "枝", "颗", "棵", "口"), 1.0)}
    found = amounts(text, units)
    if (
        _SMOKE_NO.search(text)
        and not _NOT_QUIT.search(text)
        and (not found or re.search("[戒忌]|不抽|没抽|不吸|[根支口][也都][不没]", text))
        and not _only_of(text, "酒", "烟")
        and not (found and _OTHER_TOBACCO.search(text))
    ):
        return reading(SlotFill("smoke_per_day_now", 0, 1.0, (0, len(text)), reason="does not smoke"))
    if not found:
        return _bare_or_vague(text, "smoke_per_day_now", "抽|吸|烟|戒")
    if len(found) > 1 and found[0].number.span[1] + len(found[0].unit) == found[1].number.span[0]:
        return vague("ten or eight: which?")  # 十根八根
    by_time = len(found) > 1 and re.search(
        "[早晨].*[晚夜黑]|上午.*(?:下午|后晌)|白天.*[晚夜]|[中晌]午?.*[晚夜黑]", text
    )
    return _daily(text, found if by_time else found[-1:], "smoke_per_day_now")


_OTHER_TOBACCO = re.compile(
    "，(?:现在|如今|眼下|这阵|改|换)(?:成|了|就|只|光|是)*(?:抽|吸|吃)(?!得?少)[^，不没]{0,4}，?[^，不没]{0,5}[包盒条根支]"
)
"""叶子烟早就不抽了，现在抽纸烟，一天一包."""


def _only_of(text: str, other: str, asked: str) -> bool:
    """酒我是滴酒不沾, asked for cigarettes: what is denied is the other of the two."""
    return other in text and asked not in text and not re.search("[抽吸]" if other == "酒" else "[喝饮]", text)


def _bare_or_vague(text: str, slot: str, about: str) -> Reading:
    if _SELDOM.search(text):
        return vague("not every day: how much a day?")
    numbers = candidates(text)
    if numbers and numbers[-1].exact:
        number = numbers[-1]
        return reading(fill(slot, number.value, number.span, confirm=True, reason="which unit?"))
    if UNKNOWN_WORDS.search(text):
        return unknown()
    return (
        vague("how much a day?")
        if numbers or _SELDOM.search(text) or re.search(about, text) or find_numbers(text)
        else Reading()
    )


_A_DAY = re.compile("[一每]天|天天")
"""两天一包，一天十根: the clause of the amount says for how long."""


def _daily(text: str, found: tuple[Amount, ...], slot: str, factor: float = 1.0) -> Reading:
    """One amount turned into amount a day; open amounts fill nothing."""
    if any(not a.number.exact for a in found):
        return vague("not exact")
    seldom = _SELDOM.search(text)
    a_little = seldom and seldom[0] in ("一点", "一点儿") and seldom.start() < found[-1].number.span[0]
    if seldom and not a_little and not (seldom[0] == "有时" and seldom.start() > found[-1].number.span[1]):
        return vague("how often, how much a day?")
    if re.search("(?:都|还|也)?(?:抽|喝|吃)不(?:完|了)", text):
        return vague("less than that: how much a day?")
    clause = text[text.rfind("，", 0, found[-1].number.span[0]) + 1 :].partition("，")[0]
    days, known = days_covered(clause if len(found) == 1 and _A_DAY.search(clause) else text)
    if not known or days <= 0:  # 零天一包 says nothing
        return vague("not every day: how much a day?")
    if len(found) > 2 and found[0].worth == sum(a.worth for a in found[1:]):
        found = found[1:]  # 一天三两，中午一两半，晚上一两半: the sum and its parts
    value = sum(a.worth for a in found) * factor / days
    unsure = any(a.number.soft or a.estimated for a in found) or days >= 7
    span = (found[0].number.span[0], found[-1].number.span[1])
    return reading(fill(slot, value, span, confirm=unsure, reason="converted to a day"))


def parse_alcohol(utterance: Utterance, ctx: AskContext) -> Reading:
    """Alcohol a day, in liang of spirits; beer, wine and rice wine are converted."""
    text = corrected(own(present(utterance.text)))
    taken = _OTHER_DRINKS.sub(lambda m: "，" * len(m[0]), text)
    found = _drinks(taken)
    text = (
        _NO_MORE.sub(lambda m: "，" * len(m[0]), _OTHER_TIMES.sub(lambda m: "，" * len(m[0]), taken)) if found else text
    )
    denied = _DRINK_NO.search(text) and not _NOT_QUIT.search(text) and not _only_of(text, "烟", "酒")
    if denied and (not found or re.search("[戒忌]|不喝(?!多|醉)", text)):
        return reading(SlotFill("alcohol_liang_now", 0, 1.0, (0, len(text)), reason="does not drink"))
    if not found:
        if re.search("[瓶杯碗盅]", text) and find_numbers(text):
            return vague("which drink, how much?")
        return _bare_or_vague(text, "alcohol_liang_now", "喝|酒|戒")
    total = _TOTAL.search(text)
    if total and total.start() <= found[-1].number.span[0]:  # 一顿三两，就是六两
        return _daily(text[total.start() :].rjust(len(text), "，"), found[-1:], "alcohol_liang_now")
    meals = per_day_factor(text)
    one_kind = len({_drink(text, a.number) for a in found}) == 1
    by_time = (
        len(found) > 1 and one_kind and not re.search("[中晚早晌夜黑].{0,8}[中晚早晌夜黑]|加|还有|再|和|外加|又", text)
    )
    result = _daily(text, found[-1:] if by_time else found, "alcohol_liang_now", meals or 1.0)
    if meals is None and result.fills and not result.confirm:
        first = result.fills[0]
        return reading(
            fill(first.slot, float(str(first.value)), first.span, confirm=True, reason="a meal: how many a day?")
        )
    return result


_TOTAL = re.compile("(?:就是|一共|总共|拢共|统共|合起来|合计|加起来|一天下来)(?:是|得|有|就)?(?=[^，]{1,4}[两斤])")


def _drinks(text: str) -> tuple[Amount, ...]:
    found = []
    for amount in amounts(text, {**_LIANG_PER, "瓶": 0.0, "听": -1.0, "罐": -1.0}):
        kind = _drink(text, amount.number)
        if amount.unit not in _LIANG_PER and kind is None:
            return ()
        drink = kind or tables().drinks["spirits"]
        liang = {"瓶": drink.bottle_liang, "听": drink.can_liang, "罐": drink.can_liang}.get(
            amount.unit, _LIANG_PER.get(amount.unit, 1.0)
        )
        worth = round(amount.number.value * liang / drink.divide, 2)
        found.append(Amount(amount.number, amount.unit, worth, amount.unit in ("听", "罐")))
    return tuple(found)


def _drink(text: str, number: Number) -> Drink | None:
    """The drink named nearest to the number, within ten characters after or before it."""
    start, end = number.span
    named = [
        (match.span(), drink)
        for drink in tables().drinks.values()
        for w in drink.says
        for match in re.finditer(w, text)
    ]
    if not named:
        return None
    first = find_numbers(text[: min(span[0] for span, _ in named)])
    before_it = not any(re.match("[两斤瓶罐听]", text[n.span[1] :]) for n in first)  # 白的二两，啤的一瓶
    best: tuple[int, Drink] | None = None
    for (at, stop), drink in named:
        behind = at >= end
        gap = (at - end if behind else start - stop) + (20 if behind == before_it else 0)
        if 0 <= gap <= 32 and (best is None or gap < best[0]):
            best = (gap, drink)
    return best[1] if best else None


def parse_staple(utterance: Utterance, ctx: AskContext) -> Reading:
    """Staple food in grams a day, raw weight; bowls and buns are estimates, read back."""
    text = corrected(present(utterance.text))
    table = tables()
    found = amounts(text, dict(table.staple_grams), counted=table.staple_estimated)
    if not found:
        return (
            unknown()
            if UNKNOWN_WORDS.search(text)
            else _bare_or_vague(text, "staple_g_now", "吃|饭|粮|面|馍|两|主食")
            if not candidates(text)
            else vague("which unit?")
        )
    if any(not a.number.exact for a in found):
        return vague("not exact")
    of_meals = len(found) > 1 and re.search("早[^，]*，?[^，]*[中晌晚黑夜]", text)
    per_meal = (
        not of_meals
        and bool(re.search("[一每]?(?:顿|餐)", text))
        and not _SHARED_OUT.search(text)
        and not (len(found) == 1 and _A_DAYS_WORTH.search(text, 0, found[0].number.span[0]))
        and not re.search("一共|总共|统共|拢共|加(?:一块|起来|一起)|合(?:起来|一块|共)|一天下来", text)
    )
    meals = _meals(text) if per_meal else 1
    several = re.search("早|中|晚|晌|夜|加|和|两[米面][一二三四五半]", text)
    if len(found) == 2 and found[0].worth == found[1].worth and _SUM.search(text, found[0].number.span[1]):
        found = found[:1]  # 一天六两，…，合起来六两米
    if len(found) == 2 and "各" in text and found[0].worth in (found[1].worth * 2, found[1].worth * 3):
        found = found[:1]  # 一天六两，早中晚各二两
    chosen = found if len(found) == 1 or (several and not _said_again(text, found)) else found[-1:]
    if len(chosen) > 2 and chosen[-1].worth == sum(a.worth for a in chosen[:-1]):
        chosen = chosen[-1:]  # 早上一两，中午二两，夜里二两，加起来五两
    if len(chosen) > 2 and chosen[0].worth == sum(a.worth for a in chosen[1:]):
        chosen = chosen[1:]  # 一天四两，早上一两，中午二两，晚上一两: the sum and its parts
    grams = sum(a.worth for a in chosen) * (meals or 3)
    unsure = any(a.estimated or a.number.soft for a in chosen)
    span = (chosen[0].number.span[0], chosen[-1].number.span[1])
    return reading(fill("staple_g_now", grams, span, confirm=unsure, reason="estimated from bowls or buns"))


_SUM = re.compile("(?:合|加)起来|一共|总共|拢共|统共")
_A_DAYS_WORTH = re.compile("(?:一天|每天|天天)(?:总共|一共|就|也|得|要|吃|是|有|大概|差不多|吃个)*$")
"""一天吃六两，顿顿称."""
_SHARED_OUT = re.compile(
    "(?:三|两|几|[2-3])(?:顿|餐)[^，]{0,3}(?:匀|分|摊)|(?:匀|分|摊)(?:成|开|作|做|到)?[^，]{0,2}(?:三|两|几|[2-3])(?:顿|餐)"
)
"""一天六两，三顿匀开: the day's amount, and how it is eaten."""


def _said_again(text: str, found: tuple[Amount, ...]) -> bool:
    """一天半斤吧，…，就是半斤: the same amount, and no meal is named beside it."""
    same = len({a.worth for a in found}) == 1
    return same and re.search("[早晨中晌午晚黑夜]|一顿|每顿", text) is None


def _meals(text: str) -> int:
    said = [n for n in find_numbers(text) if re.match("顿|餐", text[n.span[1] :]) and n.exact and n.value > 1]
    return int(said[-1].value) if said else 3


_ALL_BUT = re.compile("除(?:了|开|脱)?(?:周|礼拜|星期)[一二三四五六日天](?:以?外)?[^，没不]{0,4}(?:都|天天|每天)")
"""除了礼拜天都去公园."""


_NOT_ONCE = re.compile("一[次回趟][都也]?[不没]")
"""不动，光坐着，一次都不锻炼."""


def parse_exercise(utterance: Utterance, ctx: AskContext) -> Reading:
    """Times a week and minutes each time; a partial answer gives the one slot."""
    text = corrected(present(utterance.text))
    minutes, minutes_open = _minutes(text)
    times, times_open, span = weekly_times(text)
    if but := _ALL_BUT.search(text):
        times, times_open, span = 6.0, False, but.span()
    fills: list[SlotFill | None] = []
    if times is not None:
        fills.append(fill("exercise_per_week_now", times, span))
    if minutes is not None:
        fills.append(fill("exercise_minutes_now", minutes.worth, minutes.number.span, confirm=minutes.number.soft))
    denied = _NOT_ONCE.search(text) or _STILL.search(text)
    if denied and (denied[0].startswith(("一", "没专", "没特", "没正")) or not (fills or minutes_open or times_open)):
        return reading(SlotFill("exercise_per_week_now", 0, 1.0, (0, len(text)), reason="does not exercise"))
    must = minutes_open or times_open
    if fills or must:
        return reading(*fills, complete=len(fills) == 2 and not must, confirm=must, reason="not exact" if must else "")
    if UNKNOWN_WORDS.search(text) and not re.search("没有?个?[准定]", text):
        return unknown()
    known = re.search("走|跑|动|跳|操|拳|舞|锻炼|溜达|遛|散步|活|圈|会儿|功夫|工夫|步|种地|家务|孙", text)
    return vague("how often, how long?") if known else Reading()


def _minutes(text: str) -> tuple[Amount | None, bool]:
    """Length of one time, and whether one was said that is open; 三刻钟, 半个钟头, 一个半小时."""
    found: list[Amount] = []
    open_value = bool(re.search("个把(?:钟头|小时)|半拉天|(?:一袋烟|一炷香|一顿饭|抽袋烟|吃顿饭)(?:的)?[功工]夫", text))
    for number in find_numbers(text):
        tail = text[number.span[1] :]
        scale = 60.0 if number.measure in ("小时", "钟头") or _HOURS.match(tail) else 0.0
        scale = scale or (
            15.0 if _QUARTERS.match(tail) else 1.0 if number.measure == "分钟" or _MINUTES.match(tail) else 0.0
        )
        if not scale:
            continue
        if not number.exact:
            open_value = True
        found.append(Amount(number, "分钟", number.value * scale, False))
    exact = [a for a in found if a.number.exact]
    if len(exact) > 1 and len({a.worth for a in exact}) > 1:
        if re.search("小时[零又]?\\S{0,5}分", text):
            return Amount(exact[-1].number, "分钟", sum(a.worth for a in exact), False), open_value
        return None, True
    return (exact[-1] if exact else None), open_value and not exact


PARSERS: dict[str, Parser] = {
    "smoke_per_day_now": parse_smoking,
    "alcohol_liang_now": parse_alcohol,
    "staple_g_now": parse_staple,
    "exercise": parse_exercise,
}
