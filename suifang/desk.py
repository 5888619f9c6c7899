"""The desk of doctors and nurses: the ``Desk`` port over library, store and contract-management backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from agent.clinical.forms import find_form
from agent.domain.effects import Outcome
from agent.domain.events import AgentSaid, Event, ResidentSaid, StaffWrote
from agent.errors import BackendError, InputError
from agent.library import Library
from agent.report.messages import staff_words, written
from agent.report.words import evidence_words, masked_phone, value_words
from connectors.access.people import Role, Staff
from connectors.api.history import history_of
from connectors.signing.ports import Parcel, ParcelKind, ResidentFile, SigningBackend, TrendAlert
from connectors.storage.caring import Doer
from connectors.storage.ports import Channel, StoredRecord
from connectors.storage.scope import MIND_FLAGS
from connectors.storage.sql import SqlStore
from connectors.storage.worklist import AlertRow, WorkRow
from connectors.web.console.views import (
    AlertView,
    CallPage,
    FigureView,
    LiveLine,
    LiveView,
    PersonView,
    ReportView,
    Seen,
    TrendView,
    VersionView,
    WorkPage,
)
from suifang.briefs import BRIEF_VALUES, answered, medicines
from suifang.calling import call_list
from suifang.papers import Papers
from suifang.proposed import label_of, proposal_views, record_words
from suifang.reviewing import Reviewing, Signer
from suifang.trends import trends_of
from suifang.worklist import Words, age_on, call_items, person_words, urgent, visit_item, work_items

MOST_DUE = 1000
ALERT_DAYS = 3
"""Alerts older than this are found by their visits."""
RESULT_DAYS = 30
LAST_WORDS = 6
CONTRACT = {"active": "生效中", "expiring": "即将到期", "expired": "已到期", "terminated": "已解约"}


@dataclass(frozen=True, slots=True)
class DeskParts:
    """What the desk is made of."""

    library: Library
    store: SqlStore
    papers: Papers
    backend: SigningBackend
    now: Callable[[], datetime]


class HouseDesk:
    """The ``Desk`` port."""

    def __init__(self, parts: DeskParts) -> None:
        self._parts = parts
        self._reviewing = Reviewing(parts.library, parts.store)

    async def work(self, team: str) -> WorkPage:
        """The work list of a team; without the backend the follow-ups that are due are missing, and it says so."""
        rows = await self._parts.store.worklist.of_team(team)
        backend, trouble = self._parts.backend, ""
        try:
            dues = await backend.due(self._parts.now().date(), MOST_DUE)
            bad = await backend.trend_alerts(MOST_DUE)
        except BackendError as error:
            dues, bad, trouble = (), (), error.message
        mine = [due for due in dues if due.team == team]
        turned = [alert for alert in bad if alert.team == team]
        return WorkPage(work_items(rows, mine, self._words(), turned), trouble)

    async def calls(self, team: str) -> CallPage:
        """Whom a team is to call today; without those who want no calls, and those whose follow-up is going on."""
        words, store = self._words(), self._parts.store
        try:
            found = await call_list(self._parts.backend, store, self._parts.now().date(), MOST_DUE)
        except BackendError as error:
            return CallPage((), trouble=error.message)
        return CallPage(tuple(call_items(found, await store.worklist.of_team(team), team, words)), found.opted_out)

    async def report(self, visit_id: str) -> ReportView:
        """A visit for review."""
        sheet = await self._reviewing.sheet(visit_id)
        rules, row = self._parts.library.rules, await self._row(visit_id)
        form = find_form(rules.forms, sheet.visit.form)
        file = await self._file(sheet.visit.resident_id)
        taken = sheet.visit.started[:10], {line.slot: line.value for line in sheet.report.fields}
        return ReportView(
            visit_id, sheet.visit.resident_id, sheet.report, tuple(_version(v) for v in sheet.versions),
            tuple(sheet.corrections), {item.slot: item for item in form.fields()} if form else {},
            tuple(self._alert(alert, row, sheet.events) for alert in row.alerts),
            trends_of(file.indicators if file else (), rules.targets, sheet.report.header.age, taken),
            f"{row.recall.by} {_minute(row.recall.at)} 退回重打：{row.recall.why}" if row.recall else "",
            rules.labels.medicines,
            proposal_views(
                await self._parts.store.proposals.of_visit(visit_id), rules, file.record if file else (), sheet.report
            ),
        )  # fmt: skip

    async def live(self, visit_id: str, after: int = -1) -> LiveView:
        """A conversation, from its log."""
        row, events = await self._row(visit_id), await self._parts.store.events.read(visit_id)
        words, values = self._words(), tuple(self._values(events, row))
        lines = (_line(event, words) for event in events if event.seq > after)
        return LiveView(
            visit_id, row.resident_id, row.name, person_words(row.sex, row.birth_date, words), words.flow(row.flow),
            row.running, tuple(line for line in lines if line is not None), values,
            tuple(self._alert(alert, row, events) for alert in row.alerts), row.channel == Channel.VOICE.value,
            _writes(events),
        )  # fmt: skip

    async def resident(self, resident_id: str) -> PersonView:
        """A resident, from the backend and from our own visits. Raises ``InputError`` resident-unknown."""
        words, targets, trouble = self._words(), self._parts.library.rules.targets, ""
        stored = await self._parts.store.scope.resident(resident_id)
        try:
            file = await self._parts.backend.resident(resident_id, self._parts.now().date())
            bad = await self._bad(resident_id) if file else ()
        except BackendError as error:
            file, bad, trouble = None, (), error.message
        if stored is None and file is None:
            raise InputError("resident-unknown", "there is no such resident", "see the work list")
        rows = await self._parts.store.worklist.of_resident(resident_id)
        sex = file.sex if file else stored.sex if stored else "0"
        born = file.birth_date if file else stored.birth_date.isoformat() if stored and stored.birth_date else ""
        return PersonView(
            resident_id, file.name if file else stored.name if stored else "", person_words(sex, born, words), born,
            masked_phone(file.phone if file else stored.phone if stored else ""),
            tuple(_contract(file)) if file else (),
            trends_of(file.indicators if file else (), targets, age_on(born, words.now.date()), None),
            tuple(visit_item(row, words) for row in rows),
            tuple(self._last(file)) if file else (), trouble,
            proposal_views(
                await self._parts.store.proposals.of_resident(resident_id), self._parts.library.rules,
                file.record if file else (),
            ),
            record_words(file.record if file else (), self._parts.library.rules),
            tuple(TrendView(alert.rule, alert.title, alert.why, alert.at) for alert in bad),
        )  # fmt: skip

    async def alerts(self, team: str, *, loose: bool = False) -> tuple[AlertView, ...]:
        """Alerts that are not closed, the most urgent first; ``loose``: those nobody has taken."""
        since = (self._parts.now() - timedelta(days=ALERT_DAYS)).isoformat(timespec="seconds")
        raised = await self._parts.store.worklist.alerts_of(team, since)
        found = []
        for visit_id in dict.fromkeys(alert.visit_id for alert in raised if not (loose and alert.by)):
            events, row = await self._parts.store.events.read(visit_id), await self._row(visit_id)
            mine = [self._alert(alert, row, events) for alert in raised if alert.visit_id == visit_id]
            found.append(together(mine))
        return tuple(sorted(found, key=lambda view: (bool(view.by), not view.urgent)))

    async def figures(self) -> tuple[FigureView, ...]:
        """The managers' figures."""
        figures = await self._parts.backend.figures(self._parts.now().date())
        return tuple(FigureView(figure.title, figure.part, figure.whole) for figure in figures)

    async def results(self, team: str) -> tuple[FigureView, ...]:
        """How the conversations of a team ended in the last thirty days, the completed first."""
        since = (self._parts.now() - timedelta(days=RESULT_DAYS)).isoformat(timespec="seconds")
        found = await self._parts.store.worklist.outcomes(team, since)
        whole, labels = sum(found.values()), self._parts.library.rules.labels
        return tuple(
            FigureView(labels.word("outcomes", outcome.value), found[outcome.value], whole)
            for outcome in Outcome if outcome.value in found
        )  # fmt: skip

    async def correct(self, visit_id: str, slot: str, seen: Seen, staff: Staff) -> None:
        """Change one value; what only doctors fill is not for nurses."""
        note = (seen.why, seen.misheard)
        form = self._words().form((await self._row(visit_id)).flow)
        field = form.field(slot) if form else None
        if field is not None and field.who == "doctor" and staff.role is not Role.DOCTOR:
            raise InputError("role-wrong", f"only doctors fill {slot}", "ask a doctor")
        await self._reviewing.correct(visit_id, slot, seen.value, self._signer(staff, seen), note)
        await self._parts.papers.draw_up(visit_id)

    async def sign(self, visit_id: str, seen: Seen, staff: Staff) -> int:
        """Sign; the new version. Whoever signs has seen the alerts: those that nobody had are theirs."""
        version = await self._reviewing.sign(visit_id, self._signer(staff, seen), accept=True)
        loose = [alert.seq for alert in (await self._row(visit_id)).alerts if not alert.by]
        if loose:
            await self._parts.store.caring.take(visit_id, loose[0], self._doer(staff))
        await self._parts.papers.draw_up(visit_id)
        return version

    async def decide(self, visit_id: str, number: int, staff: Staff, *, accept: bool) -> None:
        """Take a proposal into the health record, or not."""
        held = self._parts.store.proposals
        if not accept:
            await held.reject(visit_id, number, self._doer(staff))
            return
        mine = next((one for one in await held.of_visit(visit_id) if one.id == number), None)
        label = label_of(mine.fact, self._parts.library.rules) if mine else ""
        await held.accept(visit_id, number, self._doer(staff), label)

    async def seen(self, resident_id: str, rule: str, staff: Staff) -> None:
        """A doctor has looked at a course that turned bad; the backend is told at once."""
        alert = next((one for one in await self._bad(resident_id) if one.rule == rule), None)
        if alert is None:
            raise InputError("trend-unknown", "there is no such alert, or it was seen", "see the resident's page")
        body = {"rule": rule, "at": alert.at, "by": staff.shown}
        parcel = Parcel(f"{resident_id}:{rule}:{alert.at}:seen", resident_id, ParcelKind.TREND_SEEN, body)
        await self._parts.backend.deliver(parcel)

    async def _bad(self, resident_id: str) -> Sequence[TrendAlert]:
        """Courses of one resident that have turned bad."""
        found = await self._parts.backend.trend_alerts(MOST_DUE)
        return [alert for alert in found if alert.resident_id == resident_id]

    async def recall(self, visit_id: str, why: str, staff: Staff) -> None:
        """Send the visit back for a new conversation."""
        sheet = await self._reviewing.sheet(visit_id)
        if sheet.newest is not None and sheet.newest.status == "signed":
            raise InputError("signed-already", f"signed by {sheet.newest.author}", "a new visit is begun by a link")
        await self._parts.store.caring.recall(visit_id, why, self._doer(staff))

    async def take(self, visit_id: str, seq: int, staff: Staff) -> None:
        """Look after an alert."""
        await self._parts.store.caring.take(visit_id, seq, self._doer(staff))

    async def close(self, visit_id: str, result: tuple[str, str], staff: Staff) -> None:
        """What became of the alerts of a visit."""
        await self._parts.store.caring.close(visit_id, self._doer(staff), result)

    async def _row(self, visit_id: str) -> WorkRow:
        row = await self._parts.store.worklist.visit(visit_id)
        if row is None:
            raise InputError("visit-unknown", "there is no such visit", "see the work list")
        return row

    async def _file(self, resident_id: str) -> ResidentFile | None:
        """What the backend knows; a report is read without it too."""
        try:
            return await self._parts.backend.resident(resident_id, self._parts.now().date())
        except BackendError:
            return None

    def _alert(self, alert: AlertRow, row: WorkRow, events: Sequence[Event]) -> AlertView:
        words, labels = self._words(), self._parts.library.rules.labels
        lines = [line for event in events if (line := _line(event, words)) is not None]
        rank = labels.word("severities", alert.severity)
        return AlertView(
            alert.visit_id, alert.seq, labels.word("flags", alert.flag),
            rank if alert.subject == "self" else f"{rank} · {labels.word('subjects', alert.subject)}", urgent(alert),
            evidence_words(alert.evidence, words.form(row.flow)), _minute(alert.at), row.resident_id, row.name,
            person_words(row.sex, row.birth_date, words), tuple(islice(self._values(events, row), BRIEF_VALUES)),
            medicines(events, labels), tuple((line.who, line.text) for line in lines[-LAST_WORDS:]), row.running,
            alert.by, alert.closed, alert.outcome, alert.note, alert.flag in MIND_FLAGS,
        )  # fmt: skip

    def _values(self, events: Sequence[Event], row: WorkRow) -> Iterator[str]:
        """What was answered so far."""
        told = answered(events, self._words().form(row.flow), self._parts.library.rules.labels)
        return (f"{label} {words}" for label, words in told)

    def _last(self, file: ResidentFile) -> Iterator[tuple[str, str]]:
        rules, history = self._parts.library.rules, history_of(file.history)
        seen = set()
        for form in rules.forms.values():
            for item in form.fields():
                value = history.get(item.slot)
                if value is not None and item.slot not in seen:
                    seen.add(item.slot)
                    yield item.label, value_words(item, value, rules.labels)

    def _words(self) -> Words:
        flows = self._parts.library.script.flows
        return Words(
            self._parts.library.rules.labels, lambda flow: flows[flow].name if flow in flows else flow,
            lambda flow: find_form(self._parts.library.rules.forms, flows[flow].form or "") if flow in flows else None,
            self._parts.now(),
        )  # fmt: skip

    def _signer(self, staff: Staff, seen: Seen) -> Signer:
        return Signer(staff.shown, self._at(), seen.version)

    def _doer(self, staff: Staff) -> Doer:
        return Doer(staff.name, staff.shown, self._at())

    def _at(self) -> str:
        return self._parts.now().isoformat(timespec="seconds")


