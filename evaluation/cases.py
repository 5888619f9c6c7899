"""The case files of formats.md: answers, red flags, dialogues. Every fault names file, line and remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from agent.domain.alerts import FLAGS
from agent.domain.answers import Medication, Resident, SlotValue
from agent.domain.effects import Outcome
from agent.errors import DefinitionError, InputError
from agent.yaml_lines import LineDict, line_of
from evaluation.case_yaml import load_cases

DEFAULT_NOW = datetime(2026, 11, 23, 9, 30)
"""The time of a conversation whose case names none."""

Case = TypeVar("Case")


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """One question, one answer, the slots it fills."""

    id: str
    ask: str
    text: str
    expect: Mapping[str, Any]
    confirm: bool | None
    now: datetime


@dataclass(frozen=True, slots=True)
class RedFlagCase:
    """One utterance and the flags that it raises now."""

    id: str
    text: str
    context: str | None
    flags: tuple[str, ...]
    subject: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Expectation:
    """How a conversation should end; None and absent mean not compared."""

    outcome: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    visit_class: str | None = None
    next_visit_within_days: int | None = None
    alerts: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """How the resident of a spoken case speaks, and over which line."""

    style: str = "normal"
    pauses_ms: tuple[int, ...] = ()
    noise_db: float | None = None
    band: str = "16k"
    loss: float = 0.0
    name: str = ""
    """Voice of the synthesiser; empty: chosen from the case's id."""
    rate: int | None = None
    pitch: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class DialogueCase:
    """A whole conversation with a simulated resident."""

    id: str
    flow: str
    now: datetime
    resident: Resident
    answers: Mapping[str, tuple[str, ...]]
    history: Mapping[str, SlotValue] = field(default_factory=dict)
    injections: tuple[tuple[str, str], ...] = ()
    """(ask id, words said instead of the answer the first time that it comes up)."""
    expect: Expectation = field(default_factory=Expectation)
    voice: Voice = field(default_factory=Voice)


class Fields:
    """One mapping of a case file, read field by field with faults that name their line."""

    def __init__(self, path: Path, mapping: Any) -> None:
        self.path = path
        if not isinstance(mapping, Mapping):
            raise fault(path, line_of(mapping), "a case must be a mapping of fields", "begin it with '- id: ...'")
        self.mapping = mapping

    def wrong(self, key: str, what: str, remedy: str) -> DefinitionError:
        """The error for the field ``key``."""
        return fault(self.path, line_of(self.mapping, key), f"{key}: {what}", remedy)

    def need(self, key: str) -> Any:
        """A field that must stand there."""
        if self.mapping.get(key) is None:
            raise self.wrong(key, "is missing", f"add '{key}:' to the case, see the case formats")
        return self.mapping[key]

    def text(self, key: str, default: str | None = None) -> str:
        """A text; required when there is no default."""
        value = self.need(key) if default is None else self.mapping.get(key, default)
        if isinstance(value, (Mapping, list)):
            raise self.wrong(key, "must be a text", "write it in quotes")
        return str(value)

    def part(self, key: str, *, required: bool = False) -> Fields:
        """A nested mapping; empty when absent."""
        value = self.need(key) if required else self.mapping.get(key)
        if value is None:
            value = LineDict()
        if not isinstance(value, Mapping):
            raise self.wrong(key, "must be a mapping", f"write '{key}: {{name: value}}'")
        return Fields(self.path, value)

    def items(self, key: str) -> list[Any]:
        """A list; empty when absent."""
        value = self.mapping.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list", f"write '{key}: [a, b]'")
        return value

    def time(self, key: str) -> datetime:
        """A time of day and date; the default time when absent."""
        value = self.mapping.get(key)
        if value is None:
            return DEFAULT_NOW
        try:
            return datetime.fromisoformat(str(value)).replace(tzinfo=None)
        except ValueError:
            raise self.wrong(key, f"{value!r} is no time", "write it as 2026-11-23T09:30") from None

    def number(self, key: str, kind: Callable[[Any], Any]) -> Any:
        """A number or None."""
        value = self.mapping.get(key)
        try:
            return None if value is None else kind(value)
        except (TypeError, ValueError):
            raise self.wrong(key, f"{value!r} is no number", "write a number without a unit") from None


def read_cases(paths: Iterable[Path], parse: Callable[[Fields], Case]) -> list[Case]:
    """All cases of the files, and of the YAML files in the folders, in order."""
    cases = [parse(Fields(path, item)) for path in case_files(paths) for item in load_cases(path)]
    if not cases:
        raise InputError("no_cases", "no case was found in what was named", "Name a YAML file of cases or its folder.")
    return cases


def case_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and the YAML files inside the folders named."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file())
        elif path.exists():
            found.append(path)
        else:
            raise InputError("no_such_path", f"{path} does not exist", "Name a case file or a folder of them.")
    return found


