"""Utterance + what was asked -> commands. The order is fixed: red flags, the open ask, the rest of the flow, intents.

Nothing skips the red-flag nets: they stand in front of everything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agent.domain.alerts import Alert, Mention, MentionStatus
from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.domain.commands import (
    CannotUnderstand,
    Clarify,
    Command,
    CorrectSlots,
    GiveAnswer,
    ProbeMention,
    RaiseAlert,
    SetSlots,
    StartPattern,
)
from agent.understanding.alarms import heard_mentions
from agent.understanding.answering import heard, read_answer
from agent.understanding.asks import KIND_ASKS, slots_of
from agent.understanding.corrections import added, after_marker, correction, corrects_open_ask, revised
from agent.understanding.intents import detect_patterns
from agent.understanding.knowledge import Knowledge
from agent.understanding.parsers.opening import FETCHES, comes_in_person, said_relation
from agent.understanding.parsers.record_pairs import of_relatives
from agent.understanding.redflags import word_alerts
from agent.understanding.speaker import speaks_for_resident
from agent.understanding.text import Utterance
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
AT_ONCE = ("opt_out", "withdraw", "human_handoff")
"""Of these the wishes that hold in every state, from the first question on."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The result for one utterance, with all that explains it."""

    utterance: Utterance
    commands: tuple[Command, ...]
    reading: Reading
    mentions: tuple[Mention, ...]


def read(ask: str, text: str, ctx: AskContext, knowledge: Knowledge) -> Reading:
    """What an answer to one ask means, with the values given beside it, apart from the conversation around it."""
    utterance = knowledge.utterance(text, ask)
    repaired = knowledge.hearing.repaired(utterance, ask)
    reading = heard(ask, utterance, repaired, ctx, knowledge)
    if reading.empty and not knowledge.instructions.search(utterance.text):
        reading = knowledge.said_before.guess(ask, repaired.text)
    if ask in KIND_ASKS or reading.answer is not None:
        return reading
    beside = _volunteered(replace(utterance, text=repaired.text), ask, reading, ctx, knowledge)
    sure = tuple(fill for fill in beside if not fill.confirm and not fill.slot.endswith("_symptoms"))
    return replace(reading, fills=(*reading.fills, *sure))


def alarms(text: str, ask: str | None, ctx: AskContext, knowledge: Knowledge) -> tuple[Alert, ...]:
    """What an utterance raises, apart from the conversation around it."""
    utterance = knowledge.utterance(text, ask)
    repaired = knowledge.hearing.repaired(utterance, ask)
    return word_alerts(heard_mentions(utterance, repaired, ask, ctx, knowledge.redflags), knowledge.redflags)


def interpret(
    text: str, ask: str | None, ctx: AskContext, knowledge: Knowledge, last_ask: str | None = None
) -> Understood:
    """Commands for one final utterance, in the order in which the engine applies them."""
    utterance = knowledge.utterance(text, ask)
    repaired = knowledge.hearing.repaired(utterance, ask)
    found = heard_mentions(utterance, repaired, ask, ctx, knowledge.redflags)
    reading = heard(ask, utterance, repaired, ctx, knowledge) if ask else Reading()
    commands: list[Command] = [RaiseAlert(alert) for alert in word_alerts(found, knowledge.redflags)]
    if not commands:
        commands += [ProbeMention(m) for m in found if _doubtful(m)][:1]
    rest = _Rest(knowledge, last_ask)
    said = replace(utterance, text=repaired.text)
    meant = _meaning(said, ask, reading, ctx, rest)
    wish = _wish(said, ask, knowledge)
    commands = _beside([c for c in commands if not _explained(c, wish, said.text)], meant)
    if not commands:
        commands += _guessed(said, ask, ctx, rest)
    if not commands and ask and not knowledge.instructions.search(said.text):
        reading = knowledge.said_before.guess(ask, said.text)
        commands += _values(ask, reading, (), ctx) or _bare(reading)
    return Understood(utterance, tuple(commands) or (CannotUnderstand(),), reading, found)


def _beside(raised: list[Command], meant: list[Command]) -> list[Command]:
    """Beside an alarm only values count, and the wish for a person: 先别问了，老伴叫不醒了 ends no call."""
    if not any(isinstance(command, RaiseAlert) for command in raised):
        return [*raised, *meant]
    return [*raised, *(c for c in meant if not isinstance(c, StartPattern) or c.pattern == "human_handoff")]


def _wish(utterance: Utterance, ask: str | None, knowledge: Knowledge) -> str:
    """The words of a wish that holds in every state; empty where there is none."""
    found = detect_patterns(utterance, ask, knowledge.lexicons)
    return next((pattern.words for pattern in found if pattern.pattern in AT_ONCE), "")


def _explained(doubt: Command, wish: str, text: str) -> bool:
    """我不想让你们记了 is merely alike to words of danger: where that wish is all that is said, it is done at once.

    So it is where the wish's own words are what is alike: 不用了，我不想听，你们别再打了.
    """
    if not wish or not isinstance(doubt, ProbeMention) or not doubt.mention.rule.endswith(".likeness"):
        return False
    start, (first, last) = text.find(wish), doubt.mention.span
    within = start >= 0 and start - _BESIDE_A_WISH <= first and last <= start + len(wish)
    return within or len(text) - len(wish) <= _BESIDE_A_WISH


