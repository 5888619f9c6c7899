"""``suifang users add|list|disable|reset|totp|secret``: accounts of staff."""

from __future__ import annotations

import argparse
import getpass
import json
import secrets
import sys

from agent.errors import InputError
from connectors.access.people import Role
from connectors.api.staff import NewStaff
from suifang.accounts import Accounts
from suifang.gate import wall_ms
from suifang.settings import read_settings
from suifang.storing import open_house_store

EXAMPLE = "suifang users add wang --role doctor --team T1 --shown 王医生"
ACTIONS = ("add", "list", "disable", "reset", "totp", "secret")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action", choices=ACTIONS,
        help="make an account; show all; close one; a new password; a lost second factor; a key for SUIFANG_SECRET_KEY",
    )  # fmt: skip
    parser.add_argument("name", nargs="?", default="", help="the login name")
    parser.add_argument("--role", choices=[role.value for role in Role], help="add: what they do")
    parser.add_argument("--team", default="", help="add: id of the team whose residents they see, such as T1")
    parser.add_argument("--shown", default="", metavar="NAME", help="add: the name that records show, such as 王医生")
    parser.add_argument("--password-stdin", action="store_true", help="add: read the first password from the input")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Do it."""
    if args.action == "secret":
        sys.stdout.write(secrets.token_urlsafe(32) + "\n")
        return 0
    if args.action != "list" and not args.name:
        raise InputError("name-missing", "whose account is not said", f"suifang users {args.action} NAME")
    settings = read_settings()
    async with open_house_store(settings) as store:
        told = await _act(args, Accounts(store, wall_ms), f"cli:{getpass.getuser()}"[:64])
    sys.stdout.write((json.dumps(told, ensure_ascii=False) if args.json else _plain(told)) + "\n")
    return 0


async def _act(args: argparse.Namespace, accounts: Accounts, by: str) -> list[dict[str, str]]:
    match args.action:
        case "add":
            if args.role is None:
                raise InputError(
                    "role-missing", "what they do is not said", "add --role doctor, nurse, operator, admin"
                )
            new = NewStaff(args.name, args.shown or args.name, Role(args.role), args.team)
            given = sys.stdin.readline().rstrip("\n") if args.password_stdin else None
            return [{"name": args.name, "password": await accounts.add(new, by, given)}]
        case "reset":
            return [{"name": args.name, "password": await accounts.reset(args.name, by)}]
        case "disable":
            await accounts.disable(args.name, by)
        case "totp":
            await accounts.forget_totp(args.name, by)
    return [
        {
            "name": row.staff.name, "role": row.staff.role.value, "team": row.staff.team, "shown": row.staff.shown,
            "status": row.status.value, "second_factor": "set up" if row.totp else "not yet",
        }
        for row in await accounts.all()
    ]  # fmt: skip


def _plain(told: list[dict[str, str]]) -> str:
    return "\n".join("  ".join(item.values()) for item in told) or "there are no accounts: suifang users add"
