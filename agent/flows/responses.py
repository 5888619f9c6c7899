"""Wording files (``responses:`` of the Rasa domain format) -> ``Response`` by id; filling in of ``{placeholders}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent.errors import DefinitionError
from agent.flows.model import Response
from agent.yaml_lines import line_of, load_yaml

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def read_responses(folder: Path) -> dict[str, Response]:
    """All responses of ``folder/*.yml``. Raises ``DefinitionError`` for a doubled or empty one."""
    responses: dict[str, Response] = {}
    for path in sorted(folder.glob("**/*.yml")):
        document = load_yaml(path)
        for name, variants in ((document or {}).get("responses") or {}).items():
            line = line_of(document["responses"], name)
            if name in responses:
                first = responses[name]
                raise DefinitionError(
                    "response-twice",
                    f"{name} stands in {first.path}:{first.line} too",
                    "delete one of them",
                    path=path,
                    line=line,
                )
            responses[name] = _response(name, variants, path, line)
    return responses


def _response(name: str, variants: Any, path: Path, line: int) -> Response:
    items = [item for item in variants or () if isinstance(item, dict)]
    texts = tuple(str(item.get("text", "")).strip() for item in items if "channel" not in item)
    written = tuple(str(item.get("text", "")).strip() for item in items if item.get("channel") == "chat")
    if not texts or not all(texts):
        raise DefinitionError(
            "response-empty", f"{name} has no text", 'write `- text: "…"` under it', path=path, line=line
        )
    metadata = variants[0].get("metadata") or {}
    return Response(name, texts, bool(metadata.get("interruptible", True)), str(path), line, written)


def fill(text: str, values: Mapping[str, object]) -> str:
    """``text`` with ``{name}`` replaced; an unknown name becomes nothing rather than a brace that is read aloud."""
    return _PLACEHOLDER.sub(lambda match: str(values.get(match.group(1), "")), text)


def placeholders(text: str) -> frozenset[str]:
    """Names that ``text`` wants filled in."""
    return frozenset(_PLACEHOLDER.findall(text))
