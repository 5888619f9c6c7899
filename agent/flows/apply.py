"""Commands -> changes of the state: slots, corrections, answers without a value, alerts, patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.domain.alerts import Alert, Severity, Subject
from agent.domain.answers import AnswerKind, SlotFill, SlotValue
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
from agent.domain.events import AlertRaised, PatternUsed, SlotSet
from agent.flows.actions import close_ask
from agent.flows.engine import MAX_FAILURES, Script, open_collect, push
from agent.flows.log import Work
from agent.flows.model import Collect
from agent.flows.state import Probe, ReadBack
from agent.understanding.asks import KIND_ASKS, slots_of

READ_BACK_BELOW = 0.3
"""Recogniser confidence under which one value in four is wrong (model card, reliability); typed text has 1."""
EMERGENCY_FLOWS = frozenset({"pattern_emergency", "pattern_emergency_other", "pattern_suicide_risk"})

ENDING_PATTERNS = frozenset({"cancel", "goodbye", "resume_later", "abuse", "wrong_person"})
"""难受，不想说了, said by somebody in danger, is a reason to stay."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said in this turn."""

    words: str
    confidence: float


def apply(work: Work, script: Script, commands: Sequence[Command], turn: Turn) -> None:
    """Apply the commands of one utterance in order."""
    for command in commands:
        match command:
            case SetSlots(fills, ask):
                _take(work, script, fills, ask, turn)
            case CorrectSlots(fills):
                _correct(work, fills, turn)
            case ReopenAsk(ask):
                _reopen(work, script, ask)
            case GiveAnswer(kind):
                _answer(work, script, kind, turn)
            case Clarify() | CannotUnderstand():
                _failed(work, script, turn)
            case RaiseAlert(alert):
                raise_alert(work, script, alert)
            case ProbeMention():
                _probe(work, script, command, turn)
            case StartPattern():
                start_pattern(work, script, command, turn)


def _take(work: Work, script: Script, fills: tuple[SlotFill, ...], ask: str, turn: Turn) -> None:
    if _nothing_new(work, fills):
        _failed(work, script, turn)
    doubtful = tuple(fill for fill in fills if fill.confirm or _poorly_heard(fill, turn))
    set_slots(work, tuple(fill for fill in fills if fill not in doubtful), ask, turn)
    if _in_emergency(work):  # nothing is read back to somebody in danger: what was heard well stands as said
        set_slots(work, tuple(fill for fill in doubtful if not _poorly_heard(fill, turn)), ask, turn)
    elif doubtful:
        work.state = replace(work.state, pending=ReadBack(ask, doubtful, turn.words))


def _nothing_new(work: Work, fills: tuple[SlotFill, ...]) -> bool:
    """The half of the answer that is known already, said again: the ask does not come on by it."""
    return all(fill.slot in work.state.slots for fill in fills)


def _poorly_heard(fill: SlotFill, turn: Turn) -> bool:
    """A number or a medicine from words that the recogniser itself doubts is read back before it counts."""
    exact = isinstance(fill.value, (int, float)) or fill.slot == "medications"
    return exact and turn.confidence < READ_BACK_BELOW


def set_slots(work: Work, fills: tuple[SlotFill, ...], ask: str, turn: Turn, *, read_back: bool = False) -> None:
    """Give slots their values, with an event for each."""
    values: dict[str, SlotValue] = {}
    for fill in fills:
        values[fill.slot] = fill.value
        work.emit(
            SlotSet(
                turn=work.state.turn,
                slot=fill.slot,
                value=fill.value,
                ask=ask,
                words=turn.words,
                speaker=work.state.speaker,
                confidence=round(min(fill.confidence, turn.confidence), 3),
                read_back=read_back,
                corrected=fill.slot in work.state.slots,
                reason=fill.reason,
            )
        )
        if fill.slot == "medications" and isinstance(fill.value, tuple):
            values["medications_count"] = len(fill.value)
    work.state = work.state.with_slots(values)
    if ask in work.state.closed and values:
        work.state = replace(work.state, closed={a: why for a, why in work.state.closed.items() if a != ask})


def _correct(work: Work, fills: tuple[SlotFill, ...], turn: Turn) -> None:
    doubtful = tuple(fill for fill in fills if fill.confirm)
    certain = tuple(fill for fill in fills if not fill.confirm)
    if certain:
        set_slots(work, certain, "correction", turn)
        work.say("utter_corrected")
    if doubtful and work.state.pending is None:
        work.state = replace(work.state, pending=ReadBack(_ask_of(doubtful), doubtful, turn.words))


def _ask_of(fills: tuple[SlotFill, ...]) -> str:
    slot = fills[0].slot
    return {"sbp": "blood_pressure", "dbp": "blood_pressure"}.get(slot, slot)


