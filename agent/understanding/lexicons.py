"""All vocabulary that understanding reads from ``nlu_data/``, checked and compiled once.

Nothing here knows what an answer means; it only turns reviewed YAML into frozen tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from agent.errors import DefinitionError
from agent.understanding.medicine_lexicon import MedicineLexicon, build_medicines
from agent.understanding.phrases import Phrases, compile_phrases
from agent.understanding.symptom_lexicon import SymptomLexicon, build_symptoms

T = TypeVar("T")
_PHRASE_FILES = ("general", "yes_no", "opening", "relations", "polarity", "adherence", "doses", "intent_phrases", "volunteered")


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
    symptoms: SymptomLexicon
    medicines: MedicineLexicon


def load_lexicons(nlu_data_dir: Path) -> Lexicons:
    """Read and check every lexicon; ``DefinitionError`` names file, line and remedy."""
    sets = {name: _phrase_file(nlu_data_dir / f"{name}.yml") for name in _PHRASE_FILES}
    return Lexicons(
        **sets,
        symptoms=_checked(nlu_data_dir / "symptoms.yml", build_symptoms),
        medicines=_checked(nlu_data_dir / "medicines.yml", build_medicines),
    )


def read_yaml(path: Path) -> Mapping[str, Any]:
    """A YAML file whose top is a mapping."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DefinitionError("lexicon.missing", "the lexicon file is not there", f"restore {path.name}", path=path) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        raise DefinitionError("lexicon.yaml", "this is not YAML", "correct the indentation or the quotes", path=path, line=line) from None
    if not isinstance(data, dict):
        raise DefinitionError("lexicon.shape", "the top of the file is no mapping", "begin with the section names", path=path, line=1)
    return data


def _phrase_file(path: Path) -> Mapping[str, Phrases]:
    data = read_yaml(path)
    define = {str(k): str(v) for k, v in (data.get("define") or {}).items()}
    sets = data.get("sets")
    if not isinstance(sets, dict):
        raise DefinitionError("lexicon.shape", "no section 'sets'", "put the phrase lists under 'sets:'", path=path, line=1)
    return {str(name): _phrase_set(path, str(name), body, define) for name, body in sets.items()}


def _phrase_set(path: Path, name: str, body: object, define: Mapping[str, str]) -> Phrases:
    phrases, unless = (body.get("any"), body.get("unless")) if isinstance(body, dict) else (body, None)
    for listed in (phrases, unless or []):
        if not isinstance(listed, list) or not all(isinstance(p, str) and p for p in listed):
            raise DefinitionError(
                "lexicon.phrases", f"set '{name}' is no list of phrases", "write '- phrase' lines, quoted", path=path, line=_line(path, f"{name}:")
            )
    for pattern in (*phrases, *(unless or [])):  # type: ignore[misc]
        _check_pattern(path, str(pattern), define)
    return compile_phrases(name, list(phrases), define, list(unless or []))  # type: ignore[arg-type]


def _check_pattern(path: Path, pattern: str, define: Mapping[str, str]) -> None:
    try:
        compile_phrases("check", [pattern], define)
    except KeyError as error:
        raise DefinitionError(
            "lexicon.define", f"<{error.args[0]}> is not defined", "add it under 'define:'", path=path, line=_line(path, pattern)
        ) from None
    except re.error as error:
        raise DefinitionError(
            "lexicon.pattern", f"'{pattern}' cannot be read: {error.msg}", "close every bracket", path=path, line=_line(path, pattern)
        ) from None


def _checked(path: Path, build: Callable[[Mapping[str, Any]], T]) -> T:
    try:
        return build(read_yaml(path))
    except (KeyError, TypeError, ValueError, AttributeError, re.error) as error:
        what = str(error).strip("'\"")
        raise DefinitionError(
            "lexicon.entry", f"an entry cannot be read: {what}", "compare it with its neighbours", path=path, line=_line(path, what)
        ) from None


def _line(path: Path, needle: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if needle and needle in line), 0)
