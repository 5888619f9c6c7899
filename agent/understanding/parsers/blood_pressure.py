"""Blood pressure as people read it off a meter: labels, order, run-together digits, several readings."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from agent.domain.answers import AskContext, Reading
from agent.understanding.masking import NUMERAL, fix_points, present
from agent.understanding.measuring import candidates, fill, label_of, reading, retold, vague, without_value
from agent.understanding.numbers import Number
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance
from agent.understanding.values import tables

_SLOTS = ("sbp", "dbp", "heart_rate")
_WHEN = (
    (-60, "去年|前年|上个?月|头个?月|上回|上次"),
    (-9, "上个?(?:礼拜|星期|周)|上周|前几天|前两天|前些天|那天"),
    (-3, "大前天|大前儿"),
    (-2, "前天|前儿"),
    (-1, "昨天|昨儿|昨晚|昨夜|昨日"),
    (
        0,
        "今天|今儿|今早|今晨|刚才|刚刚|刚量|这个月|这回|这次|现在|最近|早上|早起|上午|中午|晌午|下午|晚上|夜里|后来|又量|再量|最后|第[一二三四]|头一[回遍次]",
    ),
)
_TIME = re.compile("|".join(f"(?P<t{i}>{words})" for i, (_, words) in enumerate(_WHEN)))
_TWO_TIMES = re.compile(
    f"(?:不?好|赖|坏|差|孬|高|低|大|小)(?:起来|上去|下来|了)?(?:的)?(?:时候|那会儿?|那阵|时|那回|那次)|(?:高|低)起来|有时候?[^，]*[{NUMERAL}].*有时|[左右](?:手|胳膊|边|臂)[^，]*[{NUMERAL}].*[左右](?:手|胳膊|边|臂)[^，]*[{NUMERAL}]|一会儿?高|忽高忽低|时高时低"
)
_KPA = re.compile("千帕|kpa")


@dataclass(frozen=True, slots=True)
class _Said:
    """One number with what it was called."""

    number: Number
    label: str | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """One reading of the meter, as far as it was said."""

    rank: int = 0
    got: dict[str, Number] = field(default_factory=dict)
    swapped: bool = False
    labelled: bool = False

    def with_value(self, slot: str, number: Number, *, labelled: bool = False) -> _Measured:
        return replace(self, got={**self.got, slot: number}, labelled=self.labelled or labelled)


def parse(utterance: Utterance, ctx: AskContext) -> Reading:
    """``sbp`` and ``dbp`` (mmHg), and the pulse when it is said along."""
    text = present(utterance.text)
    said = _numbers(text)
    if not said:
        return _no_number(text)
    if _TWO_TIMES.search(text) and not _both_labelled(text):
        return vague("the highs and lows of several readings: which is the last one?")
    measured = _latest(_readings(text, said, ctx))
    return _result(measured) if measured.got else _no_number(text)


def _both_labelled(text: str) -> bool:
    return bool(re.search("高压|上压|收缩压", text) and re.search("低压|下压|舒张压|底压", text))


def _no_number(text: str) -> Reading:
    found = without_value(text)
    return vague("no number") if found.empty and re.search(f"[{NUMERAL}]|血压|[高低]", text) else found


def _numbers(text: str) -> list[_Said]:
    """Plausible numbers with labels; run-together digits split, kilopascals converted."""
    kpa = bool(_KPA.search(text))
    numbers = [piece for number in candidates(text) for piece in _split(number)]
    by_digit = any(len(n.digits) >= 3 and not n.text.isascii() for n in numbers)
    said, end = [], 0
    for number in numbers:
        label = label_of(text, number, end)
        end = number.span[1]
        worth = _mmhg(number, kpa or _looks_kpa(numbers))
        if worth.kind == "range" and len(worth.digits) == 2 and ((by_digit and label in _SLOTS) or label == "dbp"):
            worth = retold(worth, float(worth.digits))
        if worth.high >= 20 and label in (None, "bp", *_SLOTS):
            said.append(_Said(worth, label if label != "bp" else None))
    return said


def _looks_kpa(numbers: list[Number]) -> bool:
    return bool(numbers) and all(5 <= n.value <= 32 for n in numbers) and any(n.value % 1 for n in numbers)


def _mmhg(number: Number, kpa: bool) -> Number:
    factor = tables().numbers["kpa_to_mmhg"]
    if not kpa or number.value > 40:
        return number
    value = float(round(number.value * factor))
    return replace(number, value=value, low=value, high=value, soft=True)


def _split(number: Number) -> list[Number]:
    """150 90 said or written without a gap: 3+2 digits, 3+3 for 150110, with two more for the pulse."""
    shapes = {5: (3, 2), 6: (3, 3), 7: (3, 2, 2), 8: (3, 3, 2), 4: (2, 2)}
    shape = shapes.get(len(number.digits))
    if not shape or (shape == (2, 2) and number.value > 9999):
        return [number]
    pieces, at = [], 0
    scale = (number.span[1] - number.span[0]) == len(number.digits)
    for size in shape:
        value = float(number.digits[at : at + size])
        start = number.span[0] + (at if scale else 0)
        span = (start, start + size) if scale else number.span
        pieces.append(replace(retold(number, value), span=span, digits=number.digits[at : at + size]))
        at += size
    return pieces


def _readings(text: str, said: list[_Said], ctx: AskContext) -> list[_Measured]:
    times = [(m.start(), _rank(m)) for m in _TIME.finditer(text)]
    fixes = fix_points(text)
    done: list[_Measured] = []
    current, end = _Measured(), 0
    for index, item in enumerate(said):
        start = item.number.span[0]
        marks = [rank for at, rank in times if end <= at < start]
        fixing = any(at <= start for at in fixes)
        if marks and not fixing:
            if current.got:
                done.append(current)
                current = _Measured()
            current = replace(current, rank=min(marks))
        end = item.number.span[1]
        rest = [s.number for s in said[index + 1 :] if s.label is None]
        following = _place(current, item, rest, fixing, ctx)
        if following is None:
            done.append(current)
            following = _place(_Measured(current.rank), item, rest, fixing, ctx) or current
        current = following
    return [*done, current]


def _rank(match: re.Match[str]) -> int:
    return _WHEN[int(str(match.lastgroup)[1:])][0]


def _place(current: _Measured, item: _Said, rest: list[Number], fixing: bool, ctx: AskContext) -> _Measured | None:
    """The reading with one number more; None when the number begins another reading."""
    number, got = item.number, current.got
    if item.label:
        if item.label in got and not fixing:
            return None
        return current.with_value(item.label, number, labelled=True)
    if fixing and got:
        return _replace_nearest(current, number)
    missing = [slot for slot in ("sbp", "dbp") if slot not in got]
    if len(missing) == 2:
        return current.with_value(_first_slot(number, rest, ctx), number)
    return _second(current, missing[0], number) if missing else _third(current, number, rest)


def _third(current: _Measured, number: Number, rest: list[Number]) -> _Measured | None:
    """A third number is the pulse, unless it begins another pair or says one of the pair again."""
    if any(known.value == number.value for known in current.got.values()):
        return current
    starts_new = number.value >= 100 and rest and rest[0].value < number.value
    if "heart_rate" in current.got or starts_new:
        return None
    return current.with_value("heart_rate", number)


def _first_slot(number: Number, rest: list[Number], ctx: AskContext) -> str:
    if not rest and "sbp" in ctx.slots and "dbp" not in ctx.slots and number.value < float(str(ctx.slots["sbp"])):
        return "dbp"
    return "sbp"


def _second(current: _Measured, slot: str, number: Number) -> _Measured | None:
    """The partner of a first value; unlabelled and in reverse order the two change places."""
    other = current.got["dbp" if slot == "sbp" else "sbp"]
    if (slot == "dbp") == (number.value < other.value):
        return current.with_value(slot, number)
    if slot == "dbp" and not current.labelled and other.value < 120 <= number.value + 20:
        return replace(current, got={**current.got, "sbp": number, "dbp": other}, swapped=True)
    return None


def _replace_nearest(current: _Measured, number: Number) -> _Measured:
    """A corrected value takes the place of the value that it is nearest to."""
    got = current.got
    nearest = min(got, key=lambda slot: abs(got[slot].value - number.value))
    sbp = got.get("sbp")
    if "dbp" not in got and sbp and number.value < min(115, sbp.value - 25):
        nearest = "dbp"
    return current.with_value(nearest, number)


def _latest(readings: list[_Measured]) -> _Measured:
    """The most recent reading; of equal age the last said, with what the earlier ones lack left out."""
    best = readings[0]
    for item in readings[1:]:
        if item.got and item.rank >= best.rank and _full(item) >= _full(best, item):
            best = item
    return best


def _full(measured: _Measured, against: _Measured | None = None) -> bool:
    """A later lone value outweighs an earlier pair only when it is dated apart."""
    if against and against.rank > measured.rank:
        return False
    return "sbp" in measured.got and "dbp" in measured.got


def _result(measured: _Measured) -> Reading:
    got = measured.got
    sbp, dbp = got.get("sbp"), got.get("dbp")
    if sbp and dbp and sbp.exact and dbp.exact and sbp.value <= dbp.value:
        return vague("the upper value is not above the lower one: the other way round?")
    if sbp and not dbp and not measured.labelled and sbp.value < 100:
        return vague("one low number: upper or lower pressure?")
    gap_unusual = bool(sbp and dbp and sbp.exact and dbp.exact and not _usual_gap(sbp.value - dbp.value))
    open_value = any(not n.exact for n in got.values())
    fills = []
    for slot, number in got.items():
        if number.exact:
            confirm = number.soft or measured.swapped or (gap_unusual and slot != "heart_rate")
            why = "upper and lower changed places" if measured.swapped else "unsure or unusual"
            fills.append(fill(slot, number.value, number.span, confirm=confirm, reason=why))
    complete = bool(sbp and dbp) and not open_value
    return reading(*fills, complete=complete, confirm=open_value, reason="not exact" if open_value else "")


def _usual_gap(gap: float) -> bool:
    numbers = tables().numbers
    return numbers["pulse_pressure_low"] <= gap <= numbers["pulse_pressure_high"]


PARSERS: dict[str, Parser] = {"blood_pressure": parse}