_BESIDE_A_WISH = 3
"""Characters that say nothing of their own: 那你们…, …行不."""


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
    if (done := _done_first(patterns, (utterance, reading), ask, ctx, knowledge)) is not None:
        return done
    relatives = of_relatives(ask, utterance, ctx, knowledge.parsers) if reading.fills else []
    callers = said_relation(utterance, knowledge.lexicons) if reading.answer is AnswerKind.PROXY else ()
    volunteered = (*_volunteered(utterance, ask, reading, ctx, knowledge), *relatives, *callers)
    corrects = any(pattern.pattern == "correction" for pattern in patterns)
    if corrects:  # what stands before 说混了 is what was wrong
        volunteered = _volunteered(after_marker(utterance), ask, reading, ctx, knowledge) or volunteered
    if more := added(utterance, ctx, knowledge):
        return [CorrectSlots((more,))]
    if corrects and not (reading.fills and corrects_open_ask(utterance, ask, knowledge)):
        corrected = correction(utterance, ctx, knowledge, rest.last_ask, volunteered)
        if corrected:
            return corrected
    if ask not in KIND_ASKS and (changed := revised(utterance, ask, ctx, knowledge)):
        return changed
    values = _values(ask, reading, volunteered, ctx)
    bare = [] if reading.fills else _bare(reading)
    side = [pattern for pattern in patterns if pattern.pattern not in {"correction", *OVERRIDING}][:1]
    put_off = bool(side) and side[0].pattern in _ASKED_BACK and reading.answer in _PUT_OFF
    if side and not reading.fills and (reading.answer is None or put_off):
        return [*values, *side]
    if side and side[0].pattern in {"ask_knowledge", "slower", "louder"}:
        return [*values, *bare, *side]
    return [*values, *bare]


_OPENING_BY_ANOTHER = frozenset({"identity", "proxy_relation"})
"""Asks whose own parsers hear that the resident has come."""


def _done_first(
    patterns: tuple[StartPattern, ...],
    heard_as: tuple[Utterance, Reading],
    ask: str | None,
    ctx: AskContext,
    knowledge: Knowledge,
) -> list[Command] | None:
    """The resident in person, or the first pattern that outweighs all else with what is done before it."""
    if speaks_for_resident(ctx) and ask not in _OPENING_BY_ANOTHER and comes_in_person(heard_as[0].text):
        return [GiveAnswer(AnswerKind.SELF)]
    for pattern in patterns:
        if (first := _outweighs(pattern, heard_as, ask, ctx, knowledge)) is not None:
            return [*first, pattern]
    return None


_ASKED_BACK = ("ask_knowledge", "are_you_robot")
_PUT_OFF = (AnswerKind.REFUSED, AnswerKind.UNKNOWN)
"""先不说那个，你们讲座哪天开: the answer is only put off."""


def _outweighs(
    pattern: StartPattern, heard_as: tuple[Utterance, Reading], ask: str | None, ctx: AskContext, knowledge: Knowledge
) -> list[Command] | None:
    """What is done before the pattern, where it outweighs all else that was said; None where it does not."""
    utterance, reading = heard_as
    if pattern.pattern == "are_you_robot" and ask in _OPENING and len(utterance.text) <= _LAST_QUESTION:
        return _said_beside(pattern.words, utterance, str(ask), ctx, knowledge)
    if pattern.pattern == "wait" and ask == "identity" and FETCHES.search(utterance.text):
        return []
    if pattern.pattern in OVERRIDING and not _answers_itself(pattern, utterance, ask, reading):
        return _when(pattern, utterance, ctx, knowledge)
    return None


def _when(pattern: StartPattern, utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> list[Command]:
    """今儿下午四点半你再打过来 says when, too."""
    if pattern.pattern != "resume_later":
        return []
    fills = tuple(f for f in read_answer("callback_time", utterance, ctx, knowledge).fills if not f.confirm)
    return [SetSlots(fills, "callback_time")] if fills else []


def _said_beside(question: str, utterance: Utterance, ask: str, ctx: AskContext, knowledge: Knowledge) -> list[Command]:
    """是我，你是机器人吧: the clauses beside the question are an answer; 你给我看病的 is about the agent."""
    clauses = utterance.text.split("，")
    rest = "，".join(clause for clause in clauses if question not in clause and clause[:1] not in ("你", "您"))
    beside = read_answer(ask, replace(utterance, text=rest), ctx, knowledge)
    return [*_values(ask, beside, (), ctx), *_bare(beside)]


_OPENING = frozenset({"identity", "consent"})
"""是真人打来的不 is no yes to what is asked there."""
_LAST_QUESTION = 15
"""So long may words be that are nothing but a question."""
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
        return correction(utterance, ctx, rest.knowledge, rest.last_ask, ())
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


_ONE_THING = re.compile("(?:这|那)(?:个|事|些|条|题)|(?:我|俺)的?(?:体重|身份证|收入|婚姻|电话)")
_ANOTHER_TIME = re.compile("再|改|回头|晚|迟|等|过|明|后天")


def _answers_itself(wish: StartPattern, utterance: Utterance, ask: str | None, reading: Reading) -> bool:
    """An opening ask reads 打错了 or 现在忙 itself; so does 要找医生 when that is what was asked."""
    pattern = wish.pattern
    if pattern == "cancel" and reading.answer is AnswerKind.REFUSED and _ONE_THING.search(utterance.text):
        return True  # 不想说这个，你别问了: one question is refused
    if pattern == "resume_later" and reading.fills and not _ANOTHER_TIME.search(wish.words):
        return True  # 院子里养着几只鸡，在外头
    if pattern in AT_ONCE and not (pattern == "withdraw" and ask == "consent"):
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
