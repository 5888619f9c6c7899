"""``suifang backend seed|due|resident|figures|contract|questionnaire``: the contract-management backend."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

import yaml

from agent.clinical.forms import find_form
from agent.errors import InputError
from agent.library import load_library
from connectors.fhir.questionnaire import questionnaire
from connectors.signing.ports import SigningBackend
from connectors.signing.reference import ReferenceBackend, open_reference
from connectors.signing.seed import seed
from connectors.signing.serve import Client, signing_api
from connectors.storage.sql import SqlStore
from suifang.calling import call_list
from suifang.keys import keys_of
from suifang.people import birth_from
from suifang.settings import Settings, read_settings
from suifang.signing import open_backend
from suifang.storing import open_house_store

EXAMPLE = "suifang backend seed --residents 500 --seed 1"
ACTIONS = ("seed", "due", "resident", "figures", "contract", "questionnaire")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "action",
        choices=ACTIONS,
        help="fill it; what it tells; its contract as OpenAPI, a form as FHIR",
    )
    parser.add_argument("id", nargs="?", default="", help="resident: whose file; questionnaire: which form")
    parser.add_argument("--residents", type=int, default=500, metavar="N", help="seed: how many people")
    parser.add_argument("--seed", type=int, default=1, help="seed: another seed is another township")
    parser.add_argument("--replace", action="store_true", help="seed: delete what the backend holds now")
    parser.add_argument("--on", metavar="DAY", default="", help="the day asked about, such as 2026-11-23")
    parser.add_argument("--most", type=int, default=20, metavar="N", help="due: how many are shown")
    parser.add_argument("--json", action="store_true", help="machine output")


async def run(args: argparse.Namespace) -> int:
    """Do it."""
    settings, on = read_settings(), birth_from(args.on) or date.today()
    if args.action == "contract":
        sys.stdout.write(contract_yaml())
        return 0
    if args.action == "questionnaire":
        form = find_form(load_library(settings.root).rules.forms, args.id)
        if form is None:
            raise InputError("form-unknown", f"there is no form {args.id!r}", "such as gw3-htn")
        sys.stdout.write(json.dumps(questionnaire(form), ensure_ascii=False, indent=1) + "\n")
        return 0
    if args.action == "seed":
        return await _seed(args, settings, on)
    async with open_backend(settings) as backend, open_house_store(settings) as store:
        told = await _ask(args, backend, store, on)
    sys.stdout.write((json.dumps(told, ensure_ascii=False) if args.json else _plain(told)) + "\n")
    return 0


async def _seed(args: argparse.Namespace, settings: Settings, on: date) -> int:
    if not 1 <= args.residents <= 100_000:
        raise InputError("residents", f"{args.residents} residents are impossible", "give 1 to 100000")
    async with open_reference(settings.signing_database, keys=keys_of(settings)) as backend:
        if not args.replace and any(figure.whole for figure in await backend.figures(on)):
            raise InputError("backend-filled", "the embedded backend holds residents already", "add --replace")
        made = await seed(backend.database, args.residents, args.seed, on)
    sys.stdout.write(json.dumps(made) + "\n" if args.json else f"{settings.signing_database}: {_counts(made)}\n")
    return 0


async def _ask(args: argparse.Namespace, backend: SigningBackend, store: SqlStore, on: date) -> Any:
    if args.action == "due":
        found = await call_list(backend, store, on, args.most)
        if found.opted_out:
            sys.stderr.write(f"{found.opted_out} more are due and want no calls\n")
        if found.children:
            sys.stderr.write(f"{found.children} more are due and are children: see the family in person\n")
        return [asdict(item) for item in found.due]
    if args.action == "figures":
        return [{**asdict(item), "share": item.share} for item in await backend.figures(on)]
    file = await backend.resident(args.id, on)
    if file is None:
        raise InputError("resident-unknown", f"the backend has no resident {args.id!r}", "see suifang backend due")
    return asdict(file)


def contract_yaml() -> str:
    """The contract as docs/api/signing.yaml holds it."""
    api = signing_api(ReferenceBackend.__new__(ReferenceBackend), Client("", ""))
    return yaml.safe_dump(api.openapi(), allow_unicode=True, sort_keys=False, width=120)


def _counts(made: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in made.items())


def _plain(told: Any) -> str:
    if isinstance(told, dict):
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=False).rstrip()
    return "\n".join(_line(item) for item in told) or "nothing"


def _line(item: dict[str, Any]) -> str:
    if "share" in item:
        share = "-" if item["share"] is None else f"{item['share']:.1%}"
        return f"{item['title']}  {share}  ({item['part']}/{item['whole']})"
    return f"{item['due']}  {item['resident_id']}  {item['name']}  {item['flow']}  {item['team']}"
