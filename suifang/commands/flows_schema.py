"""``suifang flows schema``: JSON Schemas of the data files, for editors (``# yaml-language-server: $schema=…``)."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from agent.domain.alerts import FLAGS
from agent.domain.effects import Outcome, Patience
from agent.errors import InputError
from agent.flows.actions import ACTIONS
from agent.library import load_library

Schema = dict[str, Any]
FOLDER = Path("docs") / "schemas"
TEXT: Schema = {"type": "string", "minLength": 1}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--out", type=Path, help="folder to write to (default: docs/schemas below the root)")
    parser.add_argument("--verify", action="store_true", help="write nothing; exit 1 when a file there is stale")


def run(args: argparse.Namespace, root: Path) -> int:
    """Write the schemas, or compare them with those there."""
    texts = {f"{name}.json": as_text(schema) for name, schema in schemas(root).items()}
    return write_all(args.out or root / FOLDER, texts, verify=args.verify)


def write_all(folder: Path, texts: dict[str, str], *, verify: bool) -> int:
    """Write generated files, or name those that are stale (exit code 1)."""
    stale = [name for name, text in texts.items() if _present(folder / name) != text]
    if verify:
        sys.stdout.writelines(f"{folder / name} is stale -> run the command without --verify\n" for name in stale)
        return 1 if stale else 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in stale:
            (folder / name).write_text(texts[name], "utf-8")
    except OSError as error:
        raise InputError(
            "out-unwritable", f"{folder} cannot be written ({error.strerror})", "name another folder"
        ) from None
    sys.stdout.writelines(f"{folder / name}\n" for name in texts)
    return 0


def _present(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


def as_text(schema: Schema) -> str:
    """As it lies in the file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def schemas(root: Path) -> dict[str, Schema]:
    """All schemas by file name."""
    asks = sorted(load_library(root).knowledge.parsers)
    return {
        "flows": flows_schema(asks),
        "responses": responses_schema(),
        "answers": _list_of("A question, an answer, the slots it fills", _answer(asks)),
        "redflags": _list_of("An utterance and the red flags that it raises", _red_flag()),
        "dialogues": _list_of("A conversation with a simulated resident", _dialogue()),
    }


def flows_schema(asks: list[str]) -> Schema:
    """Files of ``dialogues/flows/``."""
    step: Schema = _object(
        {
            "id": TEXT,
            "description": {"type": "string"},
            "collect": _known(asks, "an ask id: what is asked"),
            "action": _known(sorted(ACTIONS), "utter_… to speak, action_… for what is built in"),
            "call": {**TEXT, "description": "run another flow, then come back"},
            "link": {**TEXT, "description": "go over to another flow"},
            "set_slots": {"type": "array", "items": {"type": "object"}, "description": "fixed values; null forgets"},
            "noop": {"const": True},
            "utter": TEXT,
            "ask_before_filling": {"type": "boolean"},
            "next": {"$ref": "#/$defs/next"},
            "rejections": {"type": "array", "items": _object({"if": TEXT, "utter": TEXT}, "if", "utter")},
            "metadata": _object(
                {
                    "fills": {"type": "array", "items": TEXT, "minItems": 1},
                    "patience": {"enum": [str(item) for item in Patience]},
                    "required": {"type": "boolean"},
                    "once": {"type": "boolean"},
                    "enough": TEXT,
                },
                more=True,
            ),
        }
    )
    step["oneOf"] = [{"required": [kind]} for kind in ("collect", "action", "call", "link", "set_slots", "noop")]
    target: Schema = {"anyOf": [TEXT, {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1}]}
    branch: Schema = {"oneOf": [_object({"if": TEXT, "then": target}, "if", "then"), _object({"else": target}, "else")]}
    flow = _object(
        {
            "name": TEXT,
            "description": TEXT,
            "metadata": _object({"form": TEXT, "version": TEXT}, more=True),
            "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1},
        },
        "description", "steps",
    )  # fmt: skip
    following: Schema = {"anyOf": [TEXT, {"type": "array", "items": branch, "minItems": 1}]}
    top = _object({"version": TEXT, "flows": {"type": "object", "additionalProperties": flow}}, "flows")
    return _titled("Flows of Suifang, in the Rasa flows format", {**top, "$defs": {"step": step, "next": following}})


def responses_schema() -> Schema:
    """Files of ``dialogues/responses/``."""
    metadata = _object({"interruptible": {"type": "boolean"}}, more=True)
    variant = _object({"text": TEXT, "channel": {"const": "chat"}, "metadata": metadata}, "text")
    responses: Schema = {
        "type": "object",
        "propertyNames": {"pattern": "^utter_"},
        "additionalProperties": {"type": "array", "items": variant, "minItems": 1},
    }
    return _titled(
        "Wording, in the Rasa domain format", _object({"version": TEXT, "responses": responses}, "responses")
    )


def _answer(asks: list[str]) -> Schema:
    return _object(
        {
            "id": TEXT,
            "ask": _known(asks, "what was asked"),
            "text": {"type": "string"},
            "now": TEXT,
            "confirm": {"type": "boolean"},
            "expect": {"type": "object", "description": "slots that are filled; _answer: unknown, refused, yes …"},
        },
        "id", "ask", "text", "expect",
        more=True,
    )  # fmt: skip


def _red_flag() -> Schema:
    flags: Schema = {"type": "array", "items": {"enum": list(FLAGS)}}
    expect = _object({"flags": flags, "subject": {"enum": ["self", "other"]}}, "flags", more=True)
    fields: Schema = {"id": TEXT, "text": {"type": "string"}, "context": {"type": ["string", "null"]}, "expect": expect}
    return _object(fields, "id", "text", "expect", more=True)


def _dialogue() -> Schema:
    resident = _object({name: {} for name in ("name", "sex", "birth_date", "phone", "id")}, "name")
    expect = _object(
        {
            "outcome": {"enum": [str(item) for item in Outcome]},
            "slots": {"type": "object"},
            "suggested_visit_class": {},
            "next_visit_within_days": {"type": ["integer", "null"]},
            "alerts": {"type": "array", "items": {"enum": list(FLAGS)}},
        },
        more=True,
    )
    injection = _object({"at": TEXT, "user": {"type": "string", "description": "empty: nothing is said"}}, "at", "user")
    return _object(
        {
            "id": TEXT,
            "flow": TEXT,
            "now": TEXT,
            "resident": resident,
            "history": {"type": "object"},
            "answers": {"type": "object", "description": "ask id -> what is said; a list is said in turn"},
            "injections": {"type": "array", "items": injection},
            "expect": expect,
            "voice": {"type": "object"},
        },
        "id", "flow", "resident",
        more=True,
    )  # fmt: skip


def _object(properties: Schema, *required: str, more: bool = False) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": more}
    return {**made, "required": list(required)} if required else made


def _known(names: list[str], description: str) -> Schema:
    """A text with names for the editor to offer; others may exist."""
    return {"anyOf": [{"enum": names}, TEXT], "description": description}


def _list_of(title: str, item: Schema) -> Schema:
    return _titled(title, {"type": "array", "items": item})


def _titled(title: str, schema: Schema) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}
