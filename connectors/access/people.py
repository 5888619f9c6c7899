"""Who comes to the service: staff with a role and a team, residents with a link. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Role(StrEnum):
    """What a member of staff does. Only doctors sign; operators and admins see no clinical text."""

    DOCTOR = "doctor"
    NURSE = "nurse"
    OPERATOR = "operator"
    ADMIN = "admin"


CLINICAL = (Role.DOCTOR, Role.NURSE)
"""Who may see what residents said, within their team."""


class Stage(StrEnum):
    """How far a login has come."""

    CHANGE_PASSWORD = "change_password"
    """The password was given by an admin: nothing goes before it is changed."""
    ENROL = "enrol"
    """The second factor is still to be set up."""
    FULL = "full"


class StaffStatus(StrEnum):
    """Whether an account may be used."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Purpose(StrEnum):
    """What a resident's link opens."""

    CHAT = "chat"
    CALL = "call"
    ROOM = "room"
    """The video room of one visit, and nothing that was said in it: sent by message to who calls by telephone."""


Talk = Literal[Purpose.CHAT, Purpose.CALL]
"""What a link that people make opens; the agent alone makes those to a room."""


class Speaker(StrEnum):
    """Who was given a link: the resident, or a member of the family who answers for them."""

    SELF = "self"
    FAMILY = "family"


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of staff."""

    id: str
    name: str
    """The login name, as in the audit log."""
    shown: str
    """The name that patients and records see."""
    role: Role
    team: str
    """Id of the team whose residents they see."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    """An account as it is stored."""

    staff: Staff
    password: str
    """argon2id, with its parameters."""
    must_change: bool
    totp: str
    """Secret of the second factor in base 32; empty until enrolled."""
    totp_step: int
    """Last time step that was used: a code works once."""
    status: StaffStatus
    demo: bool
    """Made by ``serve --demo``; works there only."""
    created: str


@dataclass(frozen=True, slots=True)
class Session:
    """A login."""

    staff: Staff
    stage: Stage
    csrf: str
    """To be sent back in ``X-CSRF-Token`` with every request that changes something."""
    until_ms: int
    """Over at this time at the latest."""


@dataclass(frozen=True, slots=True)
class ResidentLink:
    """What a resident holds: the way to one conversation."""

    id: str
    purpose: Purpose
    resident_id: str
    flow: str
    speaker: Speaker
    team: str
    until_ms: int
    visit_id: str | None = None
    """The conversation, once it has begun."""
