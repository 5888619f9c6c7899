"""The way to a visit's video room for who calls by telephone: promised in the talk, carried by the outbox, once."""

from __future__ import annotations

import sys
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from agent.domain.answers import is_mobile
from agent.domain.events import ConversationOpened, Event
from agent.errors import ConnectorError, InputError, StorageError
from agent.report.fold import fold_slots
from connectors.access.people import Purpose, ResidentLink, Speaker
from connectors.access.tokens import LinkClaim, LinkSigner
from connectors.database.engine import CONFLICT
from connectors.notify.console import PrintedMessages
from connectors.notify.ports import Message, Messages
from connectors.storage.parcels import OutboxRow
from connectors.storage.sql import SqlStore
from suifang.accounts import iso_of
from suifang.egress import check_egress, is_local
from suifang.settings import Settings

GOOD_MS = 2 * 3_600_000
"""No ladder and no talk takes longer; a link that lies about opens nothing tomorrow."""
TEXT = "{clinic}：家庭医生会在视频里和您说话。请点开：{url} 两小时内有效，请不要转给别人。"
TEXT_FAMILY = "{clinic}：您家里人正在找家庭医生。请您点开，和医生视频：{url} 两小时内有效，请不要转给别人。"
"""Nothing in them names anybody or tells what for: messages stand on locked screens."""
MAKER = "agent"
"""Who made such a link, as the audit log says it."""


@dataclass(frozen=True, slots=True)
class RoomLetters:
    """Turns a promise into a message."""

    store: SqlStore
    signer: LinkSigner
    messages: Messages
    settings: Settings

    async def deliver(self, row: OutboxRow, now_ms: int) -> str:
        """Send what a row of the outbox promises; the gateway's number. The same row gives the same link.

        Raises ``ConnectorError``: link-over when it is too late for it, phone-unknown, or what the gateway says;
        ``StorageError`` when the store cannot be used now.
        """
        speaker = Speaker(str(row.body["to"]))
        until_ms = int(datetime.fromisoformat(row.created).timestamp() * 1000) + GOOD_MS
        if now_ms >= until_ms:
            raise ConnectorError("link-over", "the message would come hours too late", "call the resident")
        phone = await self._phone(row, speaker)
        if not is_mobile(phone):
            raise ConnectorError("phone-unknown", "there is no number that takes messages", "call the resident")
        link = await self._link(row, speaker, until_ms, now_ms)
        token = self.signer.sign(LinkClaim(link.id, link.purpose.value, link.until_ms))
        text = TEXT if speaker is Speaker.SELF else TEXT_FAMILY
        words = text.format(clinic=self.settings.clinic, url=f"{self.settings.address}/r/{token}")
        return await self.messages.send(Message(row.key, phone, words))

    async def _phone(self, row: OutboxRow, speaker: Speaker) -> str:
        if speaker is Speaker.SELF:
            resident = await self.store.scope.resident(row.resident_id)
            return resident.phone if resident else ""
        return contact_phone(await self.store.events.read(row.visit_id))

    async def _link(self, row: OutboxRow, speaker: Speaker, until_ms: int, now_ms: int) -> ResidentLink:
        link_id = uuid.uuid5(uuid.NAMESPACE_OID, row.key).hex
        if (found := await self.store.links.get(link_id)) is not None:
            return found
        visit = await self.store.visits.get(row.visit_id)
        team = await self.store.scope.of_resident(row.resident_id)
        if visit is None or not team:
            raise ConnectorError("link-over", "there is no such visit any more", "nothing is to be done")
        link = ResidentLink(
            link_id, Purpose.ROOM, row.resident_id, visit.flow, speaker, team, until_ms, row.visit_id
        )  # fmt: skip
        try:
            await self.store.links.add(link, MAKER, iso_of(now_ms))
        except StorageError as error:
            if error.code != CONFLICT:
                raise
            # It is there, and get does not show it.
            raise ConnectorError("link-over", "this link was revoked", "call the resident") from None
        return link


def contact_phone(events: Sequence[Event]) -> str:
    """The contact person's number: as told in this talk, or as known from before."""
    told = fold_slots(events).get("contact_phone")
    opened = next((event.body for event in events if isinstance(event.body, ConversationOpened)), None)
    known = opened.history.get("contact_phone") if opened else None
    return str(told.value if told else known or "")


def may_print(settings: Settings) -> bool:
    """Whether links may be printed where the service runs: nobody reaches it from elsewhere."""
    return is_local(settings.host) and is_local(urlsplit(settings.address).hostname or "")


@asynccontextmanager
async def open_letters(
    settings: Settings, store: SqlStore, signer: Callable[[], LinkSigner]
) -> AsyncIterator[RoomLetters | None]:
    """Messages as the settings ask for; None for none. Raises ``InputError`` for settings that cannot work."""
    if settings.messages == "none":
        yield None
        return
    if settings.messages == "console":
        if not may_print(settings):
            raise InputError(
                "messages-open", "SUIFANG_MESSAGES=console prints links where the service runs, for this machine only",
                "name a gateway: SUIFANG_MESSAGES=http",
            )  # fmt: skip
        yield RoomLetters(store, signer(), PrintedMessages(sys.stderr.write), settings)
        return
    key = settings.message_key.get_secret_value()
    if not settings.message_url or not key:
        raise InputError(
            "setting-missing", "SUIFANG_MESSAGES=http needs an address and a key",
            "set SUIFANG_MESSAGE_URL and SUIFANG_MESSAGE_KEY",
        )  # fmt: skip
    gateway = urlsplit(check_egress(settings, "SUIFANG_MESSAGE_URL", settings.message_url))
    if gateway.scheme != "https" and not (gateway.scheme == "http" and is_local(gateway.hostname or "")):
        raise InputError(
            "message-url", "SUIFANG_MESSAGE_URL would carry numbers, links and the key in clear",
            "use https://, or a gateway on this machine",
        )  # fmt: skip
    try:
        from connectors.notify.http import Gateway, open_http_messages  # noqa: PLC0415 - httpx is an extra
    except ImportError:
        raise InputError(
            "httpx-missing", "messages by a gateway need httpx", "pip install 'suifang[messages]'"
        ) from None
    async with open_http_messages(Gateway(settings.message_url, key)) as messages:
        yield RoomLetters(store, signer(), messages, settings)
