"""Blood glucose and HbA1c: 点/个/块 as decimal points, fasting or after a meal, units, meter limits."""

from __future__ import annotations

import re

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.masking import corrected, present
from agent.understanding.measuring import candidates, choose, fill, label_of, reading, vague, without_value
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.understanding.values import tables

_DECIMAL = "点个块店典度"
_PLUS = re.compile("加号|个加|[一二两三四五\\d]加(?![一二三四五六七八九十])|\\+")
_LIMIT = re.compile("(?<![a-z])(?:hi|lo|high|low)(?![a-z])|英文|字母|爆表|测不出|超出|显示高|显示低")
_FED = re.compile("(?<!没)(?<!没有)(?<!还没)(?<!不)吃(?:了|过|完)(?!药|饭|早饭)[^，不没]{1,6}(?:量|测|扎)的")
"""早上吃了俩包子量的."""
_NOT_TAKEN = {
    "pbg_2h": re.compile(
        "(?:饭后|餐后|吃完饭)(?:的|那个|血糖)*(?:也|还|都|倒|我)*(?:没|不|忘了)(?:测|量|查|扎|做|记)[^，]{0,3}"
    ),
    "fpg": re.compile(
        "(?:空腹|饭前|早上)(?:的|那个|血糖)*(?:也|还|都|倒|我)*(?:没|不|忘了)(?:测|量|查|扎|做|记)[^，]{0,3}"
    ),
}
_OTHER_NOT_TAKEN = re.compile("糖化[^，]{0,6}(?:没|不)[^，]{0,4}(?=，)")
"""糖化没查过，今早空腹七点八: what was not measured is another thing."""
_SLOTS = ("fpg", "pbg_2h", "hba1c")


def parse_fpg(utterance: Utterance, ctx: AskContext) -> Reading:
    """Fasting glucose, mmol/L."""
    return _glucose(utterance, "fpg")


def parse_pbg(utterance: Utterance, ctx: AskContext) -> Reading:
    """Glucose two hours after a meal, mmol/L."""
    return _glucose(utterance, "pbg_2h")


def parse_hba1c(utterance: Utterance, ctx: AskContext) -> Reading:
    """Glycated haemoglobin in per cent."""
    text = corrected(present(utterance.text))
    numbers = tuple(n for n in _numbers(text) if label_of(text, n) in (None, "hba1c"))
    number = choose(text, numbers)
    if number is None:
        return _nothing(text, numbers)
    return reading(fill("hba1c", number.value, number.span, confirm=_odd(number), reason="unsure"))


def _glucose(utterance: Utterance, asked: str) -> Reading:
    said = _OTHER_NOT_TAKEN.sub(lambda m: "，" * len(m[0]), corrected(present(utterance.text)))
    text, asked = _measured_only(said, asked)
    if asked == "fpg" and _FED.search(text):
        return vague("not fasting: after which meal, how long?")
    if _PLUS.search(text) or _LIMIT.search(text):
        return vague("urine sugar or a limit of the meter, not a value")
    by_slot: dict[str, list[Number]] = {}
    end, numbers = 0, _numbers(text)
    for number in numbers:
        slot = _slot(text, number, end, asked)
        end = number.span[1]
        by_slot.setdefault(slot, []).append(number)
    fills = [_fill(slot, text, tuple(found)) for slot, found in by_slot.items() if slot in _SLOTS]
    kept = [f for f in fills if f is not None]
    if not kept:
        return vague("impossible or unclear value") if by_slot else _nothing(text, numbers)
    done = any(f.slot == asked for f in kept)
    must = len(kept) < len(fills) or any(not n.exact for n in by_slot.get(asked, []))
    return reading(*kept, complete=done and not must, confirm=must, reason="not exact" if must else "")


def _measured_only(text: str, asked: str) -> tuple[str, str]:
    """饭后的没测过，光测早上的: without what was not measured, and which of the two the rest is."""
    for slot, words in _NOT_TAKEN.items():
        match = words.search(text)
        if match and re.search("[零一二三四五六七八九十\\d]", text[match.end() :]):
            text = text[: match.start()] + "，" * (match.end() - match.start()) + text[match.end() :]
            asked = ("fpg" if slot == "pbg_2h" else "pbg_2h") if asked == slot else asked
    return text, asked


def _slot(text: str, number: Number, end: int, asked: str) -> str:
    """Which glucose a number is: the last 空腹 or 饭后 before it decides, else what was asked."""
    behind = _BEHIND.match(text, number.span[1])
    if behind:  # 七点六那个是吃完饭两个钟头的
        return "pbg_2h" if re.search("后|完|过|了", behind[0]) else "fpg"
    label = label_of(text, number, end)
    if "糖化" in text[end : number.span[0]]:
        return "hba1c"  # 糖化也是上礼拜一起抽的，六点五
    if label == "sugar_other" and re.search("睡前|随机", text[end : number.span[0]]):
        return "other"
    if label in (None, "sugar_other"):
        meal = re.findall(
            "空腹|空肚子|没吃饭|饭前|餐前|饭后|餐后|吃完饭|吃过饭|吃了饭|吃饭以?后", text[: number.span[0]]
        )
        if not meal:
            after = re.match("(?:是)?(?:饭后|餐后|吃完饭)", text[number.span[1] :].lstrip("，"))
            return "pbg_2h" if after else asked
        return "pbg_2h" if re.search("后|完|过|了", meal[-1]) else "fpg"
    return label if label in _SLOTS else "other"


_BEHIND = re.compile(
    "(?:那个|这个|那次|的)?(?:才|可)?是(?:早上|早起)?(?:空腹|空肚子|没吃饭|饭前|餐前|饭后|餐后|吃完饭|吃过饭|吃了饭|吃饭以?后)[^，]{0,8}?(?:的|量的|测的)(?=，|$)"
)


def _numbers(text: str) -> tuple[Number, ...]:
    return tuple(n for n in candidates(text, _DECIMAL))


def _fill(slot: str, text: str, numbers: tuple[Number, ...]) -> SlotFill | None:
    number = choose(text, numbers)
    if number is None:
        return None
    value = number.value
    if slot == "hba1c" or value <= 40:
        return fill(slot, value, number.span, confirm=_odd(number), reason="unsure")
    if value < 80 or value % 1:  # 72 may be 7.2 without its point: ask
        return None
    return fill(
        slot,
        round(value / tables().numbers["glucose_mg_per_mmol"], 1),
        number.span,
        confirm=True,
        reason="taken as mg/dL: which unit?",
    )


def _odd(number: Number) -> bool:
    """Unsure, said as 七个半, or with two decimals, which no meter shows."""
    return number.soft or number.measure == "个" or abs(number.value * 10 - round(number.value * 10)) > 0.01


def _nothing(text: str, numbers: tuple[Number, ...]) -> Reading:
    if any(not n.exact for n in numbers):
        return vague("not exact")
    found = without_value(text)
    return vague("no usable number") if found.empty and find_numbers(text) else found


PARSERS: dict[str, Parser] = {"fpg": parse_fpg, "pbg_2h": parse_pbg, "hba1c": parse_hba1c}
