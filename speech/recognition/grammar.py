"""What answers sound like, class by class: small patterns from which the language model of an ask is sampled.

The patterns are data (``models/bundled/language/answers.yml``, which says how they are written).
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from agent.errors import DefinitionError
from speech.recognition import spoken_numbers as numbers

Words = Mapping[str, Sequence[str]]
"""Words of the lexicon by kind: ``medicine``, ``symptom``, ``red_flag``."""

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_NAME = re.compile(r"\{([a-z_][a-z_0-9]*)\}")
_RANGE = re.compile(r"\{(\d+)-(\d+)\}")
_GENERATORS: Mapping[str, Callable[[random.Random], str]] = {
    "glucose": lambda rng: numbers.decimal(*rng.choice(((2, 28), (4, 13))), rng),
    "percent": lambda rng: numbers.decimal(4, 14, rng),
    "degrees": lambda rng: numbers.decimal(35, 41, rng),
    "phone_digits": numbers.phone,
    "id_digits": numbers.identity,
    "year": numbers.year,
}


@dataclass(frozen=True)
class Grammar:
    """The patterns and which ask uses which."""

    classes: Mapping[str, Sequence[str]]
    parts: Mapping[str, str]
    asks: Mapping[str, Sequence[str]]
    hints: Mapping[str, str]

    def classes_of(self, ask: str | None) -> tuple[str, ...]:
        """Classes of an ask: by its id, else by what its name says; ``()`` when nothing is open."""
        if ask is None:
            return ()
        known = self.asks.get(ask)
        return tuple(known if known is not None else (name for part, name in self.hints.items() if part in ask))

    def sample(self, name: str, words: Words, rng: random.Random) -> str:
        """One answer of the class ``name``. Raises KeyError for an unknown class."""
        return self._expand(rng.choice(self.classes[name]), words, rng)

    def _expand(self, pattern: str, words: Words, rng: random.Random) -> str:
        text = pattern
        while "[" in text:
            text = _CHOICE.sub(lambda match: rng.choice(match.group(1).split("|")), text)
        text = _RANGE.sub(lambda m: numbers.spoken(rng.randint(int(m.group(1)), int(m.group(2))), rng), text)
        return _NAME.sub(lambda match: self._named(match.group(1), words, rng), text)

    def _named(self, name: str, words: Words, rng: random.Random) -> str:
        if name in _GENERATORS:
            return _GENERATORS[name](rng)
        if name in self.parts:
            return self._expand(self.parts[name], words, rng)
        return rng.choice(words.get(name) or ("",))


def read(path: Path) -> Grammar:
    """Read the patterns. Raises DefinitionError for a broken file, OSError when it is missing."""
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
        return Grammar(data["classes"], data["parts"], data["asks"], data["hints"])
    except (yaml.YAMLError, KeyError, TypeError) as error:
        remedy = "restore it from the repository"
        raise DefinitionError("recognition.grammar", f"not a grammar: {error}", remedy, path=path) from error
