"""Red-flag rules as data: phrase groups, rules that combine them, cue words, critical values. Loading and checking."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from agent.domain.alerts import FLAGS, Severity
from agent.errors import DefinitionError
from agent.understanding.phrases import checked
from agent.understanding.pinyin import fold
from agent.understanding.redflags.likeness import Likeness, load
from agent.yaml_lines import line_of, load_yaml

T = TypeVar("T")
Step = str | int
"""A phrase group, or the widest gap in characters before the next one."""

_HAN = re.compile("[㐀-鿿]")
_LOOKAROUND = re.compile(r"\(\?<?[!=][^()]*\)")
_GROUP_KEYS = ("needs", "unless", "doubt")
_RULE_KEYS = {
    *(
        "id",
        "seq",
        "all",
        "two",
        "strong",
        "across",
        "severity",
        "as",
        "dialect",
        "mark",
        "settled",
        "sound",
        "asks",
        "doubt_asks",
    ),
    *_GROUP_KEYS,
}


@dataclass(frozen=True)
class Part:
    """One phrase group, by characters and by sound."""

    written: str
    chars: frozenset[str]
    folded_chars: frozenset[str]

    @cached_property
    def exact(self) -> re.Pattern[str]:
        """Compiled when first looked for: half the start would go into it."""
        return re.compile(self.written)

    @cached_property
    def folded(self) -> re.Pattern[str]:
        """The same by sound."""
        return re.compile(fold(self.written))


@dataclass(frozen=True, slots=True)
class Rule:
    """How phrase groups combine into a mention of a flag."""

    id: str
    flag: str
    severity: Severity
    kind: str
    """``seq``: in this order; ``all``: each somewhere; ``two``: two different ones somewhere."""
    steps: tuple[Step, ...]
    parts: tuple[str, ...] = ()
    """The phrase groups of ``steps``, by full name, without gaps."""
    mask: int = 0
    """Bits of the groups without which the rule cannot hold."""
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    """Groups that make a mention uncertain: black stool after iron tablets."""
    doubt_asks: tuple[str, ...] = ()
    """Asks to which the words are an ordinary answer (走路就喘, asked how far one can walk)."""
    asks: tuple[str, ...] = ()
    """Only after these asks ('' = none was open); empty = always."""
    strong: bool = False
    """So plain that nothing likely to follow takes it back: may be raised on a partial transcript."""
    across: bool = False
    """A gap may hold a pause."""
    uncertain: bool = False
    """Too weak to raise: asks one question instead."""
    baseline: bool = False
    """Unchanged for years is no emergency."""
    transient: bool = False
    """An emergency although it has passed."""
    sound: bool = True
    """May be matched by sound; not where its words sound like common ones."""
    settled: bool = False
    """Its own 没 and 过 belong to the phrase (从来没这么疼过)."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """One critical value of one slot."""

    slot: str
    flag: str
    severity: Severity
    low: float | None
    """Raised at or below (``at_most``) or strictly below (``below``)."""
    high: float | None
    strict: bool
    equals: bool | None = None

    def crossed(self, value: float) -> bool:
        """The value is critical."""
        if self.low is not None:
            return value < self.low or (value == self.low and not self.strict)
        if self.high is not None:
            return value > self.high or (value == self.high and not self.strict)
        return False


@dataclass(frozen=True, slots=True)
class Aggravation:
    """Codes of a symptom slot that turn a critical value into P0."""

    flag: str
    slot: str
    codes: frozenset[str]


@dataclass(frozen=True)
class RedFlagRules:
    """Everything the nets know."""

    version: str
    rules: tuple[Rule, ...]
    parts: Mapping[str, Part]
    """By ``flag.name``."""
    char_bits: Mapping[str, int]
    """For each character the bits of the groups that it can belong to."""
    folded_bits: Mapping[str, int]
    """The same by sound."""
    cues: Mapping[str, re.Pattern[str]]
    thresholds: tuple[Threshold, ...]
    aggravations: tuple[Aggravation, ...]
    aggravating_words: re.Pattern[str]
    plausible: Mapping[str, tuple[float, float]]
    likeness: Likeness | None = None

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id."""
        return next((r for r in self.rules if r.id == rule_id), None)


