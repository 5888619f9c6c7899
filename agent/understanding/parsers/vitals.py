"""Single measured values of the body: pulse, weight, height, oxygen, temperature."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.answers import AskContext, Reading
from agent.understanding.masking import corrected, present
from agent.understanding.measuring import (
    candidates,
    choose,
    fill,
    label_of,
    place_only,
    reading,
    retold,
    vague,
    without_value,
)
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.numbers_grammar import neighbours
from agent.understanding.parsers.standing import of_now, retaken
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.understanding.values import tables

_KILO = re.compile("个?(?:公斤|千克|kg)")
_JIN = re.compile("个?(?:市)?斤")
_JIN_LIANG = re.compile("斤([一二三四五六七八九两半\\d])两")
_DELTA = re.compile(
    "(?:(?<![我俺很太])瘦|胖|轻|(?<![体净毛])重|长|掉|减|降|差|涨|少|多)(?:了|下去|下来|掉)?(?:有|大概|差不多)?$"
)
_METRE = re.compile(
    "(?P<metres>[1一幺2二两])\\s*(?:米|m(?!m)|没)\\s*(?P<rest>[零〇一二三四五六七八九十两\\d]*(?:点[一二三四五六七八九\\d])?)(?P<open>几|多|来|左右|出头|上下)?"
)
_POINT = re.compile("(?<![\\d.])1[.点](\\d\\d?)米")
"""1.72米."""
_BARE_METRE = re.compile(
    "(?:(?<=，)|^)(?P<metres>)米(?P<rest>[五六七八九][一二三四五六七八九]?)(?P<open>几|多|左右)?(?=，|$|吧|的|啦)"
)
"""米六六."""
_CHI = re.compile("(?P<chi>[四五六4-6])尺(?P<cun>[零一二三四五六七八九半\\d])?寸?(?P<open>几|多|左右)?")
_TENTHS = re.compile("[度点]([一二三四五六七八])([一二三四五六七八九])(?![分点十])")
_OPEN = re.compile("(?:打底|往上|朝上|以上|开外|不止|都?不到|还要?多|出头|挂零)")
_OTHERS_LABEL = re.compile("(?:那个)?(?:才|倒)?是(?:心跳|心率|脉搏|血压|高压|低压)")
"""九十八是心跳, asked for the oxygen."""
_WHICH_DAY = re.compile("现在|如今|今|刚|后来|退|降|这会|昨|前天|[我俺咱]|这两天|眼下|上次|上回")
_FEVER = re.compile("(?P<a>三十[四五六七八九])(?P<b>[零一二三四五六七八九])(?![一二三四五六七八九十度])")


def parse_heart_rate(utterance: Utterance, ctx: AskContext) -> Reading:
    """Beats a minute; half a minute is doubled and read back."""
    text = corrected(present(utterance.text))
    numbers = _of_label(text, "heart_rate")
    number = choose(text, numbers)
    if number is None or _wavers(text, numbers):
        return vague("not exact") if number else _nothing(text, numbers)
    times = next((times for words, times in _COUNTED_FOR if re.search(words, text)), 1)
    doubtful = times > 1 or number.soft
    value = number.value * times
    return reading(fill("heart_rate", value, number.span, confirm=doubtful, reason="counted for a part of a minute"))


_COUNTED_FOR = (
    ("半分钟|三十秒|30秒", 2),
    ("十五秒|15秒|一刻秒", 4),
    ("二十秒|20秒", 3),
    ("(?<![二三四五六七八九])十秒|(?<!\\d)10秒", 6),
)


def _wavers(text: str, numbers: tuple[Number, ...]) -> bool:
    """七十，有时候八十: no one value."""
    return len(numbers) > 1 and re.search("有时|时高时低|忽高忽低|上下浮动", text) is not None


def parse_spo2(utterance: Utterance, ctx: AskContext) -> Reading:
    """Oxygen saturation in per cent."""
    text = of_now(retaken(corrected(present(utterance.text))))
    numbers = _of_label(text, "spo2")
    if any(_OPEN.match(text, n.span[1]) for n in numbers) or _wavers(text, numbers):
        return vague("not exact")
    number = choose(text, numbers)
    if number is None:
        return _nothing(text, numbers)
    return reading(fill("spo2", number.value, number.span, confirm=number.soft, reason="unsure"))


def parse_temperature(utterance: Utterance, ctx: AskContext) -> Reading:
    """Body temperature in degrees Celsius; 三十九五 is 39.5."""
    text = of_now(retaken(corrected(present(utterance.text))))
    numbers = tuple(n for n in candidates(text, "点度店个") if label_of(text, n) in (None, "body_temperature"))
    either = _TENTHS.search(text)
    if either and neighbours(either[1], either[2]):
        return vague("not exact")  # 三十六度三四
    run_on = _FEVER.search(text)
    if run_on and not neighbours(run_on["a"][-1], run_on["b"]) and not any(n.exact and n.value % 1 for n in numbers):
        whole = find_numbers(run_on["a"])[0].value
        tenth = find_numbers(run_on["b"])
        value = whole + (tenth[0].value / 10 if tenth else 0)
        return reading(fill("body_temperature", value, run_on.span()))
    warm = tuple(n for n in numbers if n.high >= 20)
    number = choose(text, warm)
    if number and len({n.value for n in warm if n.exact}) > 1 and not _WHICH_DAY.search(text):
        number = max((n for n in warm if n.exact), key=lambda n: n.value)  # 烧到三十八度二，早上三十七度
        number = replace(number, soft=True)
    if number is None or any(n.kind != "exact" and n.high >= 20 for n in numbers):
        return _nothing(text, numbers)
    return reading(fill("body_temperature", number.value, number.span, confirm=number.soft, reason="unsure"))


_HEIGHT = re.compile("(?<![一二三四五六七八九十百千])[一1两2]米[零一二三四五六七八九十\\d]{1,3}(?![斤公])")


def parse_weight(utterance: Utterance, ctx: AskContext) -> Reading:
    """Weight in kg; 斤 are halved, a bare number is taken as the unit that fits and read back."""
    text = _HEIGHT.sub(lambda m: "，" * len(m[0]), corrected(present(utterance.text)))
    numbers = _weights(text)
    number = choose(text, numbers)
    if number is None:
        return _nothing(text, numbers)
    if _ALMOST.match(text, number.span[1]) or (number.measure == "斤" and _ALMOST.search(text, number.span[0])):
        return vague("not exact")
    kilograms, bare = _kilograms(text, number, ctx)
    last = ctx.history.get("weight_kg_now")
    moved = isinstance(last, (int, float)) and abs(kilograms - last) > tables().numbers["weight_change_keep_kg"]
    why = "jin or kilograms?" if bare else "unsure" if number.soft else "far from the last visit"
    return reading(fill("weight_kg_now", kilograms, number.span, confirm=bare or number.soft or moved, reason=why))


_ALMOST = re.compile("个?(?:市|公)?斤(?:还|就)?(?:差|欠|缺|少)(?:一?点|一?些|丁)")
"""百四斤还差一点点."""


def _weights(text: str) -> tuple[Number, ...]:
    numbers = find_numbers(text)
    united = [n for n in numbers if _unit(text, n) and not _DELTA.search(text[: n.span[0]])]
    if united:
        return tuple(united)
    bare = candidates(text)
    return tuple(
        n
        for n in bare
        if n.high >= 20 and label_of(text, n) in (None, "weight_kg_now") and not _DELTA.search(text[: n.span[0]])
    )


def _unit(text: str, number: Number) -> str:
    if number.measure == "斤" or _JIN.match(text, number.span[1]):
        return "jin"
    tail = text[number.span[1] :]
    if number.measure in ("公斤", "千克", "kg") or _KILO.match(tail):
        return "kg"
    return ""


def _kilograms(text: str, number: Number, ctx: AskContext) -> tuple[float, bool]:
    unit = _unit(text, number)
    liang = _JIN_LIANG.match(text, number.span[1])
    if unit == "jin":
        extra = find_numbers(liang[1]) if liang else ()
        return (number.value + (extra[0].value / 10 if extra else 0)) / 2, False
    if unit == "kg":
        return number.value, False
    return (number.value if _fits_kg(number.value, ctx) else number.value / 2), True


def _fits_kg(value: float, ctx: AskContext) -> bool:
    """Whether a bare number is more likely kilograms than jin, for this person."""
    last = ctx.history.get("weight_kg_now")
    if isinstance(last, (int, float)) and last:
        return abs(value - last) < abs(value / 2 - last)
    return value <= 80 or value > 250


def parse_height(utterance: Utterance, ctx: AskContext) -> Reading:
    """Height in cm: 一米六三, 一六三, 五尺二."""
    text = _POINT.sub(lambda m: f"1米{m[1]}，", corrected(present(utterance.text)))
    if bare := _BARE_METRE.search(text):
        return _metres(bare)
    metre = list(_METRE.finditer(text))
    later = metre and re.search("差|不对|应该", text[metre[-1].end() :]) and find_numbers(text[metre[-1].end() :])
    if metre and metre[-1]["rest"] and not (later and later[-1].value >= 100):
        before = text[: metre[-1].start()]
        return (
            vague("not exact") if re.search("(?:不到|没到|将近|快到?|不足|超过|不止)$", before) else _metres(metre[-1])
        )
    feet = _CHI.search(text)
    if feet:
        return _feet(feet)
    numbers = tuple(n for n in candidates(text) if label_of(text, n) in (None, "height_cm") and not _unit(text, n))
    number = choose(text, tuple(n for n in numbers if n.value >= 100 or 1 <= n.value < 2.3))
    if number is None or (metre and number.value < 100):
        return vague("not exact") if metre else _nothing(text, numbers)
    value = number.value * 100 if number.value < 3 else number.value
    return reading(fill("height_cm", value, number.span, confirm=number.soft, reason="unsure"))


def _metres(match: re.Match[str]) -> Reading:
    if match["open"]:
        return vague("not exact")
    text = match["rest"]
    point = text.find("点")
    main, tail = (text[:point], text[point + 1 :]) if point >= 0 else (text, "")
    numbers = find_numbers(main)
    if not numbers:
        return vague("not exact")
    digits = numbers[0].digits or str(int(numbers[0].value))
    centimetres = float((digits + "0")[:2] if len(digits) < 2 and "十" not in main else digits[:2])
    centimetres += int(digits[2]) / 10 if len(digits) > 2 else 0
    centimetres += find_numbers(tail)[0].value / 10 if tail else 0
    return reading(
        fill("height_cm", (200 if match["metres"] in ("2", "二", "两") else 100) + centimetres, match.span())
    )


def _feet(match: re.Match[str]) -> Reading:
    if match["open"]:
        return vague("not exact")
    cun = match["cun"]
    tenths = 0.5 if cun == "半" else find_numbers(cun)[0].value / 10 if cun else 0
    value = round((find_numbers(match["chi"])[0].value + tenths) * 100 / 3, 1)
    return reading(fill("height_cm", value, match.span(), confirm=True, reason="converted from feet"))


def _of_label(text: str, slot: str) -> tuple[Number, ...]:
    """Numbers called by the slot's name; else those without a name. 七二 and 九五 are read digit by digit."""
    found, end = [], 0
    for number in candidates(text):
        label = label_of(text, number, end)
        if label in ("sbp", "dbp") and place_only(text, number, end):
            label = None
        end = number.span[1]
        if _OTHERS_LABEL.match(text, number.span[1]) and slot == "spo2":
            continue
        if number.high >= 10 and label in (slot, None):
            worth = retold(number, float(number.digits)) if _two_digits(text, number) else number
            found.append((label, worth))
    named = tuple(n for label, n in found if label)
    return named or tuple(n for _, n in found)


def _two_digits(text: str, number: Number) -> bool:
    return len(number.digits) == 2 and number.kind == "range" and not text[number.span[1] :].startswith("十")


def _nothing(text: str, numbers: tuple[Number, ...]) -> Reading:
    if any(not n.exact for n in numbers):
        return vague("not exact")
    found = without_value(text)
    return vague("no usable number") if found.empty and find_numbers(text) else found


PARSERS: dict[str, Parser] = {
    "heart_rate": parse_heart_rate,
    "spo2": parse_spo2,
    "body_temperature": parse_temperature,
    "weight_kg_now": parse_weight,
    "height_cm": parse_height,
}
