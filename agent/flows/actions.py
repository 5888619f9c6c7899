"""The built-in actions that flows may name. Each takes the work of the turn and changes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from agent.clinical.facts import Visit
from agent.clinical.rules import ClinicalRules
from agent.clinical.suggestion import suggest
from agent.domain.alerts import Severity
from agent.domain.answers import is_mobile
from agent.domain.effects import End, Escalate, Outcome, Schedule, WriteRecord
from agent.domain.events import AskClosed, ConsentGiven, PatternUsed, RoomLinkOffered, TipGiven
from agent.flows.log import Work
from agent.flows.state import State
from agent.flows.tips import Tip, choose_tip
from agent.flows.wording import date_words, relation_speaker
from agent.understanding.asks import slots_of

SLOWEST, LOUDEST = 0.7, 1.6


@dataclass(frozen=True, slots=True)
class Tools:
    """What actions need besides the turn's work."""

    rules: ClinicalRules
    tips: tuple[Tip, ...] = ()


Action = Callable[[Work, Tools], None]


def _repeat(work: Work, tools: Tools) -> None:
    """Nothing to do: the interrupted question is put again, slower, when the pattern ends."""
    work.state = replace(
        work.state, manner=replace(work.state.manner, rate=max(SLOWEST, work.state.manner.rate * 0.95))
    )


def _slower(work: Work, tools: Tools) -> None:
    work.state = replace(
        work.state, manner=replace(work.state.manner, rate=max(SLOWEST, work.state.manner.rate * 0.85))
    )


def _louder(work: Work, tools: Tools) -> None:
    manner = replace(work.state.manner, volume=min(LOUDEST, work.state.manner.volume * 1.25))
    work.state = replace(work.state, manner=manner)


def _skip_ask(work: Work, tools: Tools) -> None:
    question = work.state.question
    if question is not None and question.ask is not None:
        close_ask(work, question.ask, "skipped")


def close_ask(work: Work, ask: str, why: str, slots: tuple[str, ...] | None = None) -> None:
    """End an ask without (all) its values."""
    missing = tuple(slot for slot in slots or slots_of(ask) if slot not in work.state.slots)
    work.state = replace(work.state, closed={**work.state.closed, ask: why})
    work.emit(AskClosed(work.state.turn, ask, missing, why))


def _grant(work: Work, tools: Tools) -> None:
    _consent(work, granted=True)


def _deny(work: Work, tools: Tools) -> None:
    _consent(work, granted=False)


def _consent(work: Work, *, granted: bool) -> None:
    words = str(work.state.slots.get("consent_words", ""))
    work.state = replace(work.state, consent=granted)
    work.emit(ConsentGiven(work.state.turn, granted, words, work.state.notice))


def _speak_for(work: Work, tools: Tools) -> None:
    """From here on somebody answers for the resident, or the resident in person; the record says who."""
    if work.state.slots.get("identity") == "self":
        work.state = replace(work.state, speaker="self")
        return
    work.state = replace(work.state, speaker=relation_speaker(work.state.slots.get("contact_relation")))


def _emergency_wording(work: Work, tools: Tools) -> None:
    alert = work.state.emergency
    if alert is None:
        return
    prefix = "utter_value_" if alert.severity is Severity.VALUE else "utter_emergency_"
    work.say(prefix + alert.flag)


def _escalate(work: Work, tools: Tools) -> None:
    alert = work.state.emergency
    reason = alert.flag if alert else "resident_asked"
    work.effects.append(Escalate(reason, alert))
    _offer_room(work)


def _offer_room(work: Work) -> None:
    """By telephone: a message brings the way to the doctor's video, once, where there is a number that takes messages.

    It is on its way with this turn's events, whatever becomes of the line.
    """
    state = work.state
    to = message_goes_to(state) if state.values.get("messages") and not state.values.get("room_link") else ""
    if to:
        work.state = replace(state, values={**state.values, "room_link": to})
        work.emit(RoomLinkOffered(state.turn, to))


