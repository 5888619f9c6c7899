"""Utterance + what was asked -> commands. The order is fixed: red flags, the open ask, the rest of the flow, intents.

Nothing skips the red-flag nets: they stand in front of everything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.domain.alerts import Alert, Mention, MentionStatus
from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill, SlotValue
from agent.domain.commands import (
    CannotUnderstand,
    Clarify,
    Command,
    CorrectSlots,
    GiveAnswer,
    ProbeMention,
    RaiseAlert,
    ReopenAsk,
    SetSlots,
    StartPattern,
)
from agent.understanding.alarms import heard_mentions
from agent.understanding.asks import KIND_ASKS, PROBE_ASK, slots_of
from agent.understanding.dialect import Dialect
from agent.understanding.general import asks_to_repeat, general_answer
from agent.understanding.hearing import Hearing, settled
from agent.understanding.intent_model import Intents
from agent.understanding.intents import detect_patterns
from agent.understanding.lexicons import Lexicons
from agent.understanding.outright import outright
from agent.understanding.parsers.record_pairs import of_relatives
from agent.understanding.parsing import Parser
from agent.understanding.proxy import Proxy
from agent.understanding.redflags import RedFlagRules, word_alerts
from agent.understanding.repair import Repaired
from agent.understanding.said_before import SaidBefore
from agent.understanding.second_look import second_look
from agent.understanding.text import Utterance, normalise
from agent.understanding.values import tables
from agent.understanding.volunteered import extract_volunteered
from agent.understanding.volunteered_words import volunteered_words

OVERRIDING = (
    "opt_out",
    "withdraw",
    "human_handoff",
    "abuse",
    "goodbye",
    "cancel",
    "resume_later",
    "hand_over",
    "wrong_person",
)
"""Patterns that outweigh whatever else the utterance may mean."""

_AMOUNT = re.compile("[二三四五六七八九十百两几]|一[百米十斤]|\\d")


_VARIES = re.compile("没有?个?[准定](?:数|儿|头|谱|时候)?|不一定|看情况|说不准")
_ASKED_BACK = re.compile("(?<=[得清道住])几|几(?=[^，]{0,3}(?:不知道|晓?不得|不晓得|[记说讲]不|不清|不记得))")
"""记不得几回了: no number is said."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All data that understanding reads."""

    lexicons: Lexicons
    hearing: Hearing
    redflags: RedFlagRules
    parsers: Mapping[str, Parser]
    topics: Mapping[str, tuple[str, ...]]
    """Ask id -> words by which people name it (血压, 体重 …), for corrections."""
    intents: Intents
    """Guesses what is asked of the agent when nothing else was understood."""
    instructions: re.Pattern[str]
    """Words that try to instruct the program; speech is data."""
    dialect: Dialect
    proxy: Proxy
    """Turns a relative's words into the resident's."""
    said_before: SaidBefore
    """Guesses coded answers in words that no parser knows."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The result for one utterance, with all that explains it."""

    utterance: Utterance
    commands: tuple[Command, ...]
    reading: Reading
    mentions: tuple[Mention, ...]


def read(ask: str, text: str, ctx: AskContext, knowledge: Knowledge) -> Reading:
    """What an answer to one ask means, with the values given beside it, apart from the conversation around it."""
    utterance = normalise(text)
    repaired = knowledge.hearing.repaired(utterance, ask)
    reading = _heard(ask, utterance, repaired, ctx, knowledge)
    if reading.empty and not knowledge.instructions.search(utterance.text):
        reading = knowledge.said_before.guess(ask, repaired.text)
    if ask in KIND_ASKS or reading.answer is not None:
        return reading
    beside = _volunteered(replace(utterance, text=repaired.text), ask, reading, ctx, knowledge)
    sure = tuple(fill for fill in beside if not fill.confirm and not fill.slot.endswith("_symptoms"))
    return replace(reading, fills=(*reading.fills, *sure))


def alarms(text: str, ask: str | None, ctx: AskContext, knowledge: Knowledge) -> tuple[Alert, ...]:
    """What an utterance raises, apart from the conversation around it."""
    utterance = normalise(text)
    repaired = knowledge.hearing.repaired(utterance, ask)
    return word_alerts(heard_mentions(utterance, repaired, ask, ctx, knowledge.redflags), knowledge.redflags)


def _heard(ask: str, utterance: Utterance, repaired: Repaired, ctx: AskContext, knowledge: Knowledge) -> Reading:
    """The reading of the words as written, or as they were probably said."""
    written = _read(ask, utterance, ctx, knowledge)
    if not repaired.changes and not repaired.doubts:
        return written
    return settled(written, _read(ask, replace(utterance, text=repaired.text), ctx, knowledge), repaired)


