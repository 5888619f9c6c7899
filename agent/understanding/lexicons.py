"""All vocabulary that understanding reads from ``nlu_data/``, checked and compiled once.

Nothing here knows what an answer means; it only turns reviewed YAML into frozen tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from agent.errors import DefinitionError
from agent.understanding.medicine_lexicon import MedicineLexicon, build_medicines
from agent.understanding.mishearing import Mishearings, build_mishearings
from agent.understanding.phrases import Phrases, compile_phrases
from agent.understanding.symptom_lexicon import SymptomLexicon, build_symptoms
from agent.yaml_lines import load_yaml

T = TypeVar("T")
_PHRASE_FILES = (
    "general", "yes_no", "opening", "relations", "polarity", "adherence", "doses", "intent_phrases", "volunteered",
    "record_mentions",
)  # fmt: skip


@dataclass(frozen=True)
class Lexicons:
    """Everything read from ``nlu_data/``."""

    general: Mapping[str, Phrases]
    """unknown, refused, repeat and what keeps them from counting."""
    yes_no: Mapping[str, Phrases]
    opening: Mapping[str, Phrases]
    relations: Mapping[str, Phrases]
    """GB/T 4761 code -> words for the relation."""
    polarity: Mapping[str, Phrases]
    adherence: Mapping[str, Phrases]
    doses: Mapping[str, Phrases]
    intent_phrases: Mapping[str, Phrases]
    volunteered: Mapping[str, Phrases]
    record_mentions: Mapping[str, Phrases]
    """Field of the health record -> words by which a fact of it is told unasked."""
    symptoms: SymptomLexicon
    medicines: MedicineLexicon
    mishearings: Mishearings


def load_lexicons(nlu_data_dir: Path) -> Lexicons:
    """Read and check every lexicon; ``DefinitionError`` names file, line and remedy."""
    sets = {name: _phrase_file(nlu_data_dir / f"{name}.yml") for name in _PHRASE_FILES}
    return Lexicons(
        **sets,
        symptoms=_checked(nlu_data_dir / "symptoms.yml", build_symptoms),
        medicines=_checked(nlu_data_dir / "medicines.yml", build_medicines),
        mishearings=_checked(nlu_data_dir / "mishearings.yml", build_mishearings),
    )


def _read(path: Path) -> Mapping[str, Any]:
    data = load_yaml(path)
    if not isinstance(data, dict):
        raise _fault(path, 1, "the top of the file is no mapping", "begin with the section names")
    return data


def _fault(path: Path, line: int, message: str, remedy: str) -> DefinitionError:
    return DefinitionError("lexicon", message, remedy, path=path, line=line)


def _phrase_file(path: Path) -> Mapping[str, Phrases]:
    data = _read(path)
    define = {str(k): str(v) for k, v in (data.get("define") or {}).items()}
    sets = data.get("sets")
    if not isinstance(sets, dict):
        raise _fault(path, 1, "no section 'sets'", "put the phrase lists under 'sets:'")
    return {str(name): _phrase_set(path, name, body, define) for name, body in sets.items()}


def _phrase_set(path: Path, name: object, body: object, define: Mapping[str, str]) -> Phrases:
    if not isinstance(name, str):
        raise _fault(path, 1, f"the set name {name} is read as a truth value", 'write it in quotes: "yes", "no"')
    any_of, unless = (body.get("any"), body.get("unless", [])) if isinstance(body, dict) else (body, [])
    lists = _strings(any_of), _strings(unless)
    if lists[0] is None or lists[1] is None:
        line = _line(path, f"{name}:")
        raise _fault(path, line, f"set '{name}' is no list of phrases", "write '- phrase' lines, quoted")
    try:
        return compile_phrases(name, lists[0], define, lists[1])
    except (KeyError, re.error):
        for pattern in (*lists[0], *lists[1]):
            _check_pattern(path, pattern, define)
        raise


def _strings(listed: object) -> list[str] | None:
    """The list, if it is one of texts that are not empty."""
    if isinstance(listed, list) and all(isinstance(item, str) and item for item in listed):
        return listed
    return None


def _check_pattern(path: Path, pattern: str, define: Mapping[str, str]) -> None:
    try:
        compile_phrases("check", [pattern], define)
    except KeyError as error:
        raise _fault(
            path, _line(path, pattern), f"<{error.args[0]}> is not defined", "add it under 'define:'"
        ) from None
    except re.error as error:
        raise _fault(path, _line(path, pattern), f"'{pattern}': {error.msg}", "close every bracket") from None


def _checked(path: Path, build: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        return build(_read(path))
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        what = str(error).strip("'\"")
        raise _fault(
            path, _line(path, what), f"an entry cannot be read: {what}", "compare it with its neighbours"
        ) from None


def _line(path: Path, needle: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if needle and needle in line), 1)