def load_redflags(nlu_data_dir: Path, clinical_dir: Path) -> RedFlagRules:
    """Read ``redflags/*.yml`` and ``thresholds.yml``; ``DefinitionError`` names file, line and remedy."""
    folder = nlu_data_dir / "redflags"
    common = _groups(folder / "common.yml", load_yaml(folder / "common.yml"))
    cues_data = _mapping(folder / "cues.yml")
    parts: dict[str, Part] = {}
    rules: list[Rule] = []
    offset = 0
    for flag in FLAGS:
        path = folder / f"{flag}.yml"
        data = _mapping(path)
        groups = {**common, **_groups(path, data)}
        parts.update({f"{flag}.{name}": part for name, part in groups.items()})
        bits = {name: 1 << (offset + i) for i, name in enumerate(groups)}
        offset += len(bits)
        rules += [_rule(path, data, raw, bits) for raw in data.get("rules", [])]
    limits_path = clinical_dir / "thresholds.yml"
    limits = _mapping(limits_path)
    return RedFlagRules(
        version=f"{cues_data.get('version', '')}/{limits.get('version', '')}",
        rules=tuple(rules),
        parts=parts,
        char_bits=_bits([part.chars for part in parts.values()]),
        folded_bits=_bits([part.folded_chars for part in parts.values()]),
        cues={
            name: _pattern(folder / "cues.yml", cues_data["cues"], name, terms)
            for name, terms in cues_data["cues"].items()
        },
        thresholds=tuple(_threshold(limits_path, raw) for raw in limits.get("values", [])),
        aggravations=tuple(
            Aggravation(raw["flag"], raw["slot"], frozenset(raw["any_of"])) for raw in limits.get("aggravating", [])
        ),
        aggravating_words=_pattern(limits_path, limits, "aggravating_words", limits.get("aggravating_words", ["(?!)"])),
        plausible={name: (float(low), float(high)) for name, (low, high) in limits.get("plausible", {}).items()},
        likeness=load(folder / "likeness.npz"),
    )


def _bits(groups: Sequence[frozenset[str]]) -> Mapping[str, int]:
    bits: dict[str, int] = {}
    for i, chars in enumerate(groups):
        for char in chars:
            bits[char] = bits.get(char, 0) | 1 << i
    return bits


def _mapping(path: Path) -> Mapping[str, Any]:
    data = load_yaml(path)
    if not isinstance(data, dict):
        raise DefinitionError(
            "redflags-shape", "the file is not a mapping", "start it with version:", path=path, line=1
        )
    return data