def message_goes_to(state: State) -> str:
    """self, or family where the resident's own number is none of a mobile; empty when nobody can be reached."""
    if is_mobile(state.resident.phone):
        return "self"
    contact = state.slots.get("contact_phone") or state.history.get("contact_phone")
    return "family" if is_mobile(str(contact or "")) else ""


def _say_room_link(work: Work, tools: Tools) -> None:
    """Once, that a message comes, and to whom."""
    values = work.state.values
    if values.get("room_link") and not values.get("room_link_said"):
        work.state = replace(work.state, values={**values, "room_link_said": "yes"})
        work.say("utter_room_link" if values["room_link"] == "self" else "utter_room_link_family")


def _suggest(work: Work, tools: Tools) -> None:
    state = work.state
    visit = Visit(state.form, work.now, state.slots, state.history, state.resident, state.alerts)
    made = suggest(visit, tools.rules)
    work.emit(made.event(state.turn))
    work.state = replace(state, values={**state.values, "next_visit": date_words(made.next_visit_date)})
    if made.next_visit_date:
        work.effects.append(Schedule(made.next_visit_date, "next_visit"))


def _say_next_step(work: Work, tools: Tools) -> None:
    """With the next date, where there is one."""
    work.say("utter_next_step" if work.state.values.get("next_visit") else "utter_all_noted")


def _schedule_callback(work: Work, tools: Tools) -> None:
    at = work.state.slots.get("callback_time") or (work.now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    work.effects.append(Schedule(str(at), "resident_asked"))


def _listen(work: Work, tools: Tools) -> None:
    work.listening = work.state.question is not None


def _value_noted(work: Work, tools: Tools) -> None:
    """A critical value without symptoms does not stop the questions; the task for the doctor is urgent."""
    work.effects.append(
        Escalate(f"value:{work.state.emergency.flag}" if work.state.emergency else "value", work.state.emergency)
    )
    work.state = replace(work.state, emergency=None)
    _offer_room(work)


def _opt_out(work: Work, tools: Tools) -> None:
    work.emit(PatternUsed(work.state.turn, "opted_out"))


def _education_tip(work: Work, tools: Tools) -> None:
    """One sentence that fits this visit's answers; none when there was an alert."""
    tip = choose_tip(tools.tips, work.state.form, work.state.slots)
    if tip is not None and not work.state.alerts:
        work.say("utter_education_tip", tip=tip.text)
        work.emit(TipGiven(work.state.turn, tip.id))


def _write_record(work: Work, tools: Tools) -> None:
    work.effects.append(WriteRecord(work.state.form))


def _end(outcome: Outcome, *, hang_up: bool = True) -> Action:
    def end(work: Work, tools: Tools) -> None:
        work.state = replace(work.state, outcome=outcome, stack=(), pending=None)
        work.effects.append(End(outcome, hang_up))

    return end


ACTIONS: Mapping[str, Action] = {
    "action_repeat": _repeat,
    "action_speak_slower": _slower,
    "action_speak_louder": _louder,
    "action_skip_ask": _skip_ask,
    "action_grant_consent": _grant,
    "action_deny_consent": _deny,
    "action_speak_for_resident": _speak_for,
    "action_emergency_wording": _emergency_wording,
    "action_escalate": _escalate,
    "action_say_room_link": _say_room_link,
    "action_suggest_class": _suggest,
    "action_say_next_step": _say_next_step,
    "action_schedule_callback": _schedule_callback,
    "action_listen": _listen,
    "action_value_noted": _value_noted,
    "action_opt_out": _opt_out,
    "action_education_tip": _education_tip,
    "action_write_record": _write_record,
    "action_end_completed": _end(Outcome.COMPLETED),
    "action_end_escalated": _end(Outcome.ESCALATED),
    "action_end_escalated_stay": _end(Outcome.ESCALATED, hang_up=False),
    "action_end_callback": _end(Outcome.CALLBACK),
    "action_end_refused": _end(Outcome.REFUSED),
    "action_end_wrong_person": _end(Outcome.WRONG_PERSON),
    "action_end_incomplete": _end(Outcome.INCOMPLETE),
}
"""Action name in a flow -> what it does."""
