"""The symptom lexicon: concepts, the words for them, and their code on each form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from agent.understanding.phrases import Phrases, by_sound, checked, compile_phrases, expand


@dataclass(frozen=True)
class Concept:
    """One complaint in all its wordings."""

    id: str
    codes: Mapping[str, str]
    """Form (htn, dm, copd) -> official code; absent where the form has no box for it."""
    written: tuple[str, ...]
    """Groups ``gap0``, ``gap1`` … hold the words between body part and feeling, where a 不 may stand."""
    short: tuple[str, ...]
    """Short words, never matched by sound."""

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """All wordings; compiled when first looked for."""
        return tuple(map(re.compile, (*self.written, *self.short)))

    @cached_property
    def by_sound(self) -> tuple[re.Pattern[str], ...]:
        """The longer ones folded."""
        return by_sound(self.written)


@dataclass(frozen=True, slots=True)
class SymptomLexicon:
    """All concepts, and how a person says that nothing is wrong."""

    concepts: tuple[Concept, ...]
    none: Phrases
    same_as_before: Phrases
    nothing_more: Phrases
    gap: re.Pattern[str]
    """The words that may stand between place and feeling; never matched by sound."""


def build_symptoms(data: Mapping[str, Any]) -> SymptomLexicon:
    """From the parsed YAML; raises ValueError, KeyError, TypeError on a bad entry."""
    define = {str(k): str(v) for k, v in data["define"].items()}
    concepts = tuple(_concept(str(name), body, define) for name, body in data["concepts"].items())
    sets = {k: compile_phrases(k, list(data["sets"][k]), define) for k in ("none", "same_as_before", "nothing_more")}
    return SymptomLexicon(
        concepts, sets["none"], sets["same_as_before"], sets["nothing_more"], re.compile(define["gap"])
    )


def _concept(name: str, body: Mapping[str, Any], define: Mapping[str, str]) -> Concept:
    expanded = [expand(_named_gap(str(p)), define) for p in body["say"]]
    short = {expand(str(p), define) for p in body.get("exact", [])}
    return Concept(
        name,
        {str(form): str(code) for form, code in body["codes"].items()},
        tuple(map(checked, expanded)),
        tuple(map(checked, sorted(short))),
    )


def _named_gap(pattern: str) -> str:
    numbers = count()
    return re.sub("<gap>", lambda _: f"(?P<gap{next(numbers)}><gap>)", pattern)