def _read(ask: str, utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> Reading:
    words = knowledge.proxy.as_the_resident(utterance.text, ask, ctx)
    utterance = replace(utterance, text=knowledge.dialect.standard(words))
    if not utterance.text or knowledge.instructions.search(utterance.text):
        return Reading()
    if ask not in _NO_ECHO and _asks_again(utterance.text, knowledge):
        return Reading(answer=AnswerKind.REPEAT, complete=True, reason="asks to hear it again")
    parser = knowledge.parsers.get("yes_no" if ask.startswith(PROBE_ASK) else ask)
    reading = _parsed(ask, utterance, parser, ctx, knowledge.lexicons) if parser else Reading()
    if reading.answer is AnswerKind.UNKNOWN and knowledge.lexicons.general["refused"].search(utterance.text):
        return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not say")
    if reading.fills or reading.answer is not None:
        return reading
    kind = general_answer(utterance, ask, knowledge.lexicons, unread=not reading.confirm)
    if kind is None and ask in _DIGITS and knowledge.lexicons.general["refused"].search(utterance.text):
        kind = AnswerKind.REFUSED  # 身份证号电话里我不想说，回头去卫生院再登记
    if ask == "consent" and kind is AnswerKind.REFUSED:
        kind = AnswerKind.NO  # who will not be asked has not consented
    as_answer = kind is AnswerKind.REPEAT and reading.confirm and not asks_to_repeat(utterance, knowledge.lexicons)
    if (
        kind is AnswerKind.UNKNOWN
        and reading.confirm
        and _measured(ask)
        and _AMOUNT.search(_ASKED_BACK.sub("", utterance.text))
    ):
        return reading  # 一米五几吧，记不准: something is known
    if kind is AnswerKind.UNKNOWN and reading.confirm and _measured(ask) and _VARIES.search(utterance.text):
        return reading  # 走得少，也没个准数: it differs, and can be asked
    if kind is None and _owns_up(reading, utterance, ask, knowledge):
        return Reading(answer=AnswerKind.UNKNOWN, complete=True, reason="does not know")
    if kind is not None and not as_answer:  # 耳背 may be an answer and no request
        return Reading(answer=kind, complete=True, reason="general answer")
    return reading


def _parsed(ask: str, utterance: Utterance, parser: Parser, ctx: AskContext, lexicons: Lexicons) -> Reading:
    def again(text: str) -> Reading:
        return parser(replace(utterance, text=text), ctx)

    reading = outright(ask, utterance.text, parser(utterance, ctx), again, lexicons)
    return second_look(ask, utterance, reading, again)


_DIGITS = frozenset({"id_card_no", "phone", "contact_phone"})
_NO_ECHO = frozenset({"disability", "identity", "consent"})
"""Asks where 没听见 may be told beside the answer."""


def _asks_again(text: str, knowledge: Knowledge) -> bool:
    """受过啥？听不清，你再说一遍: echoes of the question are no answer."""
    if len(text) > _LAST_WORD or len(_AMOUNT.findall(text.replace("几", ""))) > 1:
        return False
    return knowledge.lexicons.general["repeat_surely"].search(text) is not None


_LAST_WORD = 30
"""So long may an answer be that comes down to 不知道."""


def _owns_up(reading: Reading, utterance: Utterance, ask: str, knowledge: Knowledge) -> bool:
    """针是老伴打的，打几个单位我不知道: much is said, yet the answer is not known."""
    text = utterance.text
    if not reading.confirm or ask in ("medications", "smoke_per_day_now") or len(text) > _LAST_WORD:
        return False
    if _AMOUNT.search(text.replace("几", "")):
        return False
    return knowledge.lexicons.general["not_known"].search(text) is not None


def _measured(ask: str) -> bool:
    return any(slot in tables().ranges for slot in slots_of(ask))


def interpret(
    text: str, ask: str | None, ctx: AskContext, knowledge: Knowledge, last_ask: str | None = None
) -> Understood:
    """Commands for one final utterance, in the order in which the engine applies them."""
    utterance = normalise(text)
    repaired = knowledge.hearing.repaired(utterance, ask)
    found = heard_mentions(utterance, repaired, ask, ctx, knowledge.redflags)
    reading = _heard(ask, utterance, repaired, ctx, knowledge) if ask else Reading()
    commands: list[Command] = [RaiseAlert(alert) for alert in word_alerts(found, knowledge.redflags)]
    if not commands:
        commands += [ProbeMention(m) for m in found if _doubtful(m)][:1]
    rest = _Rest(knowledge, last_ask)
    said = replace(utterance, text=repaired.text)
    commands += _beside(commands, _meaning(said, ask, reading, ctx, rest))
    if not commands:
        commands += _guessed(said, ask, ctx, rest)
    if not commands and ask and not knowledge.instructions.search(said.text):
        reading = knowledge.said_before.guess(ask, said.text)
        commands += _values(ask, reading, (), ctx) or _bare(reading)
    return Understood(utterance, tuple(commands) or (CannotUnderstand(),), reading, found)


def _beside(raised: list[Command], meant: list[Command]) -> list[Command]:
    """Beside an alarm only values count, and the wish for a person: 先别问了，老伴叫不醒了 ends no call."""
    if not any(isinstance(command, RaiseAlert) for command in raised):
        return meant
    return [c for c in meant if not isinstance(c, StartPattern) or c.pattern == "human_handoff"]


def _doubtful(mention: Mention) -> bool:
    """气得我心口疼 is a figure of speech, and may be a heart attack all the same: one question (domain.md N12)."""
    figure = mention.status is MentionStatus.FIGURATIVE and mention.flag == "chest_pain"
    return mention.status is MentionStatus.UNCERTAIN or figure


@dataclass(frozen=True, slots=True)
class _Rest:
    knowledge: Knowledge
    last_ask: str | None


def _meaning(utterance: Utterance, ask: str | None, reading: Reading, ctx: AskContext, rest: _Rest) -> list[Command]:
    knowledge = rest.knowledge
    if knowledge.instructions.search(utterance.text):
        return []
    patterns = detect_patterns(utterance, ask, knowledge.lexicons)
    for pattern in patterns:
        if pattern.pattern in OVERRIDING and not _answers_itself(pattern.pattern, ask, reading):
            return [pattern]
    relatives = of_relatives(ask, utterance, ctx, knowledge.parsers) if reading.fills else []
    volunteered = (*_volunteered(utterance, ask, reading, ctx, knowledge), *relatives)
    corrects = any(pattern.pattern == "correction" for pattern in patterns)
    if corrects:  # what stands before 说混了 is what was wrong
        volunteered = _volunteered(_after_marker(utterance), ask, reading, ctx, knowledge) or volunteered
    if corrects and not (reading.fills and _corrects_open_ask(utterance, ask, knowledge)):
        corrected = _correction(utterance, ask, ctx, rest, volunteered)
        if corrected:
            return corrected
    values = _values(ask, reading, volunteered, ctx)
    bare = [] if reading.fills else _bare(reading)
    side = [pattern for pattern in patterns if pattern.pattern not in {"correction", *OVERRIDING}][:1]
    if side and not reading.fills and reading.answer is None:
        return [*values, *side]
    if side and side[0].pattern in {"ask_knowledge", "slower", "louder"}:
        return [*values, *bare, *side]
    return [*values, *bare]


_ANSWERED_SO = {"callback_time": {"resume_later", "wait"}, "wants_doctor": {"human_handoff"}}
"""Asks whose answers sound like these patterns; none is guessed there."""


def _guessed(utterance: Utterance, ask: str | None, ctx: AskContext, rest: _Rest) -> list[Command]:
    """What the resident most likely asks of the agent, in words that are in no list."""
    if rest.knowledge.instructions.search(utterance.text):
        return []
    guess = rest.knowledge.intents.guess(utterance.text)
    if guess is None or guess.pattern in _ANSWERED_SO.get(ask or "", ()):
        return []
    if guess.pattern == "correction":
        return _correction(utterance, ask, ctx, rest, ())
    return [guess]


def _values(ask: str | None, reading: Reading, volunteered: tuple[SlotFill, ...], ctx: AskContext) -> list[Command]:
    """The answer to the open ask, new values beside it, and changes of values known before."""
    commands: list[Command] = []
    if reading.fills and ask:
        commands.append(SetSlots(reading.fills, ask))
    changed = tuple(f for f in volunteered if f.slot in ctx.slots and ctx.slots[f.slot] != f.value)
    fresh = tuple(f for f in volunteered if f.slot not in ctx.slots and not f.confirm)
    if fresh:
        commands.append(SetSlots(fresh, "volunteered"))
    if changed:
        commands.append(CorrectSlots(tuple(_must_confirm(f) for f in changed)))
    return commands


def _answers_itself(pattern: str, ask: str | None, reading: Reading) -> bool:
    """An opening ask reads 打错了 or 现在忙 itself; so does 要找医生 when that is what was asked."""
    if pattern in {"opt_out", "human_handoff"}:
        return ask == "wants_doctor" and pattern == "human_handoff"
    if ask in {"identity", "consent", "callback_time", "next_call_ok"}:
        return bool(reading.fills) or reading.answer is not None
    return pattern in {"goodbye", "cancel"} and bool(reading.fills)


def _bare(reading: Reading) -> list[Command]:
    if reading.answer is AnswerKind.REPEAT:
        return [StartPattern("repeat")]
    if reading.answer is not None:
        return [GiveAnswer(reading.answer)]
    if reading.confirm:
        return [Clarify(reading.reason)]
    return []


def _volunteered(
    utterance: Utterance, ask: str | None, reading: Reading, ctx: AskContext, knowledge: Knowledge
) -> tuple[SlotFill, ...]:
    """Values given beside the answer; the open ask's own slots are its parser's business."""
    utterance = replace(utterance, text=knowledge.dialect.standard(utterance.text))
    own = set(slots_of(ask)) if ask else set()
    taken = {fill.slot for fill in reading.fills} | (own if ask not in KIND_ASKS else set())
    if ask in {"identity", "consent"} and reading.answer in {AnswerKind.WRONG_PERSON, AnswerKind.NO}:
        return ()
    found: dict[str, SlotFill] = {}
    answered = {fill.span for fill in reading.fills if fill.slot in own and fill.value}
    for fill in (*extract_volunteered(utterance, ctx), *volunteered_words(utterance, ctx, knowledge.lexicons)):
        if fill.slot == "nonadherence_reason" and ask != "med_adherence":
            continue
        if fill.slot == "medications" and ask in _ABOUT_TAKING:
            continue  # 吃了双胍拉肚子: why it is not taken
        if fill.slot == "bp_setting" and ask != "blood_pressure" and not _PRESSURE.search(utterance.text):
            continue
        if fill.span in answered and isinstance(fill.value, (int, float)):
            continue  # 血压计底下那个数七十二, asked for the pulse: one number, one value
        if fill.slot not in taken:
            found.setdefault(fill.slot, fill)
    return tuple(found.values())


_ABOUT_TAKING = frozenset({"med_adherence", "nonadherence_reason", "adr", "ntg_use", "meds_reconciled"})
_PRESSURE = re.compile("血压|高压|低压")


def _must_confirm(fill: SlotFill) -> SlotFill:
    return SlotFill(fill.slot, fill.value, fill.confidence, fill.span, True, "differs from what was said before")


def _corrects_open_ask(utterance: Utterance, ask: str | None, knowledge: Knowledge) -> bool:
    """一百六，不对，一百五 in answer to the open ask is no correction of an earlier one."""
    named = _topics(utterance, knowledge)
    return not named or ask in named


def _topics(utterance: Utterance, knowledge: Knowledge) -> list[str]:
    return [ask for ask, words in knowledge.topics.items() if any(word in utterance.text for word in words)]


def _correction(
    utterance: Utterance, ask: str | None, ctx: AskContext, rest: _Rest, volunteered: tuple[SlotFill, ...]
) -> list[Command]:
    """刚才血压说错了，是一百四十五: which ask, and the new value if it is there."""
    known = tuple(f for f in volunteered if f.slot in ctx.slots)
    if known:
        return [CorrectSlots(known)]
    named = [a for a in _topics(utterance, rest.knowledge) if any(slot in ctx.slots for slot in slots_of(a))]
    candidates = named or ([rest.last_ask] if rest.last_ask else [])
    for candidate in candidates:
        fresh = AskContext(ctx.now, ctx.resident, ctx.history, _without(ctx, slots_of(candidate)))
        said = _after_marker(utterance)
        reading = _read(candidate, replace(said, text=_NOT_BUT.sub("，", said.text)), fresh, rest.knowledge)
        fills = tuple(f for f in reading.fills if f.slot in ctx.slots or f.slot in slots_of(candidate))
        if fills:
            return [CorrectSlots(fills)]
    return [ReopenAsk(candidates[0])] if candidates else []


def _without(ctx: AskContext, slots: tuple[str, ...]) -> dict[str, SlotValue]:
    return {slot: value for slot, value in ctx.slots.items() if slot not in slots}


_NOT_BUT = re.compile("(?:^|，)(?:那个?)?不是[^，不没]{1,12}，(?!是)|(?:^|(?<=，))(?:那个)?(?:不是|没有)[^，]{1,12}，(?:而|就|应该)?(?=是)")
"""不是一三九那个，是一八六: what is not meant."""
_MARKER = re.compile("(?:说|讲|记|弄|搞|念|看|报|答|认)(?:错|倒|反|混|岔|串)(?:行)?(?:了|咯|喽)?|不对|错了")


def _after_marker(utterance: Utterance) -> Utterance:
    """The words after 说错了, where the new value stands; all words when nothing follows."""
    for match in _MARKER.finditer(utterance.text):
        rest = utterance.text[match.end() :]
        if rest.strip("，的啊了"):
            return Utterance(utterance.raw, rest.strip("，"))
    return utterance
