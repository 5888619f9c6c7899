"""``suifang flows domain``: ``dialogues/domain.yml``, the slots and actions that Rasa's own reader wants to know of."""

from __future__ import annotations

import argparse
from pathlib import Path

from agent.flows.actions import ACTIONS
from agent.flows.check import COMPUTED_SLOTS
from agent.flows.model import Assign, Collect
from agent.library import Library, load_library
from suifang.commands.flows_schema import write_all

_TYPES = {
    "int": "float", "dec1": "float", "dec2": "float", "multi": "list", "medications": "list", "bool": "bool",
    "enum": "text", "text": "text", "date": "text", "datetime": "text",
}  # fmt: skip
"""Type of a form's field -> type of Rasa's slot."""
_HEAD = """# Made by `suifang flows domain` from the flows, the forms and the built-in actions; not written by hand.
# The wording is in responses/. Slots are `controlled`: our parsers fill them, not Rasa's.
version: "3.1"
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, help="folder to write to (default: dialogues below the root)")
    parser.add_argument("--verify", action="store_true", help="write nothing; exit 1 when the file there is stale")


def run(args: argparse.Namespace, root: Path) -> int:
    """Write the file, or compare it with the one there."""
    texts = {"domain.yml": domain_text(load_library(root))}
    return write_all(args.out or root / "dialogues", texts, verify=args.verify)


def domain_text(library: Library) -> str:
    """The whole file."""
    lines = ["slots:"]
    for slot, kind in sorted(slot_types(library).items()):
        lines += [f"  {slot}:", f"    type: {kind}", "    mappings:", "      - type: controlled"]
    lines += ["actions:", *(f"  - {action}" for action in sorted(ACTIONS))]
    return _HEAD + "\n".join(lines) + "\n"


def slot_types(library: Library) -> dict[str, str]:
    """Every slot that a flow, an ask or a form names, with its type."""
    types: dict[str, str] = {}
    for flow in library.script.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Collect):
                types |= dict.fromkeys((step.ask, *step.fills), "any")
            elif isinstance(step, Assign):
                types |= dict.fromkeys(step.values, "any")
            for branch in step.next:
                types |= dict.fromkeys(branch.condition.slots if branch.condition else (), "any")
    types |= dict.fromkeys(COMPUTED_SLOTS, "any")
    for form in library.rules.forms.values():
        types |= {item.slot: _TYPES[item.type] for item in form.fields()}
    return types
