"""The service's entrance put together: logins, accounts, links, and the key that signs them."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from agent.errors import InputError
from connectors.access.limits import Limits, Rate
from connectors.access.tokens import LinkSigner
from connectors.api import Gate
from connectors.api.hardening import Counting
from connectors.api.ports import Chats
from connectors.signing.ports import SigningBackend
from suifang.accounts import Accounts
from suifang.app import App
from suifang.doors import HouseDoors
from suifang.letters import HouseLetters
from suifang.linking import HouseLinks, LinkParts, Residents
from suifang.settings import Settings

DEMO_KEY = "demo.key"


@dataclass(frozen=True, slots=True)
class Entry:
    """The gate, with the parts of it that the program itself uses."""

    gate: Gate
    accounts: Accounts
    links: HouseLinks


def wall_ms() -> int:
    """The time of day; logins and links outlive the process."""
    return int(time.time() * 1000)


def open_gate(app: App, backend: SigningBackend, chats: Chats | None, signer: LinkSigner) -> Entry:
    """The gate over an open application."""
    accounts = Accounts(app.store, wall_ms)
    residents = Residents(app.store, backend, app.settings.team_id)
    links = HouseLinks(LinkParts(app.library, app.store, residents, signer, app.settings, wall_ms), chats)
    doors = HouseDoors(app.store, app.settings, signer, wall_ms, residents.team_elsewhere)
    most = app.settings.requests_per_minute
    limits = Limits(address=Rate(most, 60), holder=Rate(most // 4, 60))
    counting = Counting(app.live, limits)
    gate = Gate(doors, accounts, links, HouseLetters(app.store.outbox), counting, app.settings.address)
    return Entry(gate, accounts, links)


def signer_of(settings: Settings) -> LinkSigner:
    """The signer with the key of the settings. Raises ``InputError`` when there is none, or it is short."""
    key = settings.secret_key.get_secret_value()
    if not key:
        raise InputError(
            "secret-missing", "SUIFANG_SECRET_KEY is empty",
            "set it to the output of: suifang users secret (or try the service out: suifang serve --demo)",
        )  # fmt: skip
    return LinkSigner(key)


def demo_signer(settings: Settings) -> LinkSigner:
    """The signer of demonstrations: the settings' key, or one of this folder's own, made at first use."""
    return signer_of(settings) if settings.secret_key.get_secret_value() else LinkSigner(_demo_key(settings.data_dir))


def command_signer(settings: Settings) -> LinkSigner:
    """The signer of the command line: that of the service, or of the demonstration that was started here."""
    if (settings.data_dir / DEMO_KEY).is_file():
        return demo_signer(settings)
    return signer_of(settings)


def _demo_key(folder: Path) -> str:
    path = folder / DEMO_KEY
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        pass
    except OSError as error:
        raise InputError(
            "folder-unwritable", f"{path} cannot be written ({error.strerror})", "give a writable SUIFANG_DATA_DIR"
        ) from None
    return path.read_text("utf-8")
