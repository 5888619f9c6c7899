"""``suifang flows new NAME --form FORM``: the files of a new programme, working at once; no Python is needed."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from agent.errors import InputError
from agent.flows.model import CallFlow, Collect
from agent.library import Library, load_library
from suifang.skeleton import files_of_form, own_files

_ID = re.compile(r"[a-z][a-z0-9_]*")
_FORM_ID = re.compile(r"[a-z][a-z0-9-]*")
_SHARED = ("opening", "medicines", "closing")
"""Flows that every skeleton calls."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", help="id of the new flow, such as gout_followup")
    parser.add_argument("--form", required=True, help="id of the form it fills; written too when there is none yet")
    parser.add_argument("--title", help="the disease or service in Chinese, such as 痛风 (default: the form's id)")


def run(args: argparse.Namespace, root: Path) -> int:
    """Write the files; none is ever overwritten."""
    library = load_library(root)
    _check_names(args.name, args.form, library)
    stem = args.name.removesuffix("_followup")
    words = {"flow": args.name, "form": args.form, "title": args.title or args.form, "stem": stem}
    form = library.rules.forms.get(args.form)
    if form is None:
        files = own_files(words)
    else:
        words["title"] = args.title or form.short or form.title
        files = files_of_form(words, _asks(args.form, library))
    taken = next((path for path in files if (root / path).exists()), None)
    if taken:
        raise InputError("file-exists", f"{taken} is there already", "choose another name, or move that file away")
    for path, text in files.items():
        _write(root / path, text)
    sys.stdout.writelines(f"{root / path}\n" for path in files)
    sys.stdout.write(
        f"next: suifang flows check; suifang eval dialogues evaluation/cases/dialogues/{args.name}.yaml; "
        f"suifang chat {args.name}\n"
    )
    return 0


def _check_names(name: str, form: str, library: Library) -> None:
    if not _ID.fullmatch(name):
        raise InputError("name-invalid", f"{name!r} cannot be a flow id", "use small letters, digits and _")
    if not _FORM_ID.fullmatch(form):
        raise InputError("name-invalid", f"{form!r} cannot be a form id", "use small letters, digits and -")
    if name in library.script.flows:
        raise InputError("flow-exists", f"there is a flow {name} already", "choose another name")


def _asks(form: str, library: Library) -> list[tuple[str, str]]:
    """The asks of a form that a parser reads and wording asks, without those of the shared flows."""
    flows = library.script.flows
    shared = {ask for name in _SHARED if name in flows for ask in _asked_in(name, library)}
    asks = {
        field.ask: field.label
        for field in library.rules.forms[form].fields()
        if field.ask in library.knowledge.parsers and f"utter_ask_{field.ask}" in library.script.responses
    }
    found = [(ask, label) for ask, label in asks.items() if ask not in shared]
    if not found:
        raise InputError(
            "form-without-asks", f"no field of {form} can be asked for", "give the form fields with `ask:`"
        )
    return found


def _asked_in(flow: str, library: Library) -> set[str]:
    steps = library.script.flows[flow].steps.values()
    asks = {step.ask for step in steps if isinstance(step, Collect)}
    for step in steps:
        if isinstance(step, CallFlow) and step.flow in library.script.flows:
            asks |= _asked_in(step.flow, library)
    return asks


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{path} cannot be written ({error.strerror})", "check the rights of the folder"
        ) from None
