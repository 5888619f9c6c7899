"""``suifang link create|revoke``: links that residents are sent; each opens one conversation."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from typing import get_args

from agent.errors import InputError
from connectors.access.people import Purpose, Speaker, Talk
from connectors.api.links import WantedLink
from suifang.app import open_app
from suifang.gate import command_signer, open_gate
from suifang.linking import revoke_link
from suifang.settings import read_settings
from suifang.signing import open_backend
from suifang.storing import open_house_store

EXAMPLE = "suifang link create R00012 --flow hypertension_followup --hours 24"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("action", choices=["create", "revoke"], help="make a link; make one worthless")
    parser.add_argument("id", help="create: the resident's id; revoke: the link's id")
    parser.add_argument("--flow", default="hypertension_followup", help="create: what the conversation is about")
    parser.add_argument(
        "--purpose", choices=[p.value for p in get_args(Talk)], default="chat", help="create: typed or spoken"
    )
    parser.add_argument("--family", action="store_true", help="create: for a member of the family who answers")
    parser.add_argument("--hours", type=int, metavar="N", help="create: how long it is good (SUIFANG_LINK_HOURS)")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Do it."""
    settings, by = read_settings(), f"cli:{getpass.getuser()}"[:64]
    if args.hours is not None and not 1 <= args.hours <= 720:
        raise InputError("hours", f"{args.hours} hours are impossible", "give 1 to 720")
    signer = command_signer(settings)
    if args.action == "revoke":
        async with open_house_store(settings) as store:
            await revoke_link(store, args.id, by, None)
        return 0
    async with open_app(settings) as app, open_backend(settings) as backend:
        links = open_gate(app, backend, None, signer).links
        speaker = Speaker.FAMILY if args.family else Speaker.SELF
        wanted = WantedLink(args.id, args.flow, Purpose(args.purpose), speaker, args.hours)
        made = await links.create(wanted, by, None)
    told = {"id": made.link.id, "url": made.url, "until_ms": made.link.until_ms}
    sys.stdout.write((json.dumps(told) if args.json else f"{made.url}\n{made.link.id}") + "\n")
    return 0
