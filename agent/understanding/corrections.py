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
    "(?:漏|落|忘|差)(?:了|说了?|讲了?|报了?|掉了?)+[^，]{0,3}(?:一|个|样|种|说|讲)"
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
    known = tuple(f for f in volunteered if f.slot in ctx.slots)
    if known:
        return [CorrectSlots(known)]
    named = [a for a in topics(utterance, knowledge) if any(slot in ctx.slots for slot in slots_of(a))]
    candidates = named or ([last_ask] if last_ask else [])
    for candidate in candidates:
        fresh = AskContext(ctx.now, ctx.resident, ctx.history, _without(ctx, slots_of(candidate)))
        said = _labelled(utterance, after_marker(utterance))
        reading = read_answer(candidate, replace(said, text=_NOT_BUT.sub("，", said.text)), fresh, knowledge)
        fills = tuple(f for f in reading.fills if f.slot in ctx.slots or f.slot in slots_of(candidate))
        if fills:
            return [CorrectSlots(fills)]
    return [ReopenAsk(candidates[0])] if candidates else []


_LABEL = re.compile("(?P<label>高压|低压|上压|下压|空腹|饭后|餐后)[^，高低上下]{0,4}(?:错|岔|反|串|混|不对)")


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
    """Asks that the words name (血压, 体重 …)."""
    return [ask for ask, words in knowledge.topics.items() if any(word in utterance.text for word in words)]


_NOT_BUT = re.compile(
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
