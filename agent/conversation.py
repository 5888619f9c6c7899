"""The only door to the conversation: open, hear, overhear, silence, close.

The event log is the conversation. ``resume`` rebuilds one from its log by hearing the same words again:
understanding and engine are deterministic, so the state is a fold of the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from agent import aside, turns
from agent.domain.alerts import MentionStatus
from agent.domain.answers import Resident, SlotValue
from agent.domain.effects import Effect, Outcome, Patience
from agent.domain.events import (
    ConsentGiven,
    ConversationClosed,
    ConversationOpened,
    DoctorCall,
    Event,
    EventBody,
    MentionJudged,
    NoticeRenewed,
    RecordMentioned,
    ResidentSaid,
    ResidentSilent,
    RoomOpened,
    SlotSet,
    StaffWrote,
    TurnTimed,
    VoiceFailed,
)
from agent.domain.health_record import RECORD_FORM
from agent.domain.turns import Completeness, Hints
from agent.errors import InputError
from agent.flows.apply import READ_BACK_BELOW
from agent.flows.engine import Script, ask_anew, open_collect, push, run
from agent.flows.log import Work
from agent.flows.state import NOTICE_VERSION, Frame, State
from agent.library import Library
from agent.understanding.interpret import Understood, interpret
from agent.understanding.record_mentions import facts_told

SPOKEN = "voice"
"""The channel of calls."""
MAX_TURNS = 58
"""A conversation that still runs is ended politely; nobody is kept on the line for an hour."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known from before."""

    history: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values of the last visit, by slot id."""
    carried: Sequence[SlotSet] = ()
    """Answers of a conversation that was broken off (``carried_from``): not asked again."""
    notice: str = NOTICE_VERSION
    """Version of the notice that is read out."""


class Conversation:
    """One conversation with one resident."""

    def __init__(self, library: Library, state: State) -> None:
        self._library = library
        self._state = state
        self._events: list[Event] = []
        self._last_ask: str | None = None

    @classmethod
    def open(
        cls,
        library: Library,
        flow: str,
        resident: Resident,
        now: datetime,
        past: Past | None = None,
        values: Mapping[str, str] | None = None,
    ) -> tuple[Conversation, list[Effect]]:
        """Start ``flow``; the effects are the opening words and the first question."""
        chosen = library.flow(flow)
        past = past or Past()
        words = {"clinic": "社区卫生服务中心", "team": "家庭医生团队", **(values or {}), "name": resident.name}
        state = State(
            flow=flow,
            form=chosen.form or "",
            resident=resident,
            history=dict(past.history),
            stack=(Frame(flow, chosen.first),),
            values=words,
            slots={answer.slot: answer.value for answer in past.carried},
            notice=past.notice,
        )
        conversation = cls(library, state)
        born = resident.birth_date.isoformat() if resident.birth_date else ""
        who = {
            "name": resident.name,
            "id": resident.id,
            "sex": resident.sex,
            "birth_date": born,
            "phone": resident.phone,
        }
        opened = ConversationOpened(
            flow, state.form, {**who, **_values_of(values)}, state.history, now.isoformat(), past.notice
        )
        conversation.note(opened, now)
        for answer in past.carried:
            conversation.note(replace(answer, turn=0), now)
        work = conversation._work(now)
        run(work, conversation._script)
        return conversation, conversation._commit(work)

    @classmethod
    def resume(cls, library: Library, events: Sequence[Event]) -> Conversation:
        """Rebuild a conversation from its log. Raises ``InputError`` for a log without its opening."""
        if not events or not isinstance(events[0].body, ConversationOpened):
            raise InputError(
                "log-without-opening", "the log does not begin with ConversationOpened", "give the whole log"
            )
        opened = events[0].body
        who = opened.resident
        born = date.fromisoformat(who["birth_date"]) if who.get("birth_date") else None
        resident = Resident(who["name"], who.get("id", ""), who.get("sex", "0"), born, who.get("phone", ""))
        values = {key[6:]: value for key, value in who.items() if key.startswith("value_")}
        now = datetime.fromisoformat(opened.now)
        carried = [event.body for event in events if isinstance(event.body, SlotSet) and event.body.turn == 0]
        past = Past(opened.history, carried, opened.notice or _notice_of(events))
        conversation, _ = cls.open(library, opened.flow, resident, now, past, values)
        for event in events:
            conversation._replay(event)
        return conversation

    def _replay(self, event: Event) -> None:
        at = datetime.fromisoformat(event.at)
        match event.body:
            case ResidentSaid(text=text, confidence=confidence):
                self.hear(text, confidence, at)
            case ResidentSilent():
                self.silence(at)
            case StaffWrote(step="back" | "left" as step, by=by):
                self.hand_back(by, at, left=step == "left")
            case StaffWrote(step="taken" | "said") as wrote:
                self.staff_writes(wrote, at)
            case NoticeRenewed(version=version):
                self.renew_notice(at, version)
            case TurnTimed() | VoiceFailed() | DoctorCall() | RoomOpened() as noted:
                self.note(noted, at)

    @property
    def _script(self) -> Script:
        return self._library.script

    @property
    def events(self) -> Sequence[Event]:
        """The log so far."""
        return tuple(self._events)

    @property
    def _now(self) -> datetime:
        """Time of the latest event."""
        return datetime.fromisoformat(self._events[-1].at)

    @property
    def slots(self) -> Mapping[str, SlotValue]:
        """Values filled so far."""
        return self._state.slots

    @property
    def outcome(self) -> Outcome | None:
        """How it ended; None while it runs."""
        return self._state.outcome

    @property
    def state(self) -> State:
        """The whole state, for explanation and tests."""
        return self._state

    @property
    def ask(self) -> str | None:
        """The ask whose answer is awaited."""
        return turns.open_ask(self._state)

    @property
    def may_record(self) -> bool:
        """The recording notice is the first thing said; a refusal of consent ends recording."""
        return self._state.consent is not False

    @property
    def patience(self) -> Patience:
        """How long this step lets the resident think."""
        collect = open_collect(self._work(self._now), self._script)
        return collect.patience if collect else Patience.NORMAL

    def hints(self) -> Hints:
        """What the recogniser may expect."""
        return turns.hints(self._state, self._library.knowledge)

    def completes(self, text: str) -> Completeness:
        """Whether these words answer the open ask. No effect on the state."""
        return turns.completeness(text, self._state, self._library.knowledge, self._now)

    def hear(self, text: str, confidence: float, now: datetime) -> list[Effect]:
        """Take a final utterance: nets, understanding, engine."""
        if self._state.outcome is not None:
            return []
        work = self._work(now)
        work.state = replace(work.state, turn=work.state.turn + 1, silences=0)
        if self._state.staff:
            work.state = replace(work.state, staff_turns=work.state.staff_turns + 1)
            alerts = aside.raised(text, work.state.context(now), self._library.knowledge)
            if self.aside or not alerts:
                work.emit(ResidentSaid(work.state.turn, text, None, round(confidence, 3), work.state.speaker))
                aside.tell_staff(work, alerts)
                return self._commit(work)
            # A red flag takes the agent's own way at once: read back, instruction, alert. Staff may take over again.
            work.state = replace(work.state, staff="")
            work.emit(StaffWrote("alarm", self._state.staff))
        ask = self.ask
        work.emit(ResidentSaid(work.state.turn, text, ask, round(confidence, 3), work.state.speaker))
        understood = interpret(text, ask, work.state.context(now), self._library.knowledge, self._last_ask)
        self._log_mentions(work, understood)
        self._log_facts(work, text, confidence)
        turns.take(work, self._script, self._library.knowledge, understood, confidence)
        if work.state.turn - work.state.staff_turns >= MAX_TURNS and work.state.outcome is None:
            ending = "pattern_emergency_silence" if work.state.emergency else "pattern_too_long"
            work.state = replace(work.state, pending=None, stack=())
            push(work, self._script, ending)
        run(work, self._script)
        if ask is not None and turns.open_ask(work.state) != ask:
            self._last_ask = ask
        return self._commit(work)

    @property
    def aside(self) -> bool:
        """Staff speak with the resident in a call: the agent is silent, only the nets listen on."""
        return bool(self._state.staff) and self._state.values.get("channel") == SPOKEN

    def staff_writes(self, wrote: StaffWrote, now: datetime) -> list[Effect]:
        """A doctor or nurse takes the conversation over, or writes: the agent is silent, only the nets listen on.

        In a call the agent says who comes, and no more.
        """
        if self._state.outcome is not None:
            return []
        work, comes = self._work(now), self._state.values.get("channel") == SPOKEN and wrote.step == "taken"
        work.state = replace(work.state, staff=wrote.by)
        work.emit(replace(wrote, text="（接过通话）") if comes else wrote)
        if comes:
            work.say("utter_staff_comes", staff=wrote.by)
        return self._commit(work)

    def hand_back(self, by: str, now: datetime, *, left: bool = False) -> list[Effect]:
        """The agent goes on: the question that was open is put again.

        ``left``: nobody handed it back. Then a red flag that they were told of takes the agent's own way.
        """
        if self._state.outcome is not None or not self._state.staff:
            return []
        work, spoken = self._work(now), self.aside
        alerts = work.state.staff_alerts if left else ()
        work.state = replace(work.state, staff="", staff_alerts=())
        done = ("（断线）" if left else "（交还语音助手）") if spoken else ""
        work.emit(StaffWrote("left" if left else "back", by, done))
        if alerts:
            aside.take_danger(work, self._script, alerts)
        else:
            if spoken:
                work.say("utter_staff_left" if left else "utter_staff_gone", staff=by)
            turns.ask_again(work, self._script)
        return self._commit(work)

    def renew_notice(self, now: datetime, version: str = NOTICE_VERSION) -> list[Effect]:
        """Ask for consent anew where another notice was read out; not in the middle of an emergency."""
        state = self._state
        waits = state.outcome is not None or state.emergency is not None or state.staff or state.consent is None
        if state.notice == version or waits:
            return []
        work = self._work(now)
        work.state = replace(state, turn=state.turn + 1, notice=version)
        work.emit(NoticeRenewed(work.state.turn, version))
        ask_anew(work, self._script)
        run(work, self._script)
        return self._commit(work)

    def overhear(self, text: str, now: datetime) -> list[Effect]:
        """Red flags in words that are not final yet; anything else waits for the end of the turn."""
        context = self._state.context(now)
        if self._state.outcome is None and turns.urgent(text, self.ask, context, self._state, self._library.knowledge):
            return self.hear(text, 1.0, now)
        return []

    def preview(self, text: str) -> tuple[str, ...]:
        """Texts that would be said to these words now. No effect on the state."""
        shadow = Conversation(self._library, self._state)
        shadow._last_ask = self._last_ask
        effects = shadow.hear(text, 1.0, self._now)
        return tuple(effect.text for effect in effects if hasattr(effect, "text"))

    def silence(self, now: datetime) -> list[Effect]:
        """The resident said nothing: re-ask, then 您还在听吗, then a polite end with a callback."""
        if self._state.outcome is not None or self._state.staff:
            return []
        work = self._work(now)
        work.state = replace(work.state, turn=work.state.turn + 1, silences=work.state.silences + 1)
        work.emit(ResidentSilent(work.state.turn, self.ask))
        turns.take_silence(work, self._script)
        return self._commit(work)

    def close(self, reason: str, now: datetime) -> list[Effect]:
        """The call ended from outside; what was said so far stays. Idempotent."""
        if self._closed:
            return []
        work = self._work(now)
        turns.flush_unconfirmed(work, self._script, self._library.knowledge)
        danger = work.state.emergency or work.state.staff_alerts
        outcome = work.state.outcome or (Outcome.ESCALATED if danger else Outcome.INCOMPLETE)
        work.state = replace(work.state, outcome=outcome)
        work.emit(ConversationClosed(outcome, reason))
        return self._commit(work)

    @property
    def _closed(self) -> bool:
        return any(isinstance(event.body, ConversationClosed) for event in reversed(self._events))

    def note(self, body: EventBody, now: datetime) -> None:
        """Append an event of the voice."""
        self._events.append(Event(len(self._events), now.isoformat(), body))

    def _work(self, now: datetime) -> Work:
        return Work(self._state, now, self._script.responses)

    def _commit(self, work: Work) -> list[Effect]:
        ended = work.state.outcome is not None and self._state.outcome is None
        self._state = work.state
        for body in work.events:
            self.note(body, work.now)
        if ended and not self._closed:
            self.note(ConversationClosed(str(work.state.outcome), "conversation_end"), work.now)
        return list(work.effects)

    def _log_mentions(self, work: Work, understood: Understood) -> None:
        raising = {MentionStatus.PRESENT}
        work.emit(
            *(
                MentionJudged(work.state.turn, m.flag, m.status, m.words, m.rule, m.reason)
                for m in understood.mentions
                if m.status not in raising
            )
        )

    def _log_facts(self, work: Work, text: str, confidence: float) -> None:
        """What is told of the health record beside the question; the intake asks for all of it itself."""
        state = work.state
        if state.form == RECORD_FORM or state.consent is False or confidence < READ_BACK_BELOW:
            return
        for told in facts_told(text, state.context(work.now), self._library.knowledge):
            work.emit(RecordMentioned(state.turn, told.slot, told.value, told.text, text, state.speaker))


OWN_TO_A_CALL = frozenset({"identity", "consent", "contact_relation", "callback_time", "satisfaction_score"})
"""Answers that hold for one conversation only."""


def carried_from(events: Sequence[Event]) -> tuple[SlotSet, ...]:
    """The answers that a later conversation takes over from one that was broken off: the latest of each slot."""
    latest = {event.body.slot: event.body for event in events if isinstance(event.body, SlotSet)}
    return tuple(answer for slot, answer in latest.items() if slot not in OWN_TO_A_CALL)


def _notice_of(events: Sequence[Event]) -> str:
    """What the first consent says was read out."""
    given = (event.body.notice_version for event in events if isinstance(event.body, ConsentGiven))
    return next(given, NOTICE_VERSION)


def _values_of(values: Mapping[str, str] | None) -> dict[str, str]:
    return {f"value_{key}": value for key, value in (values or {}).items()}
