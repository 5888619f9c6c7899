"""The words of the flows: every Chinese string of ``dialogues/`` and ``nlu_data/``, and how characters are read."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from agent.errors import DefinitionError
from agent.understanding.pinyin import toned
from speech.recognition import patterns

_RUN = re.compile(r"[㐀-鿿〇]+")
_COMMENTS = ("description", "source", "licence", "license", "note", "remedy")
KINDS: Mapping[str, str] = {"medic": "medicine", "drug": "medicine", "symptom": "symptom", "redflag": "red_flag"}
"""Part of a file's path below its folder -> the kind of its words."""
_EXAMPLES = 12
_RULE_EXAMPLES = 40
LONGEST = 24
RARE_READING = -3.0
"""Log weight of a reading of a character that the texts do not show."""


@dataclass(frozen=True)
class Lexicon:
    """Phrases that a flow or its answers contain."""

    phrases: tuple[str, ...]
    """Distinct, in the order found; Chinese characters only."""
    kinds: Mapping[str, tuple[str, ...]]
    """The phrases of files that list one kind of thing."""


def runs(text: str) -> Iterator[str]:
    """The Chinese parts of a text, long ones cut."""
    for run in _RUN.findall(text):
        for start in range(0, len(run), LONGEST):
            yield run[start : start + LONGEST]


def strings(node: Any) -> Iterator[str]:
    """Every string of a parsed YAML document, keys too, comments for people left out."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key not in _COMMENTS:
                yield from strings(value)
                yield from strings(key)
    elif isinstance(node, Sequence):
        for value in node:
            yield from strings(value)


def phrases(document: Any, rng: random.Random) -> Iterator[str]:
    """Phrases of two characters and more: plain strings, examples of patterns, and the rules of red flags."""
    sections: Mapping[str, Any] = document if isinstance(document, Mapping) else {"": document}
    defined = sections.get("define")
    defined = defined if isinstance(defined, Mapping) else {}
    for text in strings({key: value for key, value in sections.items() if key != "define"}):
        expanded = patterns.examples(text, defined, _EXAMPLES, rng) if patterns.is_pattern(text) else [text]
        yield from (run for example in expanded for run in runs(example) if len(run) > 1)
    parts = sections.get("parts")
    if isinstance(parts, Mapping):
        yield from _sequences(sections.get("rules"), parts, rng)


def _sequences(rules: Any, parts: Mapping[str, Any], rng: random.Random) -> Iterator[str]:
    """Words of rules such as ``seq: [chest, 8, hurt]``: one example of each named part after the other."""
    for rule in rules if isinstance(rules, Sequence) else ():
        names = [name for name in (rule.get("seq") if isinstance(rule, Mapping) else None) or () if parts.get(name)]
        for _ in range(_RULE_EXAMPLES if names else 0):
            text = "".join("".join(patterns.examples(str(rng.choice(parts[name])), {}, 1, rng)) for name in names)
            yield from (run for run in runs(text) if len(run) > 1)


def read(folders: Iterable[Path]) -> Lexicon:
    """All phrases of the YAML files below the folders; folders that are not there are empty.

    Raises DefinitionError for a file that is no YAML.
    """
    found: dict[str, None] = {}
    kinds: dict[str, dict[str, None]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*.y*ml")):
            said = dict.fromkeys(phrases(_load(path), random.Random(3)))
            found.update(said)
            name = path.relative_to(folder).as_posix()
            kind = next((kind for part, kind in KINDS.items() if part in name), None)
            if kind:
                kinds.setdefault(kind, {}).update(said)
    return Lexicon(tuple(found), {kind: tuple(words) for kind, words in kinds.items()})


def read_kept(folders: Iterable[Path], cache: Path) -> Lexicon:
    """The same, kept in ``cache`` until a file changes: making the examples takes most of an engine's start.

    A cache that cannot be read or written costs time only.
    """
    folders = tuple(folders)
    place = cache / f"lexicon-{_fingerprint(folders)}.json"
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        kept = json.loads(place.read_text("utf-8"))
        return Lexicon(tuple(kept["phrases"]), {kind: tuple(words) for kind, words in kept["kinds"].items()})
    made = read(folders)
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        for old in cache.glob("lexicon-*"):
            old.unlink(missing_ok=True)
        part = place.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps({"phrases": made.phrases, "kinds": made.kinds}, ensure_ascii=False), "utf-8")
        part.replace(place)
    return made


def _fingerprint(folders: Iterable[Path]) -> str:
    """Of every file that the words come from, and of the code that makes them."""
    digest = hashlib.sha256(Path(__file__).read_bytes() + Path(patterns.__file__).read_bytes())
    for folder in folders:
        for path in sorted(folder.rglob("*.y*ml")):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:24]


def _load(path: Path) -> Any:
    try:
        return yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", -1) + 1
        remedy = "correct the YAML at this place"
        raise DefinitionError("lexicon.yaml", "not a YAML file", remedy, path=path, line=line) from error


Readings = Mapping[str, tuple[tuple[str, float], ...]]
"""Character -> (syllable, log weight); the weights say how common a reading is."""


def guess_readings(char: str) -> tuple[tuple[str, float], ...]:
    """The usual reading of a character that the bundled table lacks; such characters are rare."""
    sound = toned(char)
    return ((sound, 0.0),) if sound else ()


def write_readings(path: Path, readings: Readings) -> None:
    """One character a line: ``行<TAB>xing2:-0.1 hang2:-2.3``."""
    lines = (f"{char}\t{' '.join(f'{s}:{w:.1f}' for s, w in entries)}" for char, entries in readings.items())
    path.write_text("\n".join(lines) + "\n", "utf-8")


def read_readings(path: Path) -> Readings:
    """The inverse of ``write_readings``; the order is kept, because ids follow it."""
    out: dict[str, tuple[tuple[str, float], ...]] = {}
    for line in path.read_text("utf-8").splitlines():
        char, _, entries = line.partition("\t")
        out[char] = tuple((s, float(w)) for s, _, w in (entry.partition(":") for entry in entries.split()))
    return out
