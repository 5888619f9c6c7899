"""What ``suifang serve --demo`` adds: residents, staff with passwords of this run, on this machine only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from agent.errors import InputError
from connectors.access.people import Role
from connectors.api.links import WantedLink
from connectors.api.staff import NewStaff
from connectors.signing.ports import SigningBackend
from connectors.signing.reference import ReferenceBackend
from connectors.signing.seed import seed
from suifang.egress import is_local
from suifang.gate import Entry
from suifang.settings import Settings

RESIDENTS = 200
BY = "suifang"
STAFF = (
    NewStaff("doctor", "王医生", Role.DOCTOR, "T1"),
    NewStaff("nurse", "李护士", Role.NURSE, "T1"),
    NewStaff("operator", "陈运维", Role.OPERATOR, "T1"),
    NewStaff("admin", "赵管理", Role.ADMIN, "T1"),
    NewStaff("doctor2", "张医生", Role.DOCTOR, "T2"),
)
FLOW = "hypertension_followup"


@dataclass(frozen=True, slots=True)
class Demonstration:
    """What a newcomer is told."""

    passwords: dict[str, str]
    """By login name; good for this run."""
    home: str
    """Where the service is."""
    link: str
    """A resident's conversation; empty when nobody is due."""


def check_local(host: str) -> None:
    """Raises ``InputError`` unless the address is this machine's own."""
    if not is_local(host):
        raise InputError(
            "demo-local", f"a demonstration is not served on {host}", "use 127.0.0.1, or serve without --demo"
        )


async def prepare(entry: Entry, backend: SigningBackend, settings: Settings) -> Demonstration:
    """Residents when there are none, staff with new passwords, one resident's link."""
    today = date.today()
    if isinstance(backend, ReferenceBackend) and not any(figure.whole for figure in await backend.figures(today)):
        await seed(backend.database, RESIDENTS, 1, today)
    there = {row.staff.name: row for row in await entry.accounts.all()}
    given = {}
    for new in STAFF:
        if new.name not in there:
            given[new.name] = await entry.accounts.add(new, BY, demo=True)
        elif there[new.name].demo:
            given[new.name] = await entry.accounts.reset(new.name, BY, demo=True)
    for due in await backend.due(today, 1000):
        if due.team == settings.team_id and due.flow == FLOW:
            made = await entry.links.create(WantedLink(due.resident_id, FLOW), BY, None)
            return Demonstration(given, settings.address, made.url)
    return Demonstration(given, settings.address, "")


def shown(made: Demonstration) -> str:
    """What is printed."""
    lines = ["suifang: demonstration - these passwords are good for this run, on this machine", ""]
    lines += [f"  {name:<10}{password}" for name, password in made.passwords.items()]
    lines += ["", f"  staff log in at: {made.home}/console"]
    lines += ["", f"  a resident's link: {made.link}"] if made.link else []
    return "\n".join([*lines, "", ""])
