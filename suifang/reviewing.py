"""A doctor's review of one visit: correct, sign. Everything goes through new versions; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.clinical.forms import Field, find_form
from agent.domain.events import Event
from agent.errors import InputError
from agent.library import Library
from agent.report.as_json import render_json
from agent.report.build import build_report
from agent.report.fold import fold_slots
from agent.report.model import Report
from agent.report.revision import Correction, plain, read_value, revise
from connectors.storage import SqlStore, StoredRecord, Visit, VisitStatus
from connectors.storage.enqueue import NewParcel
from connectors.storage.parcels import Lane
from connectors.storage.reviews import SIGNED

SUGGESTED = {"visit_class": "visit_class", "next_visit_date": "next_visit_date", "referral_reason": "referral"}
"""Fields that only a doctor fills, and what of the suggestion may be taken over by a signature."""
ACCEPTED = "签字时采纳建议"
SIGNATURE = "doctor_sign"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who acts, and when."""

    name: str
    at: str
    saw: int | None = None
    """The version that they had before them; None takes whatever is newest."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visit under review."""

    visit: Visit
    events: Sequence[Event]
    """The log as it was."""
    versions: Sequence[StoredRecord]
    corrections: Sequence[Correction]
    report: Report
    """With the corrections laid over the log."""

    @property
    def newest(self) -> StoredRecord | None:
        """The last version."""
        return self.versions[-1] if self.versions else None


class Reviewing:
    """Reviews over library and store."""

    def __init__(self, library: Library, store: SqlStore) -> None:
        self._library = library
        self._store = store

    async def sheet(self, visit_id: str) -> Sheet:
        """A visit with all that a doctor needs. Raises ``InputError`` for an unknown or a running one."""
        visit = await self._store.visits.get(visit_id)
        events = await self._store.events.read(visit_id)
        if visit is None or not events:
            raise InputError("visit-unknown", f"there is no visit {visit_id!r}", "see suifang review list")
        if visit.status is VisitStatus.OPEN:
            raise InputError("visit-open", "the conversation is still running", "wait until it has ended")
        made = await self._store.reviews.corrections(visit_id)
        report = build_report(revise(events, made), self._library.rules)
        return Sheet(visit, events, await self._store.reviews.versions(visit_id), made, report)

    async def correct(
        self, visit_id: str, slot: str, text: str, signer: Signer, note: tuple[str, bool]
    ) -> tuple[Sheet, Correction]:
        """Change one value; ``note`` is why, and whether the agent had heard it wrong."""
        sheet = await self._seen(visit_id, signer)
        why, misheard = note
        if not why.strip():
            raise InputError("why-missing", "a correction needs its reason", "add --why, such as --why 听录音是145")
        field = self._field(sheet, slot)
        if slot == SIGNATURE:
            raise InputError("signature-signed", "nobody writes a signature for somebody", "sign: it is written then")
        line = sheet.report.line(slot)
        change = Correction(
            slot, plain(line.value) if line else None, read_value(field, text), signer.name, signer.at, why, misheard
        )
        if change.old == change.new:
            raise InputError("value-same", f"{slot} has this value already", "nothing needs to be corrected")
        await self._add(sheet, signer, (change,), "corrected")
        return sheet, change

    async def sign(self, visit_id: str, signer: Signer, *, accept: bool) -> int:
        """Sign: a new version, and the parcel that tells the backend; its version.

        The class and the next visit are the doctor's: given by ``correct``, or taken over with ``accept``.
        """
        sheet = await self._seen(visit_id, signer)
        newest = sheet.newest
        if newest is not None and newest.status == SIGNED:
            raise InputError(
                "signed-already", f"version {newest.version} is signed by {newest.author}", "correct a value first"
            )
        taken = [*self._accepted(sheet, signer)] if accept else []
        given = {slot for slot in SUGGESTED if (line := sheet.report.line(slot)) and line.value is not None}
        given |= {change.slot for change in taken}
        if self._has(sheet, "visit_class") and "visit_class" not in given:
            raise InputError("class-open", "nobody has decided the class", "correct visit_class, or sign with --accept")
        if self._has(sheet, SIGNATURE):
            taken.append(Correction(SIGNATURE, None, signer.name, signer.name, signer.at, "签字"))
        return await self._add(sheet, signer, taken, SIGNED)

    async def _seen(self, visit_id: str, signer: Signer) -> Sheet:
        """The sheet, if it is still what the signer looked at. Raises ``InputError`` record-changed."""
        sheet, newest = await self.sheet(visit_id), 0
        if sheet.newest is not None:
            newest = sheet.newest.version
        if signer.saw is not None and signer.saw != newest and sheet.newest is not None:
            raise InputError(
                "record-changed", f"{sheet.newest.author or 'the agent'} made version {newest} meanwhile",
                "look at it again",
            )  # fmt: skip
        return sheet

    def _accepted(self, sheet: Sheet, signer: Signer) -> Sequence[Correction]:
        suggestion = sheet.report.suggestion.suggestion
        found = []
        for slot, name in SUGGESTED.items():
            line, value = sheet.report.line(slot), getattr(suggestion, name)
            if line is not None and line.value is None and value:
                found.append(Correction(slot, None, value, signer.name, signer.at, ACCEPTED))
        return found

    async def _add(self, sheet: Sheet, signer: Signer, changed: Sequence[Correction], status: str) -> int:
        newest = sheet.newest
        version = (newest.version if newest else 0) + 1
        report = build_report(revise(sheet.events, [*sheet.corrections, *changed]), self._library.rules)
        body = {**render_json(report), "signed": status == SIGNED}
        record = StoredRecord(sheet.visit.id, sheet.visit.form, body, version, status, signer.name, signer.at)
        parcel = None
        if status == SIGNED:
            told = follow_up(sheet.visit, report, record)
            parcel = NewParcel(f"{sheet.visit.id}:{version}", Lane.RECORD, "follow_up", told, signer.at)
        await self._store.reviews.add(record, changed, parcel)
        return version

    def _field(self, sheet: Sheet, slot: str) -> Field:
        form = find_form(self._library.rules.forms, sheet.visit.form)
        field = form.field(slot) if form else None
        if field is None:
            slots = ", ".join(line.slot for line in sheet.report.fields)
            raise InputError("slot-unknown", f"the form {sheet.visit.form} has no field {slot!r}", f"one of {slots}")
        return field

    def _has(self, sheet: Sheet, slot: str) -> bool:
        return sheet.report.line(slot) is not None


