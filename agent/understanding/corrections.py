"""Values told before that are taken back, changed or added to: 刚才血压说错了，是一百四十五; 还漏了一个."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.domain.answers import AskContext, SlotFill, SlotValue
from agent.domain.commands import Command, CorrectSlots, ReopenAsk
from agent.understanding.answering import read_answer
from agent.understanding.asks import slots_of
from agent.understanding.knowledge import Knowledge
from agent.understanding.parsers.record_digits import spoken_digits
from agent.understanding.text import Utterance

_MORE_OF_IT = re.compile(
    "(?:说|讲|报|答)(?:少|漏|落)了|(?:漏|落|忘|差)(?:了|说了?|讲了?|报了?|掉了?)+[^，]{0,3}(?:一|个|样|种|说|讲)"
    "|还有(?:一|个)[^，]{0,3}(?:没|忘)[^，]{0,2}[说讲报]|补(?:充)?(?:一|个)"
)
"""刚才我说的高血压，还漏了一个，我还有糖尿病."""
_LISTED = ("past_disease", "drug_allergy", "payment", "exposure")


def added(utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> SlotFill | None:
    """What is to be added to a list that was told before; None when nothing is."""
    if not _MORE_OF_IT.search(utterance.text):
        return None
    for slot in _LISTED:
        known = ctx.slots.get(slot)
        if not isinstance(known, tuple):
            continue
        for fill in read_answer(slot, utterance, ctx, knowledge).fills:
            if fill.slot == slot and isinstance(fill.value, tuple) and not set(fill.value) <= set(known):
                told = tuple(str(code) for code in (*known, *fill.value) if code != "1")
                return replace(fill, value=tuple(sorted(set(told), key=int)))
    return None


_TAIL = re.compile(
    "(?:尾号|尾数|末尾|后(?:面|头|边)?(?:那)?(?:几|两|二|三|四|五|六)(?:位|个|个数)|最后(?:那)?(?:几|两|二|三|四|五)?(?:位|个))(?:数字?|字)?(?:应该|其实)?(?:是|念)(?P<digits>[^，]+)"
)
_PHONES = ("contact_phone", "phone")


def new_tail(utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> SlotFill | None:
    """老伴的电话说错了，尾号是七七四三: the known number with its last digits changed, to be read back."""
    match = _TAIL.search(_NOT_BUT.sub("，", utterance.text))
    digits = spoken_digits(match["digits"]).text if match else ""
    named = [slot for slot in topics(utterance, knowledge) if slot in _PHONES]
    slot = next((slot for slot in (*named, *_PHONES) if slot in ctx.slots), None)
    if slot is None or match is None or not 2 <= len(digits) <= 6:
        return None
    value = str(ctx.slots[slot])[: -len(digits)] + digits
    return SlotFill(slot, value, 0.8, match.span("digits"), confirm=True, reason="the last digits are changed")


def corrects_open_ask(utterance: Utterance, ask: str | None, knowledge: Knowledge) -> bool:
    """一百六，不对，一百五 in answer to the open ask is no correction of an earlier one."""
    named = topics(utterance, knowledge)
    return not named or ask in named


def correction(
    utterance: Utterance, ctx: AskContext, knowledge: Knowledge, last_ask: str | None, volunteered: tuple[SlotFill, ...]
) -> list[Command]:
    """刚才血压说错了，是一百四十五: which ask, and the new value if it is there."""
    if (tail := new_tail(utterance, ctx, knowledge)) is not None:
        return [CorrectSlots((tail,))]
    known = tuple(f for f in volunteered if f.slot in ctx.slots and f.value != ctx.slots[f.slot])
    if known:
        return [CorrectSlots(known)]
    named = [a for a in topics(utterance, knowledge) if any(slot in ctx.slots for slot in slots_of(a))]
    candidates = named or ([last_ask] if last_ask else [])
    if (fill := _not_mine(utterance, ctx, knowledge)) is not None:
        return [CorrectSlots((fill,))]
    for candidate in candidates:
        read = _read_anew(candidate, utterance, ctx, knowledge)
        fills = tuple(f for f in read if f.slot in ctx.slots or f.slot in slots_of(candidate))
        if fills:
            return [CorrectSlots(fills)]
    return [ReopenAsk(candidates[0])] if candidates else []


_LABEL = re.compile("(?P<label>高压|低压|上压|下压|空腹|饭后|餐后)[^，高低上下没不]{0,4}(?:错|岔|反|串|混|不对)")


def _labelled(utterance: Utterance, said: Utterance) -> Utterance:
    """刚才低压我念岔了，不是一百零二，是九十二: what was named before 岔了 is what the new value is of."""
    match = _LABEL.search(utterance.text)
    if match is None or said.text == utterance.text:
        return said
    return replace(
        said,
        text=re.sub(
            "(?:^|(?<=，))(?:应该|其实)?是(?=[零一二两三四五六七八九十百\\d])", match["label"], said.text, count=1
        ),
    )


def _without(ctx: AskContext, slots: tuple[str, ...]) -> dict[str, SlotValue]:
    return {slot: value for slot, value in ctx.slots.items() if slot not in slots}


def topics(utterance: Utterance, knowledge: Knowledge) -> list[str]:
    """Asks that the words name (血压, 体重 …), the one named first before the others."""
    text = utterance.text
    places = {ask: [text.find(word) for word in words if word in text] for ask, words in knowledge.topics.items()}
    named = {ask: min(found) for ask, found in places.items() if found}
    if (phone := _KINS_PHONE.search(text)) is not None:
        named["contact_phone"] = phone.start()
    return sorted(named, key=lambda ask: named[ask])


_KINS_PHONE = re.compile(
    "(?:儿子?|崽|仔|闺女|女儿?|女婿|姑娘|丫头|囡|媳妇|老伴|老公|老婆|老头子?|孙子|孙女|孩子|妹子?|弟弟?|哥|姐|联系人|他|她|佢|伊)(?:们)?"
    "(?:那个?|的|家)?(?:电话|手机|号码?)"
)


def revised(utterance: Utterance, ask: str | None, ctx: AskContext, knowledge: Knowledge) -> list[Command]:
    """A value told before, told anew without 说错了: 烟说少了，是一包; 刚才洗漱那个得改改，洗澡要人搭把手.

    The words look back, name what was asked before and nothing of what is asked now, and the new value differs.
    """
    said = topics(utterance, knowledge)
    if not _LOOKS_BACK.search(utterance.text) or ask in said:
        return []
    if (fill := _not_mine(utterance, ctx, knowledge)) is not None:
        return [CorrectSlots((fill,))]
    for earlier in said:
        slots = slots_of(earlier)
        if not any(slot in ctx.slots for slot in slots):
            continue
        fills = tuple(
            fill
            for fill in _read_anew(earlier, utterance, ctx, knowledge)
            if fill.slot in slots and fill.value != ctx.slots.get(fill.slot)
        )
        if fills:
            return [CorrectSlots(fills)]
    return []


_NUMERAL = "[零一二两三四五六七八九十百半点\\d]"
_LOOKS_BACK = re.compile(
    "刚才|刚刚|将才|才将|方才|头先|先头|先前|前头|前面|上头那|那会儿?说|改(?:改|一改|一下|成)|糊涂|瞒|没(?:说|讲|报)全|忘(?:了|记)?(?:说|讲|报)|其实"
    "|(?<!话)(?:说|讲|报|念|估|算|数|量|称|夹)(?:少|多|高|低|大|小|重|轻|早|晚|漏|歪|成)(?:了|咯|啦|[^，]{1,6}了)"
    f"|不是{_NUMERAL}+[^，]{{0,3}}，"
)


def _read_anew(earlier: str, utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> tuple[SlotFill, ...]:
    fresh = AskContext(ctx.now, ctx.resident, ctx.history, _without(ctx, slots_of(earlier)))
    said = _labelled(utterance, after_marker(utterance))
    return read_answer(earlier, replace(said, text=_NOT_BUT.sub("，", said.text)), fresh, knowledge).fills


_ANOTHERS = re.compile(
    "(?:^|(?<=，))(?P<what>[^，]{2,8}?)(?:那|这)?(?:就)?是(?:我|俺)?(?:家)?(?:老伴|老头|老婆|老公|爱人|儿|闺女|女儿|他|她)[^，]{0,3}的(?=，|$)"
)


def _not_mine(utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> SlotFill | None:
    """糖尿病是我老伴的: taken off the list that was told before."""
    match = _ANOTHERS.search(utterance.text)
    if match is None:
        return None
    for slot in _LISTED:
        known = ctx.slots.get(slot)
        fills = read_answer(slot, replace(utterance, text=f"有{match['what']}"), ctx, knowledge).fills
        wrong = {code for fill in fills if fill.slot == slot and isinstance(fill.value, tuple) for code in fill.value}
        if isinstance(known, tuple) and wrong & set(known):
            left = tuple(str(code) for code in known if code not in wrong) or ("1",)
            return SlotFill(slot, left, 0.8, match.span("what"), confirm=True, reason="of another person")
    return None


_NOT_BUT = re.compile(
    f"(?<=[一-鿿])不是{_NUMERAL}+[^，]{{0,3}}，|"
    "(?:^|，)(?:那个?)?不是[^，不没]{1,12}，(?!是)|(?<=[一-鿿])不是[^，不没]{1,12}，(?=(?:应该|我|那|而|就)*是)"
    "|(?:^|(?<=，))(?:那个)?(?:不是|没有)[^，]{1,12}，(?:而|就|应该)?(?=是)"
)
"""不是一三九那个，是一八六: what is not meant."""
_MARKER = re.compile(
    "(?:说|讲|记|弄|搞|念|看|报|答|认|算|数|量|听|写|睇|睐|瞅|瞧|估)(?:错|倒|反|混|岔|串)(?:行)?(?:了|咯|喽)?|(?:说|讲|记|报|念)得?(?:不对|不准)|不对|错了"
)


def after_marker(utterance: Utterance) -> Utterance:
    """The words after 说错了, where the new value stands; all words when nothing follows."""
    for match in _MARKER.finditer(utterance.text):
        rest = utterance.text[match.end() :]
        if rest.strip("，的啊了"):
            return Utterance(utterance.raw, rest.strip("，"))
    return utterance