def together(alerts: Sequence[AlertView]) -> AlertView:
    """The alerts of one visit as one: the gravest leads, and nobody has it as long as one is nobody's."""
    first = min(alerts, key=lambda view: (bool(view.by), not view.urgent))
    return replace(
        first, title="、".join(dict.fromkeys(view.title for view in alerts)),
        evidence="；".join(dict.fromkeys(view.evidence for view in alerts)), mind=any(view.mind for view in alerts),
    )  # fmt: skip


def _line(event: Event, words: Words) -> LiveLine | None:
    match event.body:
        case AgentSaid(text=text):
            return LiveLine(event.seq, "语音助手", written(text), event.at[11:16], agent=True)
        case ResidentSaid(text=text, speaker=speaker):
            return LiveLine(event.seq, words.labels.word("speakers", speaker), text, event.at[11:16], agent=False)
        case StaffWrote(by=by) as wrote:
            return LiveLine(event.seq, by, staff_words(wrote), event.at[11:16], agent=True)
        case _:
            return None


def _writes(events: Sequence[Event]) -> str:
    """Who of the staff has the conversation."""
    wrote = [event.body for event in events if isinstance(event.body, StaffWrote)]
    return wrote[-1].by if wrote and wrote[-1].step in ("taken", "said") else ""


def _version(record: StoredRecord) -> VersionView:
    return VersionView(record.version, record.status, record.author, _minute(record.at))


def _contract(file: ResidentFile) -> Iterator[str]:
    held = file.contract
    if held is None:
        yield "没有签约"
        return
    yield f"{held.package} {CONTRACT.get(held.status, held.status)}"
    yield f"{held.start} 至 {held.end}"
    yield f"{held.team} {held.doctor}"


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")
