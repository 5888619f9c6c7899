"""The house's doors: logging in and out, sessions, second factors, the residents' links that come in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from agent.errors import InputError
from connectors.access import codes, passwords
from connectors.access.people import ResidentLink, Session, Staff, StaffRow, StaffStatus, Stage
from connectors.access.tokens import LinkSigner, csrf_of, digest, new_token, unknown_link
from connectors.api.access import Scope
from connectors.api.logins import Attempt, Enrolment
from connectors.storage.audit import AuditEntry
from connectors.storage.caring import TAKEN
from connectors.storage.sessions import Lock, StoredSession
from connectors.storage.sql import SqlStore
from suifang.accounts import iso_of
from suifang.settings import Settings

LOCK = Lock(most=5, window_ms=30 * 60_000)
SEEN_STEP_MS = 30_000
"""Use of a login is written at most so often."""
NOTE_STEP_MS = 60_000
"""The same look by the same person within a minute is one look: a page that is drawn anew."""
MOST_NOTES = 10_000
DAY_MS = 86_400_000


class HouseDoors:
    """The ``Doors`` and ``Logins`` ports over the store."""

    def __init__(
        self, store: SqlStore, settings: Settings, signer: LinkSigner, now_ms: Callable[[], int],
        elsewhere: Callable[[str], Awaitable[str | None]] | None = None,
    ) -> None:  # fmt: skip
        """``elsewhere`` tells the team of a resident of whom nothing is stored here."""
        self._store = store
        self._settings = settings
        self._signer = signer
        self._now_ms = now_ms
        self._elsewhere = elsewhere
        self._noted: dict[tuple[str, str, str], int] = {}
        self._made: dict[str, str] = {}
        """Hash of a password → when it was made."""
        self._nobody = ""
        """A hash for names that are not there: they take as long."""

    async def enter(self, attempt: Attempt) -> tuple[str, Session]:
        """Log in; the token for the cookie. Raises ``InputError`` login-failed, login-locked, code-needed."""
        key = digest(attempt.name)
        row = await self._store.staff.named(attempt.name)
        if await self._store.lockouts.attempt(key, self._now_ms(), LOCK) is None:
            await self._failed(attempt, row, "locked")
            raise InputError("login-locked", "too many failures", "wait half an hour, or ask an admin: suifang users")
        usable = row if row and row.status is StaffStatus.ACTIVE else None
        stored = usable.password if usable else await self._decoy()
        right = await asyncio.to_thread(passwords.fits, stored, attempt.password)
        if usable is None or not right:
            raise await self._failed(attempt, row, "password")
        if usable.totp and not attempt.code:
            await self._store.lockouts.take_back(key)
            raise InputError("code-needed", "the code of the second factor is needed", "send code")
        if usable.totp and not await self._code_fits(usable, attempt.code):
            raise await self._failed(attempt, row, "code")
        await self._store.lockouts.clear(key)
        return await self._open(usable, attempt)

    async def session(self, token: str, *, background: bool) -> Session | None:
        """The login of a token."""
        now, stored = self._now_ms(), await self._store.sessions.get(digest(token))
        idle_ms = self._settings.idle_minutes * 60_000
        if stored is None or now >= stored.until_ms or now >= stored.seen_ms + idle_ms:
            return None
        row = await self._store.staff.get(stored.staff_id)
        if row is None or row.status is not StaffStatus.ACTIVE:
            return None
        if not background and now >= stored.seen_ms + SEEN_STEP_MS:
            await self._store.sessions.seen(stored.digest, now)
        return Session(row.staff, await self._stage(row), csrf_of(token), stored.until_ms)

    async def leave(self, token: str, staff: Staff) -> None:
        """Log out."""
        await self._store.sessions.end(digest(token))
        await self._write(staff.name, "logout", staff.id)

    async def change_password(self, token: str, attempt: Attempt, new: str) -> None:
        """A new password of one's own; other logins of the same person end."""
        row = await self._row(attempt.name)
        if await self._store.lockouts.attempt(digest(attempt.name), self._now_ms(), LOCK) is None:
            raise InputError("login-locked", "too many failures", "wait half an hour, or ask an admin: suifang users")
        if not await asyncio.to_thread(passwords.fits, row.password, attempt.password):
            raise await self._failed(attempt, row, "password")
        passwords.check_strength(new, attempt.name)
        if attempt.password == new:
            raise InputError("password-same", "this is the old password", "take another one")
        hashed = await asyncio.to_thread(passwords.hash_of, new)
        changed = replace(row, password=hashed, must_change=False)
        await self._store.lockouts.clear(digest(attempt.name))
        await self._store.staff.save(changed, attempt.name, "password", iso_of(self._now_ms()))
        await self._store.sessions.end_others(row.staff.id, digest(token))

    async def offer(self, token: str, staff: Staff) -> Enrolment:
        """The second factor that this login may set up."""
        if (await self._row(staff.name)).totp:
            raise InputError("enrolled", "the second factor is set up already", "an admin can reset it: suifang users")
        secret = codes.secret_for(token)
        return Enrolment(secret, codes.enrolment_uri(secret, staff.name, self._settings.clinic))

    async def enrol(self, token: str, staff: Staff, code: str) -> None:
        """Set it up: the code shows that the authenticator has the secret."""
        offered, row = await self.offer(token, staff), await self._row(staff.name)
        step = codes.step_of(offered.secret, code, self._now_ms(), 0)
        if step is None:
            raise InputError("code-wrong", "the code does not fit", "look at the clocks of phone and server")
        changed = replace(row, totp=offered.secret, totp_step=step)
        await self._store.staff.save(changed, staff.name, "totp", iso_of(self._now_ms()))

    async def link(self, token: str) -> ResidentLink:
        """The link of a token: signed by us, not over, not revoked."""
        claim = self._signer.read(token)
        link = await self._store.links.get(claim.id)
        if link is None or self._now_ms() >= link.until_ms:
            raise unknown_link()
        return link

    async def team_of(self, scope: Scope, key: str) -> str | None:
        """The team of a visit or resident."""
        found = self._store.scope
        if scope is Scope.VISIT:
            return await found.of_visit(key)
        return await found.of_resident(key) or (await self._elsewhere(key) if self._elsewhere else None)

    async def keeps_from(self, visit_id: str, staff: Staff) -> bool:
        """Whether a visit is about mental health, and this member of staff has not taken its alert."""
        return await self._store.scope.of_the_mind(visit_id) and staff.name not in await self._store.audit.doers(
            visit_id, TAKEN
        )

    async def note(self, staff: Staff, act: str, subject: str) -> None:
        """A look at somebody's data."""
        now, key = self._now_ms(), (staff.id, act, subject)
        if now < self._noted.get(key, 0) + NOTE_STEP_MS:
            return
        await self._write(staff.name, act, subject)
        self._noted[key] = now
        if len(self._noted) > MOST_NOTES:
            self._noted = {key: at for key, at in self._noted.items() if now < at + NOTE_STEP_MS}

    async def _stage(self, row: StaffRow) -> Stage:
        if row.must_change or await self._too_old(row):
            return Stage.CHANGE_PASSWORD
        if not row.totp and not row.demo and self._settings.second_factor == "required":
            return Stage.ENROL
        return Stage.FULL

    async def _too_old(self, row: StaffRow) -> bool:
        """Whether the password is in use for longer than it may; the audit log knows since when."""
        days = self._settings.password_days
        if not days or row.demo:
            return False
        if row.password not in self._made:
            self._made[row.password] = await self._store.staff.password_made(row)
        made = datetime.fromisoformat(self._made[row.password])
        return self._now_ms() - made.timestamp() * 1000 >= days * DAY_MS

    async def _open(self, row: StaffRow, attempt: Attempt) -> tuple[str, Session]:
        now, token = self._now_ms(), new_token()
        if passwords.outdated(row.password):
            row = replace(row, password=await asyncio.to_thread(passwords.hash_of, attempt.password))
            await self._store.staff.save(row, row.staff.name, "password_rehash", iso_of(now))
        until = now + self._settings.session_hours * 3_600_000
        await self._store.sessions.add(StoredSession(digest(token), row.staff.id, now, until), now)
        await self._write(row.staff.name, "login", row.staff.id, {"from": attempt.address})
        return token, Session(row.staff, await self._stage(row), csrf_of(token), until)

    async def _code_fits(self, row: StaffRow, code: str) -> bool:
        step = codes.step_of(row.totp, code, self._now_ms(), row.totp_step)
        return step is not None and await self._store.staff.use_step(row.staff.id, step)

    async def _failed(self, attempt: Attempt, row: StaffRow | None, what: str) -> InputError:
        """Note it, and say in one way what was wrong. A name that is not known may be a password: it is not noted."""
        who, subject = (row.staff.name, row.staff.id) if row else ("unknown", "-")
        await self._write(who, "login_failed", subject, {"what": what, "from": attempt.address})
        return InputError("login-failed", "name, password or code is wrong", "try again; after five failures wait")

    async def _row(self, name: str) -> StaffRow:
        row = await self._store.staff.named(name)
        if row is None:
            raise InputError("login-needed", "the account is gone", "ask an admin")
        return row

    async def _decoy(self) -> str:
        if not self._nobody:
            self._nobody = await asyncio.to_thread(passwords.hash_of, new_token())
        return self._nobody

    async def _write(self, who: str, act: str, subject: str, detail: dict[str, object] | None = None) -> None:
        await self._store.audit.add(AuditEntry(iso_of(self._now_ms()), who, act, subject, detail or {}))
