"""How often and how much: the dose words after a medicine name, as numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.understanding.lexicons import Lexicons
from agent.understanding.numbers import find_numbers
from agent.understanding.phrases import Phrases

_UNITS = {
    "毫克": "mg", "mg": "mg", "克": "g", "g": "g", "片": "片", "片儿": "片", "粒": "粒", "颗": "粒", "丸": "粒",
    "单位": "U", "个单位": "U", "个格": "U", "格": "U", "u": "U", "毫升": "ml", "ml": "ml", "支": "支", "喷": "喷",
    "吸": "吸", "下": "喷", "贴": "贴", "袋": "袋", "包": "袋", "滴": "滴",
}  # fmt: skip
_SIXTHS = {
    "四分之一": 0.25,
    "四分之三": 0.75,
    "三分之一": 0.333,
    "三分之二": 0.667,
    "一半": 0.5,
    "半拉": 0.5,
    "半": 0.5,
    "俩": 2.0,
}
_NUMERAL = re.compile(
    r"四分之[一三]|三分之[一二]|\d+(?:\.\d+)?|[零一二两俩三四五六七八九十百半]+(?:点[零一二三四五六七八九]+)?"
)


@dataclass(frozen=True, slots=True)
class Dose:
    """What was said about one medicine; None where nothing was said."""

    times_per_day: float | None = None
    each: float | None = None
    unit: str | None = None
    reason: str = ""
    unclear: str = ""
    """Why the dose must be asked for again."""

    @property
    def said(self) -> bool:
        """Anything at all about amount or frequency."""
        return self.times_per_day is not None or self.each is not None or bool(self.unclear)


def read_dose(words: str, lexicons: Lexicons, *, insulin: bool = False) -> Dose:
    """The dose in the words around one medicine name."""
    sets = lexicons.doses
    words = _without(words, sets["strength"])
    at_times = [d for m in _matches(sets["at_time"], words) if (d := _amount(m, insulin))]
    if len(at_times) > 1:
        return _uneven(at_times)
    times = _times(words, lexicons)
    amount_each = _first_amount(sets["each"], words, insulin)
    if amount_each is None and times is not None and times > 1:
        amount_each = _last_amount(sets["amount"], _without(words, sets["per_day"]), insulin)
    if amount_each is not None:
        return Dose(times, amount_each[0], amount_each[1], "times a day and amount each time")
    total = _first_amount(sets["day_total"], words, insulin)
    if total is not None and times in (None, 1.0):
        return _from_total(total, times)
    rest = _without(_without(words, sets["per_day"]), sets["per_week"])
    single = (
        at_times[0]
        if at_times
        else _last_amount(sets["amount"], _without(rest, sets["every_other_day"], keep=True), insulin)
    )
    each, unit = single or (None, None)
    return Dose(times, each, unit, "as said" if single or times else "")


def _uneven(amounts: list[tuple[float, str | None]]) -> Dose:
    mean = round(sum(a for a, _ in amounts) / len(amounts), 3)
    unit = next((u for _, u in amounts if u), None)
    even = len({a for a, _ in amounts}) == 1
    listed = "、".join(f"{a:g}" for a, _ in amounts)
    return Dose(
        float(len(amounts)), mean, unit, "even doses" if even else f"uneven doses {listed}: dose_each is the mean"
    )


def _from_total(total: tuple[float, str | None], times: float | None) -> Dose:
    amount, unit = total
    if amount <= 1 or times == 1.0 or unit == "U":
        return Dose(times or 1.0, amount, unit, "one dose a day")
    return Dose(unclear=f"{amount:g} a day: at once or divided is not said")


def _times(words: str, lexicons: Lexicons) -> float | None:
    sets = lexicons.doses
    if sets["every_other_day"].search(words):
        return 0.5
    for name, days in (("per_week", 7.0), ("per_day", 1.0)):
        if span := sets[name].search(words):
            count = _numbers_in(words[slice(*span)], after_first="礼星周" if days == 7 else "天日")
            if count:
                return round(count / days, 3)
    if span := sets["per_days"].search(words):
        found = [n for m in _NUMERAL.findall(words[slice(*span)]) if (n := amount_of(m))]
        if len(found) == 2 and found[0]:
            return round(found[1] / found[0], 3)
    for name, value in (("meals", 3.0), ("morning_evening", 2.0), ("once", 1.0)):
        if sets[name].search(words):
            return value
    return None


def _numbers_in(words: str, after_first: str) -> float | None:
    """The number behind 一天, 每礼拜."""
    tail = re.split(f"[{after_first}]", words)[-1]
    match = _NUMERAL.search(tail)
    return amount_of(match.group()) if match else None


def amount_of(numeral: str) -> float | None:
    """Worth of one numeral: 半 0.5, 四分之三 0.75, 十六 16."""
    if numeral in _SIXTHS:
        return _SIXTHS[numeral]
    found = find_numbers(numeral)
    return found[0].value if len(found) == 1 and found[0].exact else None


def _matches(phrases: Phrases, words: str) -> list[str]:
    taken, found = -1, []
    for a, b in phrases.spans(words):
        if a >= taken:
            found.append(words[a:b])
            taken = b
    return found


def _first_amount(phrases: Phrases, words: str, insulin: bool) -> tuple[float, str | None] | None:
    return next((d for m in _matches(phrases, words) if (d := _amount(m, insulin))), None)


def _last_amount(phrases: Phrases, words: str, insulin: bool) -> tuple[float, str | None] | None:
    found = [d for m in _matches(phrases, words) if (d := _amount(m, insulin))]
    return found[-1] if found else None


def _amount(matched: str, insulin: bool) -> tuple[float, str | None] | None:
    """Number and unit at the end of a matched phrase: 一次两片 -> (2, 片); 一片半 -> (1.5, 片)."""
    numerals = list(
        _NUMERAL.finditer(matched.removesuffix("半") if len(matched) > 2 and matched[-2] in "片个粒" else matched)
    )
    if not numerals:
        return None
    last = numerals[-1]
    value = amount_of(last.group())
    if value is None or value <= 0:
        return None
    tail = matched[last.end() :]
    if tail.endswith("半") and tail[:-1]:
        value, tail = value + 0.5, tail[:-1]
    unit = _UNITS.get(tail)
    if unit is None and insulin and (not tail or tail == "个"):
        unit = "U"
    if unit is None and matched.endswith(("一半", "半拉")):
        unit = "片"
    return (value, unit) if unit else None


def _without(words: str, phrases: Phrases, *, keep: bool = False) -> str:
    """The words with the phrases blanked; ``keep`` leaves an amount that belongs to the phrase (隔天一片)."""
    if keep:
        return words
    for a, b in phrases.spans(words):
        words = words[:a] + "，" * (b - a) + words[b:]
    return words
