"""出生日期: solar as said; a lunar date is converted and read back; ages, animals, parts of a date are asked again."""

from __future__ import annotations

import re
from datetime import date

from lunar_python import Solar  # type: ignore[import-untyped]

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.dates import DateMention, find_dates
from agent.understanding.parsers.record_digits import DIGITS, as_digits
from agent.understanding.parsers.record_hits import split_at_correction
from agent.understanding.pinyin import fold, fold_char
from agent.understanding.text import Utterance

_D = "零〇一幺二两三四五六七八九0-9"
_EIGHT = re.compile(f"(?<![{_D}])([{_D}]{{4}})[-， ]?([{_D}]{{2}})[-， ]?([{_D}]{{2}})(?![{_D}年月日号])")
_BARE_YEAR = re.compile(f"(?<![{_D}])([1一幺][89八九][{_D}]{{2}})[，的年 ]*(?=[{_D}十正冬腊闰]{{1,3}}月)")
_YEAR_GAP = re.compile("(?<=年)[，的 份]+(?=[闰正冬腊阴农旧老一二三四五六七八九十\\d])")
_MONTH_GAP = re.compile("(?<=月)[，的份 ]+(?=[初一二三四五六七八九十\\d])(?![零〇一二三四五六七八九十\\d]{1,4}年)")
_SOLAR = re.compile("(?<=年)[，的]*(?:按|是|算)?(?:阳历|公历|新历|国历)[，的]*(?=[一二三四五六七八九十\\d])")
_PARTS = (
    re.compile(f"(?:民国)?[{_D}十]{{2,6}}年"),
    re.compile(f"(?:闰)?(?:[{_D}十]{{1,3}}|正|冬|腊)月"),
    re.compile(f"初[{_D}十]|[{_D}十]{{1,3}}(?:号|日)"),
)
_VAGUE = re.compile(
    "年|岁|属[鼠牛虎兔龙蛇马羊猴鸡狗猪]|腊月|正月|月|[五六七八九]十[一二三四五六七八九]?了|\\d{2,4}|[一二三四五六七八九]几"
)
_ANIMAL = re.compile("属(?:小)?([鼠牛虎兔龙蛇马羊猴鸡狗猪])")


_OF_OTHERS = re.compile("儿子|闺女|女儿|老伴|老头|老婆|媳妇|哥|姐|弟|妹|孙|孩子|[他她]")
_FORGOTTEN = re.compile("[记说搞弄]不[得清住准起]|不(?:知道|记得|晓得|清楚)|忘|没数|谁(?:知道|晓得)")
"""我儿子是七二年的，我自己的生日记不得了."""


_NEW_YEAR = re.compile("元旦(?:那天|节)?(?:，(?=[一元1]月[一1]))?(?P<day>(?=[一元1]月[一1]))?")
"""四五年元旦，一月一号."""


def birth_date(utterance: Utterance, ctx: AskContext) -> Reading:
    """The day of birth, or a request for what is missing."""
    text = _NEW_YEAR.sub(lambda m: "" if m["day"] else "一月一号", utterance.text)
    said, doubtful = _said(text, ctx)
    if said is None:
        own = "，".join(clause for clause in text.split("，") if not _OF_OTHERS.search(clause))
        if own != text and _FORGOTTEN.search(own) and not re.search("年|岁|属", own):
            return Reading(answer=AnswerKind.UNKNOWN, complete=True, reason="not known")
        vague = _VAGUE.search(text) is not None
        return Reading(confirm=vague, reason="year, month and day are needed" if vague else "")
    today = ctx.now.date()
    if said.day > today or today.year - said.day.year > 120:
        return Reading(confirm=True, reason="no possible birth date")
    card = ctx.slots.get("id_card_no")
    differs = isinstance(card, str) and card[6:14] != said.day.strftime("%Y%m%d")
    doubtful = doubtful or said.lunar or said.unsure or differs or not _animal_fits(text, said.day)
    doubtful = doubtful or _bare_day(text) or _both_calendars(text)
    reason = "lunar date converted" if said.lunar else "read back" if doubtful else "date"
    fill = SlotFill("birth_date", said.day.isoformat(), 0.9, said.span, doubtful, reason)
    return Reading((fill,), confirm=doubtful, complete=True)


