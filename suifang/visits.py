"""Visits: a conversation together with its place in the store. Events are written as they happen."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.conversation import Conversation, Past, carried_from
from agent.domain.answers import Resident, SlotValue
from agent.domain.effects import Effect, Outcome
from agent.domain.events import Event, SlotSet
from agent.errors import InputError
from agent.library import Library
from connectors.storage import Store, VisitStart, VisitStatus
from connectors.storage.owners import this_process
from connectors.storage.ports import Channel
from suifang.past import last_values


@dataclass(frozen=True, slots=True)
class Caller:
    """Who the conversation is with, and what is known from the last visit."""

    resident: Resident
    history: Mapping[str, SlotValue]
    """As the contract-management backend has it; where that is empty, the last visit that was signed here counts."""
    unfinished: str | None = None
    """Id of an earlier visit that was broken off: its answers are not asked again."""
    team: str = ""
    """Id of the resident's team; empty for the house's own."""
    by_phone: bool = False
    """On a telephone line: there is no page on which a doctor could come."""


class Visit:
    """One running visit. Whoever drives the conversation calls ``flush`` after every step."""

    def __init__(self, visit_id: str, conversation: Conversation, store: Store, written: int = 0) -> None:
        self.id = visit_id
        self.conversation = conversation
        self._store = store
        self._written = written
        self._one_at_a_time = asyncio.Lock()
        self._flushing: asyncio.Task[Sequence[Event]] | None = None

    async def hear(self, text: str, now: datetime, confidence: float = 1.0) -> Sequence[Effect]:
        """The resident said something; typed words were not misheard."""
        effects = self.conversation.hear(text, confidence, now)
        await self.flush()
        return effects

    async def silence(self, now: datetime) -> Sequence[Effect]:
        """The resident said nothing."""
        effects = self.conversation.silence(now)
        await self.flush()
        return effects

    async def flush(self) -> Sequence[Event]:
        """Write what is new in the log; the events written. Ends the stored visit with the conversation.

        A write that has begun is finished even when the caller is cancelled.
        """
        self._flushing = asyncio.create_task(self._flush(), name="event log")
        return await asyncio.shield(self._flushing)

    async def _flush(self) -> Sequence[Event]:
        async with self._one_at_a_time:
            return await self._write_new()

    async def _write_new(self) -> Sequence[Event]:
        new = tuple(self.conversation.events[self._written :])
        if new:
            await self._store.events.append(self.id, new)
            self._written += len(new)
            if self.conversation.outcome is not None:
                await self._store.visits.close(self.id, self.conversation.outcome.value, new[-1].at)
        return new

    async def close(self, reason: str, now: datetime) -> None:
        """End it from outside; without an outcome of its own it is incomplete."""
        self.conversation.close(reason, now)
        await self.flush()
        outcome = self.conversation.outcome or Outcome.INCOMPLETE
        await self._store.visits.close(self.id, outcome.value, now.isoformat())


class Visits:
    """Opens and takes up visits."""

    def __init__(
        self, library: Library, store: Store, values: Mapping[str, str], team: str = "", *, messages: bool = False
    ) -> None:
        """``messages``: a gateway takes messages for those who call by telephone."""
        self._line = {"line": "phone", **({"messages": "yes"} if messages else {})}
        self._library = library
        self._store = store
        self._values = dict(values)
        self._team = team

    async def open(self, flow: str, caller: Caller, channel: Channel, now: datetime) -> tuple[Visit, Sequence[Effect]]:
        """Begin a visit; the effects are the opening words. Raises ``InputError`` for an unknown flow."""
        form = self._library.flow(flow).form or ""
        _check_birth(caller.resident, now)
        carried = await self._carried(caller.unfinished, flow)
        history = caller.history or await last_values(self._store, caller.resident.id, form)
        conversation, effects = Conversation.open(
            self._library, flow, caller.resident, now, Past(history, carried),
            {**self._values, "channel": channel.value, **(self._line if caller.by_phone else {})},
        )  # fmt: skip
        start = VisitStart(
            uuid.uuid4().hex, caller.resident, flow, form, channel, now.isoformat(timespec="seconds"), this_process(),
            caller.team or self._team,
        )  # fmt: skip
        await self._store.visits.open(start)
        visit = Visit(start.id, conversation, self._store)
        await visit.flush()
        return visit, effects

    async def _carried(self, visit_id: str | None, flow: str) -> Sequence[SlotSet]:
        if visit_id is None:
            return ()
        stored = await self._store.visits.get(visit_id)
        if stored is None or stored.flow != flow:
            raise InputError(
                "visit-unknown", f"there is no visit {visit_id!r} of {flow}", "give the id that chat printed"
            )
        return carried_from(await self._store.events.read(visit_id))

    async def resume(self, visit_id: str, now: datetime) -> Visit:
        """Take up an open visit from its log; where the notice has changed since, consent is asked for anew.

        Raises ``InputError`` when there is none, or it has ended.
        """
        stored = await self._store.visits.get(visit_id)
        if stored is None:
            raise InputError("visit-unknown", f"there is no visit {visit_id!r}", "start one with POST /api/chat")
        if stored.status is not VisitStatus.OPEN:
            raise InputError("visit-ended", "this visit has ended", "start a new one with POST /api/chat")
        events = await self._store.events.read(visit_id)
        visit = Visit(visit_id, Conversation.resume(self._library, events), self._store, len(events))
        visit.conversation.renew_notice(now)
        await visit.flush()
        return visit

    async def sweep(self, now: datetime) -> Sequence[str]:
        """Mark the visits incomplete whose process died."""
        return await self._store.visits.abandoned(now.isoformat(timespec="seconds"))


OLDEST_YEARS = 125


def _check_birth(resident: Resident, now: datetime) -> None:
    """Nobody is born tomorrow, nor 125 years ago: thresholds go by age."""
    age = resident.age(now.date())
    if resident.birth_date is not None and (resident.birth_date > now.date() or (age or 0) > OLDEST_YEARS):
        raise InputError(
            "birth-date", f"a birth date of {resident.birth_date} cannot be", "correct the resident's data"
        )
