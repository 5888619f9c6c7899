"""What staff pages show, and what they ask of the house. Frozen; nothing here knows how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agent.clinical.forms import Field
from agent.report.model import Report
from agent.report.revision import Correction
from connectors.access.people import Staff


class Bucket(StrEnum):
    """Why something stands in the work list, the most urgent first."""

    ALERT = "alert"
    """A red flag that nobody looks after yet."""
    CRITICAL = "critical"
    """Red flags or critical values in a record that is not signed."""
    TREND = "trend"
    """A chronic indicator whose course has turned bad."""
    OVERDUE = "overdue"
    """Waits too long for a signature, or a follow-up that ought to have been held."""
    REVIEW = "review"
    RUNNING = "running"
    RECALL = "recall"
    """Sent back for a new conversation."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One row of the work list."""

    bucket: Bucket
    href: str
    name: str
    person: str
    """Sex and age."""
    what: str
    """Which follow-up."""
    why: tuple[str, ...]
    """Why it stands here, the gravest first."""
    facts: tuple[str, ...]
    """The numbers that matter."""
    when: str
    state: str


@dataclass(frozen=True, slots=True)
class CallItem:
    """Somebody who is to be called, or sent a link."""

    resident_id: str
    name: str
    person: str
    flow: str
    what: str
    """The programme in words."""
    due: str
    why: str
    """Why again; empty for what is simply due."""
    visit_id: str = ""
    """The visit that was sent back."""


@dataclass(frozen=True, slots=True)
class CallPage:
    """Whom a team is to call."""

    items: tuple[CallItem, ...]
    opted_out: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class WorkPage:
    """The work list of a team."""

    items: tuple[WorkItem, ...]
    trouble: str = ""
    """What could not be asked of the contract-management backend."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert with the pre-brief that a doctor reads before accepting."""

    visit_id: str
    seq: int
    title: str
    rank: str
    urgent: bool
    evidence: str
    at: str
    resident_id: str
    name: str
    person: str
    values: tuple[str, ...]
    medicines: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    """The last words: who, what."""
    running: bool
    by: str = ""
    closed: str = ""
    outcome: str = ""
    note: str = ""
    mind: bool = False
    """It is about mental health: the words are for doctors, and for whoever looks after it."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart."""

    day: str
    value: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The course of one indicator."""

    title: str
    unit: str
    lines: Mapping[str, Sequence[Point]]
    """Name of the line → values, the oldest first."""
    limits: tuple[float, ...] = ()
    """Targets: below them is controlled."""


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version of a record."""

    number: int
    status: str
    author: str
    at: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A fact for the health record that was told in a conversation."""

    number: int
    visit_id: str
    field: str
    value: str
    words: str
    """The resident's words."""
    who: str
    day: str
    clip: str | None
    state: str
    """Who decided it, when and how; empty while it waits."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """A visit under review."""

    visit_id: str
    resident_id: str
    report: Report
    versions: tuple[VersionView, ...]
    corrections: tuple[Correction, ...]
    fields: Mapping[str, Field]
    alerts: tuple[AlertView, ...] = ()
    trends: tuple[Trend, ...] = ()
    recall: str = ""
    """Who sent it back, when and why; empty when nobody did."""
    medicines: Mapping[str, str] = field(default_factory=dict)
    """Ids of the lexicon's medicines to their names, to choose from."""
    proposals: tuple[ProposalView, ...] = ()

    @property
    def version(self) -> int:
        """The newest version; 0 as long as there is none."""
        return self.versions[-1].number if self.versions else 0

    @property
    def signed(self) -> VersionView | None:
        """The newest version when it is signed."""
        return self.versions[-1] if self.versions and self.versions[-1].status == "signed" else None


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One line of a running conversation."""

    seq: int
    who: str
    text: str
    at: str
    agent: bool


@dataclass(frozen=True, slots=True)
class LiveView:
    """A conversation that goes on."""

    visit_id: str
    resident_id: str
    name: str
    person: str
    what: str
    running: bool
    lines: tuple[LiveLine, ...]
    values: tuple[str, ...]
    alerts: tuple[AlertView, ...]
    spoken: bool = False
    """It is a call: nobody writes in it."""
    staff: str = ""
    """Who of the staff writes in place of the agent."""


@dataclass(frozen=True, slots=True)
class TrendView:
    """A course that has turned bad, as long as no doctor has seen it."""

    rule: str
    title: str
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class PersonView:
    """A resident with their history."""

    id: str
    name: str
    person: str
    birth_date: str
    phone: str
    contract: tuple[str, ...]
    trends: tuple[Trend, ...]
    visits: tuple[WorkItem, ...]
    last: tuple[tuple[str, str], ...]
    """Values of the last follow-up that the backend knows: label, words."""
    trouble: str = ""
    proposals: tuple[ProposalView, ...] = ()
    record: tuple[tuple[str, str], ...] = ()
    """The health record as doctors accepted it: label, words."""
    bad: tuple[TrendView, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureView:
    """A share that managers ask for."""

    title: str
    part: int
    whole: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An act on the version that somebody had before them."""

    version: int
    value: str = ""
    why: str = ""
    misheard: bool = False


class Desk(Protocol):
    """The work of doctors and nurses. Raises ``InputError`` visit-unknown, record-changed, value-unreadable, …"""

    async def work(self, team: str) -> WorkPage:
        """The work list of a team."""

    async def calls(self, team: str) -> CallPage:
        """Whom a team is to call today, those sent back first."""

    async def report(self, visit_id: str) -> ReportView:
        """A visit for review. Raises ``InputError`` visit-open while the conversation runs."""

    async def live(self, visit_id: str, after: int = -1) -> LiveView:
        """A conversation, with its lines later than ``after``."""

    async def resident(self, resident_id: str) -> PersonView:
        """A resident."""

    async def alerts(self, team: str, *, loose: bool = False) -> tuple[AlertView, ...]:
        """Alerts of a team that are not closed, the most urgent first; ``loose``: those nobody has taken."""

    async def figures(self) -> tuple[FigureView, ...]:
        """The managers' figures. Raises ``BackendError``."""

    async def results(self, team: str) -> tuple[FigureView, ...]:
        """How the conversations of a team ended lately."""

    async def correct(self, visit_id: str, slot: str, seen: Seen, staff: Staff) -> None:
        """Change one value."""

    async def sign(self, visit_id: str, seen: Seen, staff: Staff) -> int:
        """Sign, taking over what is suggested where nobody decided otherwise; the new version."""

    async def decide(self, visit_id: str, number: int, staff: Staff, *, accept: bool) -> None:
        """Take a proposal into the health record, or not. Raises ``InputError`` proposal-unknown, proposal-decided."""

    async def seen(self, resident_id: str, rule: str, staff: Staff) -> None:
        """A doctor has looked at a course that turned bad. Raises ``InputError`` trend-unknown."""

    async def recall(self, visit_id: str, why: str, staff: Staff) -> None:
        """Send the visit back for a new conversation."""

    async def take(self, visit_id: str, seq: int, staff: Staff) -> None:
        """Look after an alert, and the others of its visit. Raises ``InputError`` alert-taken."""

    async def close(self, visit_id: str, result: tuple[str, str], staff: Staff) -> None:
        """What became of the alerts of a visit: outcome and note."""