def _groups(path: Path, data: Mapping[str, Any]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    for section in ("parts", "local"):
        groups = data.get(section) or {}
        for name, terms in groups.items():
            found[name] = _part(path, groups, name, terms)
    return found


def _part(path: Path, groups: Mapping[str, Any], name: str, terms: Any) -> Part:
    ungapped = [_ungapped(t) for t in terms] if isinstance(terms, list) else terms
    written = _terms(path, groups, name, ungapped, checked)
    plain = _LOOKAROUND.sub("", written)
    chars = frozenset(_HAN.findall(plain))
    if re.search("[a-z]", plain.replace("?:", "")):
        chars |= frozenset("abcdefghijklmnopqrstuvwxyz")
    return Part(written, chars, frozenset(fold("".join(chars))))


def _ungapped(term: Any) -> Any:
    """A gap inside a phrase never swallows a negation (大便[…]血 is not 大便没有血)."""
    return term.replace("[^，]", "[^，没不无冇唔]") if isinstance(term, str) else term


def _pattern(path: Path, groups: Mapping[str, Any], name: str, terms: Any) -> re.Pattern[str]:
    return _terms(path, groups, name, terms, re.compile)


def _terms(path: Path, groups: Mapping[str, Any], name: str, terms: Any, read: Callable[[str], T]) -> T:
    if not isinstance(terms, list) or not terms or not all(isinstance(t, str) and t for t in terms):
        raise DefinitionError(
            "redflags-terms",
            f"{name} is not a list of phrases",
            'write it as ["…", "…"]',
            path=path,
            line=line_of(groups, name),
        )
    try:
        return read("(?:" + "|".join(terms) + ")")
    except re.error as error:
        raise DefinitionError(
            "redflags-pattern",
            f"{name}: {error}",
            "mend the brackets of that phrase",
            path=path,
            line=line_of(groups, name),
        ) from None


def _rule(path: Path, data: Mapping[str, Any], raw: Mapping[str, Any], bits: Mapping[str, int]) -> Rule:
    flag = data["flag"]
    kind = _checked_kind(path, raw, bits)

    def full(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(f"{flag}.{name}" for name in names)

    named = [s for s in raw[kind] if isinstance(s, str)]
    needed = {*(named if kind != "two" else ()), *raw.get("needs", ())}
    return Rule(
        id=f"{flag}.{raw['id']}",
        flag=flag,
        severity=_severity(path, raw, raw.get("severity", data["severity"])),
        kind=kind,
        steps=tuple(full([s])[0] if isinstance(s, str) else s for s in raw[kind]),
        parts=full(named),
        mask=sum(bits[name] for name in needed),
        needs=full(raw.get("needs", ())),
        unless=full(raw.get("unless", ())),
        doubt=full(raw.get("doubt", ())),
        asks=tuple(raw.get("asks", ())),
        doubt_asks=tuple(raw.get("doubt_asks", ())),
        strong=bool(raw.get("strong")),
        across=bool(raw.get("across")),
        settled=bool(raw.get("settled")),
        sound=bool(raw.get("sound", True)),
        uncertain=raw.get("as") == "uncertain",
        baseline=bool(data.get("baseline")),
        transient=bool(data.get("transient")),
    )


def _checked_kind(path: Path, raw: Mapping[str, Any], bits: Mapping[str, int]) -> str:
    kinds = [k for k in ("seq", "all", "two") if k in raw]
    unknown = sorted(set(raw) - _RULE_KEYS)
    if len(kinds) != 1 or "id" not in raw or unknown:
        raise DefinitionError(
            "redflags-rule",
            f"a rule needs an id and one of seq, all, two (not known: {unknown})",
            "write {id: name, seq: [group, 4, group]}",
            path=path,
            line=line_of(raw),
        )
    used = [*raw[kinds[0]], *(name for key in _GROUP_KEYS for name in raw.get(key, ()))]
    missing = [name for name in used if isinstance(name, str) and name not in bits]
    if missing:
        raise DefinitionError(
            "redflags-group",
            f"rule {raw['id']} uses the unknown group {missing[0]}",
            "add it under parts: or correct the name",
            path=path,
            line=line_of(raw),
        )
    return kinds[0]


def _severity(path: Path, raw: Any, name: str) -> Severity:
    try:
        return Severity(name)
    except ValueError:
        raise DefinitionError(
            "redflags-severity", f"unknown severity {name}", "use P0, P0-Psy, P1 or value", path=path, line=line_of(raw)
        ) from None


def _threshold(path: Path, raw: Mapping[str, Any]) -> Threshold:
    bounds = [k for k in ("at_most", "below", "at_least", "above", "equals") if k in raw]
    if len(bounds) != 1 or raw.get("flag") not in FLAGS or "slot" not in raw:
        raise DefinitionError(
            "thresholds-shape", "a threshold needs slot, a known flag and one bound",
            "write {slot: sbp, at_least: 180, flag: hypertensive_emergency}", path=path, line=line_of(raw),
        )  # fmt: skip
    key = bounds[0]
    bound = raw[key]
    return Threshold(
        slot=raw["slot"],
        flag=raw["flag"],
        severity=_severity(path, raw, raw.get("severity", "value")),
        low=float(bound) if key in ("at_most", "below") else None,
        high=float(bound) if key in ("at_least", "above") else None,
        strict=key in ("below", "above"),
        equals=bool(bound) if key == "equals" else None,
    )