def _said(text: str, ctx: AskContext) -> tuple[DateMention | None, bool]:
    """The date meant, and whether it was put together from a correction."""
    parts = split_at_correction(text)
    if parts is None:
        return _pick(_dates(text, ctx), text)
    after = _dates(parts[1], ctx)
    if after:
        return after[-1], False
    return _pick(_dates(_repaired(*parts), ctx), text)[0], True


def _pick(found: list[DateMention], text: str) -> tuple[DateMention | None, bool]:
    """Of several dates the one of the identity card, else a solar one, else the last."""
    if not found:
        return None, False
    card = text.find("身份证")
    ranked = [d for d in found if card >= 0 and d.span[0] > card] or [d for d in found if not d.lunar] or found
    return ranked[-1], len({d.day for d in found}) > 1


def _repaired(before: str, after: str) -> str:
    """一九五一年三月八号，不对，一九五零年: the parts said again replace those said before."""
    for pattern in _PARTS:
        again = pattern.search(after)
        if again:
            before = pattern.sub(again.group(), before, count=1)
    return before


def _dates(text: str, ctx: AskContext) -> list[DateMention]:
    written = _written_out(text)
    found = [d for d in find_dates(written, ctx.now, birth=True) if _has_year(written[d.span[0] : d.span[1]])]
    return found or _eight_digits(written)


def _has_year(words: str) -> bool:
    return "年" in words or re.match("\\d{4}", words) is not None


def _written_out(text: str) -> str:
    """The date in one piece: 年 where only four digits are said, no pause inside, 腊月 where it is heard."""
    text = _heard(text)
    heard, twelfth = fold(text), fold("腊月")
    at = heard.find(twelfth)
    if at >= 0 and text[at] not in "那哪" and text[:at].endswith(("年", "年的", "，")):
        text = f"{text[:at]}腊月{text[at + 2 :]}"
    text = _BARE_YEAR.sub(r"\1年", text)
    return _MONTH_GAP.sub("", _YEAR_GAP.sub("", _SOLAR.sub("", text)))


def _heard(text: str) -> str:
    """年, 月, 号 and the digits beside them where they are heard; positions stay."""
    letters = list(as_digits(text))
    for at, char in enumerate(letters):
        before = letters[at - 1] if at else ""
        sound = fold_char(char)
        for word in "年月号":
            fits = re.match(f"[{_D}十正冬腊]", before) and (word != "号" or text[at + 1 : at + 2] in ("", "，"))
            if sound == fold_char(word) and fits:
                letters[at] = word
    return "".join(letters)


def _eight_digits(text: str) -> list[DateMention]:
    found = []
    for match in _EIGHT.finditer(text):
        year, month, day = (int("".join(DIGITS[char] for char in part)) for part in match.groups())
        try:
            found.append(DateMention(date(year, month, day), match.span()))
        except ValueError:
            continue
    return found


def _bare_day(text: str) -> bool:
    """七月十五 without 号 may be the lunar one."""
    return re.search(f"月[{_D}十]{{1,3}}(?![{_D}十号日])", text) is not None


def _both_calendars(text: str) -> bool:
    """十月初一阳历: the day is named as lunar ones are."""
    return bool(re.search("初|腊月|正月", text) and re.search("阳历|公历|新历", text))


def _animal_fits(text: str, day: date) -> bool:
    named = _ANIMAL.search(text)
    if named is None:
        return True
    return bool(Solar.fromYmd(day.year, day.month, day.day).getLunar().getYearShengXiao() == named[1])
