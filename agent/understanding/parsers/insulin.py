"""How insulin is used, in one stable form: ``早16U 晚14U``, ``每日1次 每次20U``, ``睡前12U``, ``无``."""

from __future__ import annotations

import re

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.masking import corrected, present
from agent.understanding.measuring import reading, vague
from agent.understanding.numbers import Number, find_numbers
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.understanding.values import tables

_WHEN = (
    ("睡前", "睡前|睡觉前|临睡"),
    ("早", "早|清早|头晌"),
    ("中", "中午|晌午|中饭|午|中$"),
    ("晚", "晚|夜|傍黑|黑(?:了|家|天)|后晌"),
)
_NO = re.compile(
    "(?:没有?|不|没在|从来没|没得|冇|不用)(?:打|用|注射|使)(?:过)?(?:胰岛素|针)?|^(?:没有?|无|不用)(?:，|$|啊|呀)|光吃药|只吃药|停(?:了)?针|针(?:早|都|就|已经)*(?:停|不打)了|(?:不|没)再打|早(?:就)?不打"
)
_DOSE = re.compile("个?(?:单位|格|u\\b|u(?![a-z])|个|$|，|吧)")


def parse(utterance: Utterance, ctx: AskContext) -> Reading:
    """Doses with their time of day, in units; 60 and more in one dose is read back."""
    text = corrected(present(utterance.text))
    numbers = find_numbers(text)
    doses = [n for n in numbers if _is_dose(text, n)]
    if not doses:
        if _NO.search(text):
            return reading(SlotFill("insulin_usage", "无", 1.0, (0, len(text)), reason="no insulin"))
        return vague("how many units, when?") if re.search("打|针|胰岛素|单位", text) else Reading()
    limits = tables().ranges["insulin_units"]
    if any(not n.exact or not limits.possible(n.value) for n in doses):
        return vague("not exact or impossible")
    unusual = any(not limits.usual(n.value) or n.soft for n in doses)
    value = _form(text, doses, numbers)
    span = (doses[0].span[0], doses[-1].span[1])
    return reading(SlotFill("insulin_usage", value, 0.8 if unusual else 1.0, span, unusual, "dose as said"))


def _is_dose(text: str, number: Number) -> bool:
    if re.match("天|日|次|回|针|顿|餐|点|种", text[number.span[1] :]) or number.measure in ("点", "天"):
        return False
    return bool(_DOSE.match(text, number.span[1])) or number.value >= 4


def _form(text: str, doses: list[Number], numbers: tuple[Number, ...]) -> str:
    parts, end = [], 0
    for dose in doses:
        parts += [(when, dose.value) for when in _when(text[end : dose.span[0]])]
        end = dose.span[1]
    if all(when for when, _ in parts):
        return " ".join(f"{when}{value:g}U" for when, value in parts)
    often = [n for n in numbers if re.match("次|回|针", text[n.span[1] :]) and n not in doses]
    count = next((n for n in often if re.search("(?:[一每]天|每日)[^，]{0,2}$", text[: n.span[0]])), None)
    each = f"每次{parts[0][1]:g}U"
    return f"每日{count.value:g}次 {each}" if count and count.exact else each


def _when(before: str) -> list[str]:
    """Times of day of one dose; 三餐前各 is three of them."""
    for words, times in (("三餐|三顿|早中晚|早午晚", "早中晚"), ("早晚", "早晚")):
        if re.search(words, before):
            return list(times)
    found = [(m.start(), name) for name, words in _WHEN for m in re.finditer(words, before)]
    return [max(found)[1] if found else ""]


PARSERS: dict[str, Parser] = {"insulin_usage": parse}