def _reopen(work: Work, script: Script, ask: str) -> None:
    """The earlier value is wrong: forget it and ask for the right one now."""
    slots = {slot: value for slot, value in work.state.slots.items() if slot not in slots_of(ask)}
    work.state = replace(work.state, slots=slots)
    flow = f"reask_{ask}"
    if flow in script.flows:
        push(work, script, flow)


def _answer(work: Work, script: Script, kind: AnswerKind, turn: Turn) -> None:
    collect = open_collect(work, script)
    if collect is None:
        return
    if kind in KIND_ASKS.get(collect.ask, frozenset()):
        set_slots(work, (SlotFill(collect.ask, kind.value),), collect.ask, turn)
        return
    if kind in {AnswerKind.UNKNOWN, AnswerKind.REFUSED} and not collect.required:
        close_ask(work, collect.ask, kind.value, collect.fills)
        return
    if kind is AnswerKind.SELF:  # the resident has come to the telephone
        set_slots(work, (SlotFill("identity", kind.value),), "identity", turn)
        work.state = replace(work.state, speaker=kind.value)
        if collect.ask == "proxy_relation":
            close_ask(work, collect.ask, "not_applicable", collect.fills)
        return
    if kind is AnswerKind.NO and not collect.required:  # 没开过药: there is nothing to tell
        close_ask(work, collect.ask, "not_applicable", collect.fills)
        return
    _failed(work, script, turn)


def _failed(work: Work, script: Script, turn: Turn) -> None:
    """The ask did not come on; who says the very same again is not asked a third time."""
    collect = open_collect(work, script)
    if collect is None:
        return
    again = _same_again(work, collect, turn) and not collect.required
    _count(work, collect, turn, MAX_FAILURES if again else 1)


def _same_again(work: Work, collect: Collect, turn: Turn) -> bool:
    return work.state.in_vain.get(collect.ask) == turn.words


def _count(work: Work, collect: Collect, turn: Turn, times: int) -> None:
    state = work.state
    attempts = {**state.attempts, collect.ask: state.attempts.get(collect.ask, 0) + times}
    work.state = replace(state, attempts=attempts, in_vain={**state.in_vain, collect.ask: turn.words})


def _probe(work: Work, script: Script, command: ProbeMention, turn: Turn) -> None:
    flag = command.mention.flag
    if flag not in work.state.probed and work.state.emergency is None:
        work.state = replace(work.state, pending=Probe(command.mention), probed=work.state.probed | {flag})
    else:
        _failed(work, script, turn)


def _in_emergency(work: Work) -> bool:
    return any(frame.flow in EMERGENCY_FLOWS for frame in work.state.stack)


def raise_alert(work: Work, script: Script, alert: Alert) -> None:
    """Log the alert and run its pattern; the same flag is raised once, unless it becomes graver."""
    if note_alert(work, alert):
        run_alert(work, script, alert)


def note_alert(work: Work, alert: Alert) -> bool:
    """Log it, unless it is known; whether it was new."""
    state = work.state
    same = [a for a in state.alerts if (a.flag, a.subject) == (alert.flag, alert.subject)]
    if same and not (same[-1].severity is Severity.VALUE and alert.severity is not Severity.VALUE):
        return False
    work.emit(
        AlertRaised(
            state.turn, alert.flag, alert.severity, alert.subject, alert.evidence, alert.rule, alert.rule_version
        )
    )
    work.state = replace(state, alerts=(*state.alerts, alert))
    return True


def run_alert(work: Work, script: Script, alert: Alert) -> None:
    """Run the pattern of an alert that was logged, unless one runs already."""
    if _in_emergency(work):
        return
    work.state = replace(work.state, emergency=alert, pending=None)
    push(work, script, _emergency_flow(alert))


def _emergency_flow(alert: Alert) -> str:
    if alert.severity is Severity.P0_PSY:
        return "pattern_suicide_risk"
    if alert.subject is Subject.OTHER:
        return "pattern_emergency_other"
    return "pattern_value_alert" if alert.severity is Severity.VALUE else "pattern_emergency"


def start_pattern(work: Work, script: Script, command: StartPattern, turn: Turn) -> None:
    """Run a repair or side pattern, if there is a flow for it; else the utterance counts as not understood."""
    pattern = command.pattern
    flow = f"pattern_{pattern}"
    if flow not in script.flows:
        _failed(work, script, turn)
        return
    work.emit(PatternUsed(work.state.turn, pattern, command.words))
    if _in_emergency(work) and pattern in ENDING_PATTERNS:
        _failed(work, script, turn)
        return
    if any(frame.flow == flow for frame in work.state.stack):
        return
    if (collect := open_collect(work, script)) is not None:  # the same wish over and over ends somewhere
        _count(work, collect, turn, 1 if _same_again(work, collect, turn) else 0)
    push(work, script, flow)