def follow_up(visit: Visit, report: Report, record: StoredRecord) -> Mapping[str, Any]:
    """What the backend is told of a signed record: values and decisions, no transcript."""
    values = {line.slot: plain(line.value) for line in report.fields if line.value is not None}
    return {
        "visit": visit.id, "version": record.version, "flow": visit.flow, "form": visit.form,
        "held_on": visit.started[:10], "mode": report.header.mode_code, "outcome": visit.outcome or "",
        "visit_class": values.get("visit_class", ""), "next_visit_date": values.get("next_visit_date"),
        "signed_by": record.author, "signed_at": record.at, "values": values,
        "alerts": [alert.flag for alert in report.alerts],
    }  # fmt: skip


def answer_case(sheet: Sheet, change: Correction, words: str = "") -> Mapping[str, Any]:
    """The correction as a case of the answers format: what was said, and what should have been understood.

    ``words`` is what the doctor heard on the recording, where the recogniser wrote something else.
    """
    heard = fold_slots(sheet.events).get(change.slot)
    if heard is None:
        raise InputError("nothing-heard", f"nobody said anything about {change.slot}", "only heard values make cases")
    expect = {
        slot: plain(given.value)
        for slot, given in fold_slots(sheet.events).items()
        if given.turn == heard.turn and given.ask == heard.ask
    }
    expect |= {c.slot: c.new for c in (*sheet.corrections, change) if c.slot in expect}
    return {
        "id": f"corrected-{sheet.visit.id[:8]}-{change.slot}",
        "ask": heard.ask,
        "text": words or heard.words,
        "expect": {slot: value for slot, value in expect.items() if value is not None},
        "now": sheet.report.header.at[:16],
    }