def answer_case(fields: Fields) -> AnswerCase:
    """One case of ``eval answers``."""
    expect = fields.part("expect", required=True).mapping
    confirm = fields.mapping.get("confirm")
    if confirm is not None and not isinstance(confirm, bool):
        raise fields.wrong("confirm", "must be true or false", "write true or false without quotes")
    return AnswerCase(
        id=fields.text("id"),
        ask=fields.text("ask"),
        text=fields.text("text"),
        expect=dict(expect),
        confirm=confirm,
        now=fields.time("now"),
    )


def red_flag_case(fields: Fields) -> RedFlagCase:
    """One case of ``eval redflags``."""
    expect = fields.part("expect", required=True)
    flags = _flags(expect, "flags")
    if flags is None:
        raise expect.wrong("flags", "is missing", "write 'flags: []' when none may be raised")
    return RedFlagCase(
        id=fields.text("id"),
        text=fields.text("text"),
        context=fields.text("context", "") or None,
        flags=flags,
        subject=expect.text("subject", "") or None,
        now=fields.time("now"),
    )


def dialogue_case(fields: Fields) -> DialogueCase:
    """One case of ``eval dialogues`` and ``eval calls``."""
    answers = fields.part("answers").mapping
    return DialogueCase(
        id=fields.text("id"),
        flow=fields.text("flow"),
        now=fields.time("now"),
        resident=_resident(fields.part("resident", required=True)),
        answers={key: _texts(value) for key, value in answers.items()},
        history=history_of(fields.part("history").mapping),
        injections=tuple(_injection(Fields(fields.path, item)) for item in fields.items("injections")),
        expect=_expectation(fields.part("expect")),
        voice=_voice(fields.part("voice")),
    )


def history_of(values: Mapping[str, Any]) -> dict[str, SlotValue]:
    """Values of the last visit: lists become tuples, medicines may be named by their ids."""
    return {key: _slot_value(key, value) for key, value in values.items() if value is not None}


def fault(path: Path, line: int, message: str, remedy: str) -> DefinitionError:
    """A case file is wrong."""
    return DefinitionError("case_file", message, remedy, path=path, line=line)


def _texts(value: Any) -> tuple[str, ...]:
    """What is said to one ask, in turn; an empty text is silence."""
    items = value if isinstance(value, list) else [value]
    return tuple("" if item is None else str(item) for item in items)


def _slot_value(slot: str, value: Any) -> SlotValue:
    if slot == "medications":
        items = value if isinstance(value, list) else [value]
        return tuple(Medication(**item) if isinstance(item, Mapping) else Medication(str(item)) for item in items)
    result: SlotValue = tuple(value) if isinstance(value, list) else value
    return result


def _flags(fields: Fields, key: str) -> tuple[str, ...] | None:
    if fields.mapping.get(key) is None:
        return None
    flags = tuple(str(flag) for flag in fields.items(key))
    for flag in flags:
        if flag not in FLAGS:
            raise fields.wrong(key, f"there is no red flag {flag!r}", f"use one of {', '.join(FLAGS)}")
    return flags


def _resident(fields: Fields) -> Resident:
    born = fields.text("birth_date", "")
    try:
        birth_date = date.fromisoformat(born) if born else None
    except ValueError:
        raise fields.wrong("birth_date", f"{born!r} is no date", "write it as 1948-05-03") from None
    return Resident(
        name=fields.text("name"),
        id=fields.text("id", ""),
        sex=fields.text("sex", "0"),
        birth_date=birth_date,
        phone=fields.text("phone", ""),
    )


def _injection(fields: Fields) -> tuple[str, str]:
    return fields.text("at"), fields.text("user")


def _expectation(fields: Fields) -> Expectation:
    outcome = fields.text("outcome", "") or None
    if outcome is not None and outcome not in {item.value for item in Outcome}:
        raise fields.wrong("outcome", f"there is no outcome {outcome!r}", f"use one of {', '.join(Outcome)}")
    return Expectation(
        outcome=outcome,
        slots=dict(fields.part("slots").mapping),
        visit_class=fields.text("suggested_visit_class", "") or None,
        next_visit_within_days=fields.number("next_visit_within_days", int),
        alerts=_flags(fields, "alerts"),
    )


def _voice(fields: Fields) -> Voice:
    band = fields.text("band", "16k")
    if band not in ("8k", "16k"):
        raise fields.wrong("band", f"there is no band {band!r}", "use 8k or 16k")
    style = fields.text("style", "normal")
    if style not in ("slow", "normal", "fast"):
        raise fields.wrong("style", f"there is no style {style!r}", "use slow, normal or fast")
    return Voice(
        style=style,
        pauses_ms=tuple(int(item) for item in fields.items("pauses_ms")),
        noise_db=fields.number("noise_db", float),
        band=band,
        loss=fields.number("loss", float) or 0.0,
        name=fields.text("voice", ""),
        rate=fields.number("rate", int),
        pitch=fields.number("pitch", int),
        seed=fields.number("seed", int) or 0,
    )
