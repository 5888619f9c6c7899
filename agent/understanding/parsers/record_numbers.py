"""Identity numbers and names of the record intake: ID card with checksum, phone numbers in groups, names.

Digit strings are taken as spoken; nothing is completed or guessed. A number that does not check is asked for again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.dates import find_dates
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_SOUNDS = {
    "0": "零〇洞领",
    "1": "一幺腰要妖",
    "2": "二两",
    "3": "三",
    "4": "四",
    "5": "五",
    "6": "六",
    "7": "七拐",
    "8": "八",
    "9": "九勾钩酒久",
}
_DIGITS = {char: digit for digit, chars in _SOUNDS.items() for char in chars}
_REPEAT = re.compile("([两二三四五六七八])个([零〇洞一幺腰要二三四五六七八九0-9])")
_COUNT = {"两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8}
_X = re.compile("(叉|艾克斯|爱克斯|埃克斯|×|乘号|x)")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SHORT = {"120", "110", "119", "12356", "12320", "122", "114"}


@dataclass(frozen=True, slots=True)
class DigitString:
    """Digits in the order spoken."""

    text: str
    vague: bool
    """A part was given as a whole number (八千): how many digits that is must be asked."""


def spoken_digits(text: str) -> DigitString:
    """All digits of ``text``: 幺三八, 三个八, 138; corrections start again (不对，一三九…)."""
    latest = (
        re.split("不对|不是|错了|重来|重新", text)[-1] if re.search("(不对|错了|重来|重新)，?.{6,}", text) else text
    )
    repeated = _REPEAT.sub(lambda m: m.group(2) * _COUNT[m.group(1)], latest)
    vague = bool(
        re.search("[一二三四五六七八九]千|[一二三四五六七八九]百|[二三四五六七八九]十[一二三四五六七八九]?", repeated)
    )
    digits = "".join(_DIGITS.get(char, char if char.isdigit() and char.isascii() else "") for char in repeated)
    return DigitString(digits, vague)


def id_card_valid(number: str, today: date) -> bool:
    """ISO 7064 MOD 11-2 check, birth date and province of an 18-digit number (domain.md §5.8)."""
    if not re.fullmatch(r"[1-6789]\d{16}[\dX]", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _WEIGHTS, strict=True))
    if _CHECK[total % 11] != number[17]:
        return False
    province = int(number[:2])
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return (11 <= province <= 65 or province in {71, 81, 82, 91}) and born <= today and today.year - born.year <= 120


def id_card(utterance: Utterance, ctx: AskContext) -> Reading:
    """身份证号: 18 digits, the last may be X."""
    text = re.sub("身份证(号码?)?|号码|号是|一共|十八位", "", utterance.text)
    ends_in_x = _X.search(text) is not None or bool(re.search("[十拾]$", text))
    found = spoken_digits(_X.sub("", re.sub("[十拾]$", "", text)))
    number = found.text + ("X" if ends_in_x and len(found.text) == 17 else "")
    if not found.text or len(number) < 6:
        return Reading()
    if len(number) == 18 and id_card_valid(number, ctx.now.date()):
        doubtful = _contradicts(number, ctx)
        fill = SlotFill("id_card_no", number, 0.9, (0, len(utterance.text)), doubtful, "checksum holds")
        return Reading((fill,), confirm=doubtful, complete=True)
    reason = f"{len(number)} digits instead of 18" if len(number) != 18 else "the check digit does not fit"
    return Reading(confirm=True, reason=reason)


def _contradicts(number: str, ctx: AskContext) -> bool:
    """Birth date or sex known otherwise: read back."""
    born = ctx.slots.get("birth_date")
    sex = ctx.slots.get("sex")
    other_birth = isinstance(born, str) and born.replace("-", "") != number[6:14]
    other_sex = sex in {"1", "2"} and (int(number[16]) % 2 == 1) != (sex == "1")
    return other_birth or other_sex


def phone_parser(slot: str) -> Parser:
    """A mobile (11 digits) or a landline with area code; emergency numbers are no contact."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        found = spoken_digits(re.sub("十一位", "", utterance.text))
        number = found.text
        if len(number) < 3:
            return Reading()
        if number in _SHORT:
            return Reading(confirm=True, reason="an emergency number is no contact")
        if re.fullmatch(r"1[3-9]\d{9}", number) and not found.vague:
            same = slot == "contact_phone" and ctx.slots.get("phone") == number
            fill = SlotFill(
                slot,
                number,
                0.9,
                (0, len(utterance.text)),
                same,
                "same as the resident's own" if same else "eleven digits",
            )
            return Reading((fill,), confirm=same, complete=True)
        if re.fullmatch(r"0\d{9,11}", number) and not found.vague:
            fill = SlotFill(slot, number, 0.85, (0, len(utterance.text)), True, "landline")
            return Reading((fill,), confirm=True, complete=True)
        return Reading(confirm=True, reason=f"{len(number)} digits are no phone number")

    return parse


