"""How values are said aloud when they are read back (``dialogues/clinical/spoken.yml``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from agent.clinical.yamlfile import Node, read_yaml

ANY = "any"
"""In place of a code: every other value, with ``{value}`` for its words."""

Spoken = Mapping[str, Mapping[str, str]]
"""Slot -> code, or ``any`` -> words."""


def load_spoken(path: Path, known: Collection[str]) -> Spoken:
    """Read the file. Raises ``DefinitionError`` for a slot that no form has, or words without their value."""
    node = read_yaml(path)
    node.fields("version", "words")
    return {slot: _words(slot, table, known) for slot, table in node.need("words").fields().items()}


def _words(slot: str, table: Node, known: Collection[str]) -> Mapping[str, str]:
    if slot not in known:
        raise table.error(f"没有表单有 {slot!r}", "改成表单里的字段名，或删去这一行")
    words = {code: said.as_text() for code, said in table.fields().items()}
    if ANY in words and "{value}" not in words[ANY]:
        raise table.error(f"{slot} 的 any 里没有数值", "写上 {value}")
    return words
