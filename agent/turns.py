"""One turn of the conversation as pure steps: what an utterance does while something is pending, silence, hints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from agent.domain.alerts import Alert, MentionStatus, Severity
from agent.domain.answers import AnswerKind, AskContext
from agent.domain.commands import Command, RaiseAlert, StartPattern
from agent.domain.events import AlertRaised, MentionJudged
from agent.domain.turns import Completeness, Expected, Hints
from agent.flows.actions import ACTIONS
from agent.flows.apply import Turn, apply, raise_alert, set_slots
from agent.flows.engine import Script, open_collect, push, put_question, repeat_question, run
from agent.flows.log import Work
from agent.flows.state import Probe, ReadBack, State
from agent.understanding.asks import PROBE_ASK, expected_of, slots_of
from agent.understanding.intents import detect_patterns
from agent.understanding.interpret import OVERRIDING, Understood, read
from agent.understanding.knowledge import Knowledge
from agent.understanding.redflags import mentions, value_alerts, word_alerts
from agent.understanding.text import normalise

MAX_READ_BACKS = 2
BARE_CHARS = 4
_VALUE_RULE = "value."


def open_ask(state: State) -> str | None:
    """The ask whose answer is awaited; a probe has an ask of its own, ``probe_<flag>``."""
    if isinstance(state.pending, Probe):
        return f"{PROBE_ASK}{state.pending.mention.flag}"
    if isinstance(state.pending, ReadBack):
        return state.pending.ask
    return state.question.ask if state.question and state.outcome is None else None


def take(work: Work, script: Script, knowledge: Knowledge, understood: Understood, confidence: float) -> None:
    """Apply one understood utterance to the state."""
    turn = Turn(understood.utterance.raw, confidence)
    for command in understood.commands:
        if isinstance(command, RaiseAlert) and not _waits_for_read_back(command.alert, understood):
            raise_alert(work, script, command.alert)
    rest = tuple(c for c in understood.commands if not isinstance(c, RaiseAlert))
    pending = work.state.pending
    if isinstance(pending, Probe):
        _settle_probe(work, script, knowledge, understood, pending)
        if (wish := _no_more_calls(rest)) is not None and not _raised(work):
            apply(work, script, (wish,), turn)
    elif isinstance(pending, ReadBack) and not _is_pattern(rest):
        _settle_read_back(work, script, knowledge, (understood, turn), pending)
    else:
        if any(isinstance(c, StartPattern) and c.pattern in OVERRIDING for c in rest):
            flush_unconfirmed(work, script, knowledge)
            work.state = replace(work.state, pending=None)  # 找医生, 别再打了: nothing is read back before it
        apply(work, script, rest, turn)
    if _raised(work) and _no_more_calls(detect_patterns(understood.utterance, None, knowledge.lexicons)):
        ACTIONS["action_opt_out"](work, script.tools)  # filed at once; whoever is in danger is not left
    for alert in value_alerts(work.state.slots, work.state.context(work.now), knowledge.redflags):
        raise_alert(work, script, alert)


def _raised(work: Work) -> bool:
    return any(isinstance(body, AlertRaised) for body in work.events)


def _no_more_calls(commands: Iterable[Command]) -> StartPattern | None:
    return next((c for c in commands if isinstance(c, StartPattern) and c.pattern == "opt_out"), None)


def _waits_for_read_back(alert: Alert, understood: Understood) -> bool:
    """A critical number is read back first; it is raised when confirmed, or when the call ends before that."""
    return alert.severity is Severity.VALUE and any(fill.confirm for fill in understood.reading.fills)


def _is_pattern(commands: tuple[object, ...]) -> bool:
    return bool(commands) and all(isinstance(c, StartPattern) for c in commands)


def _settle_probe(work: Work, script: Script, knowledge: Knowledge, understood: Understood, pending: Probe) -> None:
    """One question was asked about a doubtful mention; only a clear no clears it."""
    work.state = replace(work.state, pending=None)
    if work.state.emergency is not None:
        return
    mention = pending.mention
    same = [m for m in understood.mentions if m.flag == mention.flag]
    denied = any(m.status in _CLEARING for m in same) or understood.reading.answer is AnswerKind.NO
    present = understood.reading.answer is AnswerKind.YES or any(m.status is MentionStatus.PRESENT for m in same)
    if not present and (denied or any(word in understood.utterance.text for word in _PAST_WORDS)):
        work.emit(
            MentionJudged(work.state.turn, mention.flag, "denied", understood.utterance.raw, mention.rule, "asked once")
        )
        return
    judged = replace(mention, status=MentionStatus.PRESENT, words=f"{mention.words} / {understood.utterance.raw}")
    for alert in word_alerts((judged,), knowledge.redflags):
        raise_alert(work, script, alert)


_CLEARING = {
    MentionStatus.DENIED,
    MentionStatus.PAST,
    MentionStatus.HYPOTHETICAL,
    MentionStatus.FIGURATIVE,
    MentionStatus.BASELINE,
}
_PAST_WORDS = ("以前", "过去", "早先", "那会儿", "那时候", "开玩笑", "随口", "气话", "不是现在")


def _settle_read_back(
    work: Work, script: Script, knowledge: Knowledge, heard: tuple[Understood, Turn], pending: ReadBack
) -> None:
    understood, turn = heard
    ctx = work.state.context(work.now)
    work.state = replace(work.state, pending=None)
    said = {fill.slot: fill.value for fill in understood.reading.fills}
    same = bool(said) and all(said.get(fill.slot, fill.value) == fill.value for fill in pending.fills)
    kind = read("yes_no", turn.words, ctx, knowledge).answer
    bare = len(understood.utterance.text) <= BARE_CHARS
    if not said and all(isinstance(fill.value, tuple) for fill in pending.fills) and _ONLY_THESE.search(turn.words):
        set_slots(work, pending.fills, pending.ask, _words_of(pending, turn), read_back=True)
    elif kind is AnswerKind.NO and bare:
        _count_failure(work, pending.ask)  # 没有, 不对: about the read-back, not a value of its own
    elif kind is AnswerKind.YES and bare:  # 对 confirms, also where it would answer the question itself
        set_slots(work, pending.fills, pending.ask, _words_of(pending, turn), read_back=True)
    elif said and not same:
        apply(work, script, understood.commands, turn)
    elif same or kind is AnswerKind.YES:
        set_slots(work, pending.fills, pending.ask, _words_of(pending, turn), read_back=True)
    elif kind is AnswerKind.NO:
        _count_failure(work, pending.ask)
    elif pending.tries + 1 < MAX_READ_BACKS:
        work.state = replace(work.state, pending=replace(pending, tries=pending.tries + 1))
    else:
        _count_failure(work, pending.ask)


_ONLY_THESE = re.compile(
    "(?:没(?:有)?(?:别的)?了|别的(?:都|就)?没(?:有)?了?)?[，,。 ]?"
    "就(?:是)?(?:这|那)(?:一|两|几)?[个样些种点](?:了|吧|毛病|病|药)*[。！]?$"
)
"""没了，就这一个: yes, and nothing beside it."""


def _words_of(pending: ReadBack, turn: Turn) -> Turn:
    """The evidence of a confirmed value is what the resident said first, together with the confirmation."""
    return Turn(f"{pending.words}（{turn.words}）" if pending.words else turn.words, turn.confidence)


def _count_failure(work: Work, ask: str) -> None:
    attempts = {**work.state.attempts, ask: work.state.attempts.get(ask, 0) + 1}
    work.state = replace(work.state, attempts=attempts)


def take_silence(work: Work, script: Script) -> None:
    """The silence ladder."""
    if work.state.silences == 1:
        slower = replace(work.state.manner, rate=max(0.7, work.state.manner.rate * 0.9))
        work.state = replace(work.state, manner=slower)
        ask_again(work, script)
    elif work.state.silences == 2:
        work.say("utter_still_there")
    else:
        work.state = replace(work.state, pending=None)
        push(work, script, "pattern_emergency_silence" if work.state.emergency else "pattern_silence")
        run(work, script)


def ask_again(work: Work, script: Script) -> None:
    """Put the open question once more: shorter where there is a shorter wording."""
    collect = open_collect(work, script)
    if collect is not None and work.state.pending is None:
        put_question(work, collect)
    else:
        repeat_question(work)


def flush_unconfirmed(work: Work, script: Script, knowledge: Knowledge) -> None:
    """The talk ends while a critical value waits for its yes: the alert is raised all the same."""
    pending = work.state.pending
    if isinstance(pending, ReadBack):
        values = {**work.state.slots, **{fill.slot: fill.value for fill in pending.fills}}
        for alert in value_alerts(values, work.state.context(work.now), knowledge.redflags):
            raise_alert(work, script, alert)
    elif isinstance(pending, Probe):
        judged = replace(pending.mention, status=MentionStatus.PRESENT)
        for alert in word_alerts((judged,), knowledge.redflags):
            raise_alert(work, script, alert)


def urgent(text: str, ask: str | None, ctx: AskContext, state: State, knowledge: Knowledge) -> bool:
    """Whether words that are not final yet raise something new that nothing said later can undo.

    Figures are not among them: 饭后两 may go on to 饭后两小时, or 两百.
    """
    found = mentions(normalise(text), ask, ctx, knowledge.redflags, partial=True)
    known = {(alert.flag, alert.subject) for alert in state.alerts}
    present = [m for m in found if m.status is MentionStatus.PRESENT and not m.rule.startswith(_VALUE_RULE)]
    return any((m.flag, m.subject) not in known for m in present)


def completeness(text: str, state: State, knowledge: Knowledge, now: datetime) -> Completeness:
    """How far ``text`` answers the open ask."""
    if not normalise(text).text:
        return Completeness.EMPTY
    ask = open_ask(state)
    if ask is None:
        return Completeness.UNKNOWN
    ctx = state.context(now)
    reading = read(ask, text, ctx, knowledge)
    known = {fill.slot for fill in reading.fills} | set(state.slots)
    parts = set(slots_of(ask))
    whole = bool(reading.fills) and len(parts) > 1 and parts <= known
    if (reading.complete or whole) and reading.answer is not AnswerKind.REPEAT:
        return Completeness.COMPLETE
    if isinstance(state.pending, ReadBack | Probe) and read("yes_no", text, ctx, knowledge).answer is not None:
        return Completeness.COMPLETE
    return Completeness.UNKNOWN if reading.empty else Completeness.PARTIAL


def hints(state: State, knowledge: Knowledge) -> Hints:
    """What the recogniser may expect: the ask, and the medicines of the last visit."""
    known = state.history.get("medications", ())
    names = tuple(str(getattr(item, "id", item)) for item in known) if isinstance(known, tuple) else ()
    ask = open_ask(state)
    expected = Expected.YES_NO if isinstance(state.pending, ReadBack) else expected_of(ask)
    return Hints("yes_no" if ask and ask.startswith(PROBE_ASK) else ask, names, expected)