_NAME_FRAME = re.compile(
    "(?:我|他|她|孩子|儿子|闺女|女儿|老伴|老头子?|联系人|名字|姓名|大名)*(?:的)?(?:名字|姓名|大名)?(?:就)?(?:叫|是|姓名是|名字叫)(?:做)?(?P<name>[\\u4e00-\\u9fff]{2,4})"
)
_NOT_NAME = re.compile("什么|不知道|没有|忘了|我的|他的|她的|儿子|闺女|女儿|老伴|怎么|本人|一样|医生|大夫")
_PARTICLE = "啊呀呢吧哦嗯哎的了，"


def name_parser(slot: str) -> Parser:
    """姓名: after 我叫 / 是, or a bare answer of two to four characters, which are known by sound only."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        text = utterance.text
        head = re.split("，|桂花树|那个|的那", text)[0]
        match = _NAME_FRAME.search(text)
        name = match.group("name") if match else head.strip(_PARTICLE)
        name = re.sub("^(叫|是|姓)|[啊呀呢吧哦的了]$", "", name)
        if not re.fullmatch("[\\u4e00-\\u9fff]{2,4}(?:·[\\u4e00-\\u9fff]{1,6})?", name) or _NOT_NAME.search(name):
            return Reading()
        same = slot == "contact_name" and ctx.resident is not None and ctx.resident.name == name
        known = ctx.resident is not None and slot == "name" and ctx.resident.name == name
        start = max(text.find(name), 0)
        reason = "same as the resident" if same else "characters are known by sound only"
        fill = SlotFill(slot, name, 0.8, (start, start + len(name)), not known and same, reason)
        return Reading((fill,), confirm=fill.confirm, complete=True)

    return parse


def birth_date(utterance: Utterance, ctx: AskContext) -> Reading:
    """出生日期: solar as said; a lunar date is converted and read back; impossible or partial dates are asked again."""
    found = find_dates(utterance.text, ctx.now, birth=True)
    if not found:
        vague = re.search("年|岁|属[鼠牛虎兔龙蛇马羊猴鸡狗猪]|腊月|正月", utterance.text)
        return Reading(confirm=vague is not None, reason="year, month and day are needed" if vague else "")
    said = found[-1]
    today = ctx.now.date()
    if said.day > today or today.year - said.day.year > 120:
        return Reading(confirm=True, reason="no possible birth date")
    card = ctx.slots.get("id_card_no")
    differs = isinstance(card, str) and card[6:14] != said.day.strftime("%Y%m%d")
    doubtful = said.lunar or said.unsure or differs
    reason = "lunar date converted" if said.lunar else "differs from the ID card" if differs else "date"
    fill = SlotFill("birth_date", said.day.isoformat(), 0.9, said.span, doubtful, reason)
    return Reading((fill,), confirm=doubtful, complete=True)


def parsers() -> dict[str, Parser]:
    """Parsers by ask id."""
    return {
        "birth_date": birth_date,
        "id_card_no": id_card,
        "phone": phone_parser("phone"),
        "contact_phone": phone_parser("contact_phone"),
        "name": name_parser("name"),
        "contact_name": name_parser("contact_name"),
    }
