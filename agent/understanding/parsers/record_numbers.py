"""Identity card and phone numbers of the record intake, checked as domain.md §5.7 and §5.8 say.

A number that does not check is asked for again; nothing is completed or guessed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.parsers.record_digits import DigitString, readings
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_X = re.compile(
    "(?:最后|末尾|末了|尾巴上?|后面|后头)?(?:那个|是|的|还有)*(?:一?个)?(?:字母|大写的?|英文的?)*(叉|艾克斯|爱克斯|埃克斯|艾克丝|埃克思|×|乘号|x|(?<=[零一二三四五六七八九0-9幺])[差插岔茶]$)"
)
_NOT_AT_HAND = re.compile(
    "背不|记不(住|全)|没(带|在身边|在手边)|找不[到着]|没背|没记|(?:拿|借|带|收|交)(?:走|去|回|给)|(?:锁|压|收|搁|放)(?:着|起来|在|到)|不在(身边|手边|家)|(手机|电话本|本子)里(存|记)|存(着|在)|在[^，]{1,6}(包|手|柜|屋|抽屉|箱|那)(里|儿|子里|上)|不会(翻|查|看)"
)
_KEEPS_IT = re.compile(
    "(?:电话|手机|号码?|号儿|身份证|联系方式)(?:号码?)?(?:我|俺|可|就|也)*(?:不|莫|冇)(?:能|想|愿意?|肯|得)?(?:给|留|报|念|说|告诉)|(?:不|莫|别|甭)(?:想|愿意?|肯|能|敢)?(?:给|留|报|念|告诉)"
    "(?:你|你们|别人|人家|外人)?(?:们)?(?:电话|手机|号码?|身份证)|(?:净是?|都是|老有|尽是|全是|怕|招来)(?:推销|骗|骚扰|打广告|卖)"
)
"""电话不给，回头净是推销的."""
_AWAY = re.compile("(?:拿|借|带|交)(?:走|去|回|给)(?:了|.{1,6}了)")
_READ_OUT = re.compile("(?:让|叫|等|喊|我)[^，]{1,6}(?:念|报|读|说)(?:给你|给您|一下|吧|$)")
"""让我闺女念给你: the number is still to come."""
_FETCHED = re.compile("[让叫等喊]|给你找|拿")
_TEN = re.compile("[十拾]$")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SHORT = {"120", "110", "119", "12356", "12320", "122", "114", "999", "12345", "10086", "10000", "10010"}
_OLDEST = 110
"""Years above which an identity card is read back (domain.md §5.8)."""


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
    return (11 <= province <= 65 or province in {71, 81, 82, 91}) and date(1850, 1, 1) < born <= today


def id_card(utterance: Utterance, ctx: AskContext) -> Reading:
    """身份证号: 18 digits, the last may be X."""
    text = re.sub("身份证(号码?)?|号码|号是|一共|十八位", "", utterance.text).strip("，的啊了")
    ends_in_x = _X.search(text) is not None or _TEN.search(text) is not None
    candidates = [_with_x(found, ends_in_x) for found in readings(_X.sub("", _TEN.sub("", text)))]
    for found in candidates:
        if not found.vague and id_card_valid(found.text, ctx.now.date()):
            doubtful = found.corrected or _contradicts(found.text, ctx)
            fill = SlotFill("id_card_no", found.text, 0.9, (0, len(utterance.text)), doubtful, "checksum holds")
            return Reading((fill,), confirm=doubtful, complete=True)
    number = candidates[0].text
    if len(number) < 4 and _KEEPS_IT.search(utterance.text):
        return Reading(answer=AnswerKind.REFUSED, reason="will not give it", complete=True)
    if len(number) < 4:
        return _not_at_hand(utterance.text)
    reason = f"{len(number)} digits instead of 18" if len(number) != 18 else "the check digit does not fit"
    return Reading(confirm=True, reason=reason)


def _with_x(found: DigitString, ends_in_x: bool) -> DigitString:
    if ends_in_x and len(found.text) == 17:
        return replace(found, text=found.text + "X")
    return found


def _contradicts(number: str, ctx: AskContext) -> bool:
    """Birth date or sex known otherwise, or a great age: read back."""
    born = ctx.slots.get("birth_date")
    sex = ctx.slots.get("sex")
    other_birth = isinstance(born, str) and born.replace("-", "") != number[6:14]
    other_sex = sex in {"1", "2"} and (int(number[16]) % 2 == 1) != (sex == "1")
    return other_birth or other_sex or ctx.now.year - int(number[6:10]) > _OLDEST


def phone_parser(slot: str) -> Parser:
    """A mobile (11 digits) or a landline with area code; emergency numbers are no contact."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        candidates = [_domestic(found) for found in readings(utterance.text)]
        for found in candidates:
            if found.vague or not re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", found.text):
                continue
            own = {ctx.slots.get("phone"), ctx.resident.phone if ctx.resident else None}
            same = slot == "contact_phone" and found.text in own
            doubtful = same or found.corrected or found.doubtful or found.text[0] == "0"
            reason = "same as the resident's own" if same else "read back" if doubtful else "eleven digits"
            fill = SlotFill(slot, found.text, 0.9, (0, len(utterance.text)), doubtful, reason)
            return Reading((fill,), confirm=doubtful, complete=True)
        number = candidates[0].text
        if len(number) < 3 and _KEEPS_IT.search(utterance.text):
            return Reading(answer=AnswerKind.REFUSED, reason="will not give it", complete=True)
        if len(number) < 3:
            return _not_at_hand(utterance.text)
        reason = "a service number is no contact" if number in _SHORT else f"{len(number)} digits are no phone number"
        return Reading(confirm=True, reason=reason)

    return parse


def _not_at_hand(text: str) -> Reading:
    """背不下来, 没带: not known now; 让我闺女念 is still to come."""
    if _AWAY.search(text) or (_NOT_AT_HAND.search(text) and not _FETCHED.search(text)):
        return Reading(answer=AnswerKind.UNKNOWN, reason="not at hand", complete=True)
    if _READ_OUT.search(text):
        return Reading(confirm=True, reason="somebody else will read it out")
    return Reading()


def _domestic(found: DigitString) -> DigitString:
    """Without the country code."""
    if len(found.text) == 13 and found.text.startswith("86"):
        return replace(found, text=found.text[2:])
    return found


def parsers() -> dict[str, Parser]:
    """Parsers by ask id."""
    return {
        "id_card_no": id_card,
        "phone": phone_parser("phone"),
        "contact_phone": phone_parser("contact_phone"),
    }
