"""Counts and days: flare-ups, angina, nitroglycerin, days since discharge."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.dates import find_dates
from agent.understanding.masking import NUMERAL, corrected, present
from agent.understanding.measuring import SAME_WORDS, UNKNOWN_WORDS, fill, reading, retold, unknown, vague
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.parsers.standing import declined, of_this_week, retaken
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_NONE = re.compile(
    "(?:没有?|没得|冇|莫得|从来?没|从来没有|都没|未)(?:再|咋|怎么|啥|有|过)?(?:犯|发|疼|加重|使用|用|含|吃|痛|住|过|闷|严重|厉害)"
    "|一(?:次|回|趟|遍|粒|片)(?:都|也)?[没不么冇]|^(?:没有?|不|无|零|从来没有?|冇|没得|莫得)(?:，|$|啊|呀|了|过|的)|不(?:疼|痛|犯|用|含|发|闷)|没事|没有过|用不(着|上)|没发生|没(?:有)?(?:动|碰|使|拿出来)过?(?=，|$)"
)
_NOT_ONE = re.compile("一(?:次|回|趟|遍|粒|片)(?:都|也)?[没不么冇]")
_TIMES = re.compile("(?:多|来|几)?(?:次|回|趟|遍|粒|片|颗|下)")
_DAYS = re.compile("(?:多|来)?(?:天|日)(?!前量)")
_FORTNIGHT = re.compile("半个?月|两个?(?:礼拜|星期|周)|两周")
_MONTH = re.compile("[一这每]个?月|上个月|一个来月")
_WEEKS = re.compile("个?(?:多)?(?:礼拜|星期|周)")
_GIVE_OR_TAKE = re.compile(f"(?:月|礼拜|星期|周)还?(?P<sign>[差少欠零加多过又])(?P<days>[{NUMERAL}])天")
"""半个月差一天, 半个月零一天."""
_LAST_YEAR = re.compile("(?:去年|旧年|前年|往年|头年)[^，]*，?")
_MONTHS = re.compile("(?:个|拉)?(?:多)?月")


_TOTAL = re.compile(
    f"(?:一共|总共|拢共|统共|总归|拢总|合起来|加起来|加一起|满打满算|算下来|就这|共|[一每]个?(?:礼拜|星期|周))[^，{NUMERAL}]{{0,5}}$"
)
_IDIOMS = re.compile("隔三[差岔]五|三天两头|三三两两|动不动|时不时|接二连三|一天到晚|一[变受着吹感到冷热累咳走动着生]")
_OFTEN = re.compile("隔三[差岔]五|三天两头|三三两两|动不动|时不时|接二连三|好多|好些|无数|数不(?:清|过来)|多得很")
_DAY_OF = (
    "(?:礼拜|星期|周)[一二三四五六日天]|[昨前今]天|[昨今]儿|头天|早上|上午|下午|夜里|晚上|[春夏秋冬]天?|"
    "年[初头底尾]|[上下]半年|月份?|清明|国庆|五一|过年|开年"
)
_EVERY_OTHER = re.compile("隔[一两三几]?天")
_RATE = re.compile(f"(?:犯|疼)?[一每](?:次|回)就?(?:含|吃|用)[{NUMERAL}](?:片|粒|颗)")
"""犯一回含一片."""
_EACH_DAY = re.compile(f"([{NUMERAL}])天[^，{NUMERAL}]{{0,4}}(?:，?[一每]天|各|都|每天)[^，{NUMERAL}]{{0,3}}$")
_OPEN = re.compile(f"(?!{NUMERAL})[^，]{{0,2}}?(?:打底|往上|朝上|以上|开外|不止|(?:都|还)?不到|还要?多|出头|挂零)")
_EACH = re.compile("各(?:含|犯|疼|吃|用)?(?:了|过)?$")
_NO_COUNT_KNOWN = re.compile(
    f"(?:{UNKNOWN_WORDS.pattern})[^，]{{0,6}}几|几[次回趟][^，]{{0,2}}(?:{UNKNOWN_WORDS.pattern})"
)
_SLOWER = re.compile("说慢|慢点|跟不上|没听|大点?声|再说|听不")


def _denied(text: str, slot: str) -> Reading:
    return reading(SlotFill(slot, 0, 1.0, (0, len(text)), reason="none"))


def _counted(text: str, *, other: str = "") -> tuple[Number, ...]:
    """Numbers of times, those of ``other`` things (住院) left out when there are more."""
    numbers = find_numbers(_IDIOMS.sub(lambda m: "，" * len(m[0]), text))
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
    total = [n for n in found if n.exact and _TOTAL.search(text[: n.span[0]])]
    return tuple(total[-1:] or found)


def _summed(text: str, exact: list[Number], *, again: bool = False) -> Number:
    """开春一趟，入冬又一趟: their sum, to be read back; a sum told along (两趟) counts as told."""
    *parts, last = exact
    if parts and _EACH.search(text[: exact[0].span[0]]):
        return last  # 礼拜一、礼拜三各一次，两次
    if len(parts) > 1 and last.value == sum(n.value for n in parts):
        return last
    ends = [0, *(n.span[1] for n in exact)]
    apart = all(re.search(_DAY_OF, text[end : n.span[0]]) for end, n in zip(ends, exact, strict=False))
    if parts and (again or apart):
        return replace(retold(exact[0], sum(n.value for n in exact)), soft=True)
    return exact[0]


def _no_number(text: str, about: str) -> Reading:
    if declined(text):
        return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not say")
    if UNKNOWN_WORDS.search(text):
        return unknown()
    if _SLOWER.search(text):
        return Reading()
    if SAME_WORDS.search(text) or _OFTEN.search(text) or re.search(f"{about}|经常|常|老|总|有时|偶尔|几|多|有", text):
        return vague("how many times?")
    return Reading()


def _not_exact(text: str) -> Reading:
    return unknown() if _NO_COUNT_KNOWN.search(text) else vague("not exact")


def parse_aecopd(utterance: Utterance, ctx: AskContext) -> Reading:
    """Flare-ups within the year."""
    text = retaken(corrected(present(utterance.text)))
    if "今年" in text:
        text = _LAST_YEAR.sub(lambda m: "，" * len(m[0]), text)
    numbers = _counted(text, other="住")
    exact = [n for n in numbers if n.exact and not _OPEN.match(text, n.span[1])]
    if _NONE.search(text) and (not exact or _NOT_ONE.search(text)):
        return _denied(text, "aecopd_count")
    if not exact:
        return _not_exact(text) if numbers else _no_number(text, "犯|喘|加重|住")
    again = re.search("又|再|还有|年尾|年底|后头", text) is not None
    count = _summed(text, exact, again=again)
    return reading(fill("aecopd_count", count.value, count.span, confirm=count.soft, reason="unsure"))


def parse_angina(utterance: Utterance, ctx: AskContext) -> Reading:
    """Angina attacks a week."""
    return _per_week(utterance, "angina_freq_per_week", "犯|疼|闷|痛")


def parse_ntg(utterance: Utterance, ctx: AskContext) -> Reading:
    """How often nitroglycerin was taken; times outweigh tablets."""
    return _per_week(utterance, "ntg_use", "含|吃|用")


def _per_week(utterance: Utterance, slot: str, about: str) -> Reading:
    text = of_this_week(retaken(corrected(present(utterance.text))))
    rest = _RATE.sub(lambda m: "，" * len(m[0]), text)
    text = rest if find_numbers(rest) else text
    numbers = _counted(text, other="每次|一次|一回|每回")
    exact = [n for n in numbers if n.exact and not _OPEN.match(text, n.span[1])]
    if not exact and re.search("有时候?[^，]{1,4}有时候?[不没]|没准|没个?数", text):
        return vague("how many times?")
    if _NONE.search(text) and (not exact or _NOT_ONE.search(text)):
        return _denied(text, slot)
    if numbers and not exact:
        return _not_exact(text)
    if exact and not (len(exact) == 1 and re.match(f"次(?:含|吃)?[{NUMERAL}]", text[exact[0].span[1] :])):
        return _scaled_to_week(text, slot, _summed(text, exact))
    if re.search("天天|每天|日日|见天", text):
        return reading(fill(slot, 7, (0, len(text)), confirm=slot == "ntg_use", reason="every day"))
    return _no_number(text, about)


def _scaled_to_week(text: str, slot: str, number: Number) -> Reading:
    if _TOTAL.search(text[: number.span[0]]):
        return reading(fill(slot, number.value, number.span, confirm=number.soft, reason="unsure"))
    each = _EACH_DAY.search(text[: number.span[0]])
    if each and (told := find_numbers(each[1])) and told[0].exact:
        value = told[0].value * number.value
        return reading(fill(slot, value, number.span, confirm=True, reason="so many days, so often a day"))
    if _EVERY_OTHER.search(text):
        return vague("every other day: how many times?")
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
    text = retaken(corrected(utterance.text))
    nth = re.search(f"第([{NUMERAL}]+)天", text)
    if nth and (numbers := find_numbers(nth[1])):
        return reading(fill("days_since_discharge", numbers[0].value, nth.span(), confirm=True, reason="which day"))
    dated = find_dates(text, ctx.now)
    left = [d for d in dated if re.search("出[^，]{0,2}院|回[来家]|到家", _clause_of(text, d.span[0]))]
    if told := _give_or_take(text):
        return told
    for number in find_numbers(text):
        days, estimated = _days(text, number)
        clause = _clause_of(text, number.span[0])
        if days is None or (left and not _UP_TO_NOW.search(clause) and _SINCE_THEN.search(clause)):
            continue
        if not number.exact or _OPEN.match(text, number.span[1]):
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


_SINCE_THEN = re.compile("[昨前今][天儿]|[歇躺住睡休]")
"""前天出的院，歇了一天."""
_UP_TO_NOW = re.compile("到(?:今|现在|这会)")
"""出院到今天整五天."""


def _give_or_take(text: str) -> Reading | None:
    more = _GIVE_OR_TAKE.search(text)
    numbers = find_numbers(text[: more.start("sign")]) if more else ()
    extra = find_numbers(more["days"]) if more else ()
    if more is None or not numbers or not extra or not numbers[-1].exact or not extra[0].exact:
        return None
    days, _ = _days(text, numbers[-1])
    if days is None:
        return None
    total = days + extra[0].value * (-1 if more["sign"] in "差少欠" else 1)
    return reading(fill("days_since_discharge", total, more.span(), confirm="月" in text, reason="counted"))


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
