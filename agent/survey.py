"""Everything below a root, read and checked without stopping at the first fault: what ``flows check`` shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from agent.clinical.rules import ClinicalRules, load_clinical
from agent.domain.alerts import FLAGS
from agent.errors import DefinitionError
from agent.flows.check import KnownNames, check
from agent.flows.check_wording import STAFF_WORDING
from agent.flows.conditions import ConditionError, parse
from agent.flows.findings import Finding, finding_of
from agent.flows.model import Flow, Response
from agent.flows.reader import read_flows
from agent.flows.responses import read_responses
from agent.library import load_library, load_parsers
from agent.understanding.asks import ASK_SLOTS
from agent.understanding.parsing import Parser
from agent.understanding.phrases import thoroughly
from agent.yaml_lines import line_of, load_yaml

VALUE_FLAGS = ("hypertensive_emergency", "hypoglycemia", "hyperglycemic_crisis")
SAID_BY_PROGRAM = (
    "utter_readback", "utter_education_tip", "utter_corrected", "utter_move_on", "utter_still_there",
    "utter_all_noted", "utter_next_step", "utter_room_link", "utter_room_link_family",
    *STAFF_WORDING,
    *(f"utter_emergency_{flag}" for flag in FLAGS),
    *(f"utter_probe_{flag}" for flag in (*FLAGS, "other")),
    *(f"utter_value_{flag}" for flag in VALUE_FLAGS),
)  # fmt: skip
"""Responses that the engine and its actions name themselves."""

T = TypeVar("T")


@dataclass
class Survey:
    """What was found; the parts are there as far as they could be read."""

    findings: list[Finding] = field(default_factory=list)
    flows: dict[str, Flow] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    rules: ClinicalRules | None = None
    parsers: dict[str, Parser] | None = None

    @property
    def faults(self) -> list[Finding]:
        """What keeps the data from being used."""
        return [finding for finding in self.findings if not finding.warning]

    def attempt(self, read: Callable[[], T]) -> T | None:
        """The value read, or None with its fault noted."""
        try:
            return read()
        except DefinitionError as error:
            self.findings.append(finding_of(error))
            return None


def survey(root: Path, cased_asks: Collection[str] | None = None) -> Survey:
    """Read and check everything. ``cased_asks``: asks that have example answers, None when there are none to see."""
    found = Survey()
    dialogues = root / "dialogues"
    with thoroughly():
        library = found.attempt(lambda: load_library(root))
    if library is not None:
        script, knowledge = library.script, library.knowledge
        found.flows, found.responses = dict(script.flows), dict(script.responses)
        found.rules, found.parsers = library.rules, dict(knowledge.parsers)
    elif dialogues.is_dir() and (root / "nlu_data").is_dir():
        _read_parts(found, root, dialogues)
    if found.flows and found.responses and found.parsers is not None:
        found.findings += check(found.flows, found.responses, _names(found, found.parsers, cased_asks))
    found.findings = sorted(dict.fromkeys(found.findings), key=lambda f: (f.warning, f.path, f.line))
    return found


def _read_parts(found: Survey, root: Path, dialogues: Path) -> None:
    """Something is wrong: read part by part, as far as each can be read."""
    for path in sorted((dialogues / "flows").glob("**/*.yml")):
        _read_file(found, path)
    found.responses = found.attempt(lambda: read_responses(dialogues / "responses")) or {}
    found.rules = found.attempt(lambda: load_clinical(dialogues / "clinical"))
    found.parsers = found.attempt(lambda: load_parsers(root / "nlu_data"))


def _read_file(found: Survey, path: Path) -> None:
    """One file of flows: its flows, or all conditions that cannot be read and the first other fault."""
    flows = found.attempt(lambda: read_flows(path, ASK_SLOTS))
    if flows is None:
        known = {(finding.path, finding.line) for finding in found.findings}
        found.findings += [f for f in _unreadable_conditions(path) if (f.path, f.line) not in known]
    for flow in flows or ():
        first = found.flows.setdefault(flow.id, flow)
        if first is not flow:
            message = f"flow {flow.id} stands in {first.path}:{first.line} too"
            found.findings.append(Finding(str(path), flow.line, "flow-twice", message, "rename one"))


def _unreadable_conditions(path: Path) -> Iterator[Finding]:
    try:
        document = load_yaml(path)
    except DefinitionError:
        return
    for line, source in _conditions(document):
        try:
            parse(source)
        except ConditionError as error:
            yield Finding(
                str(path), line, "condition-unreadable", f"condition {error}", "use slots.NAME, comparisons, and/or/not"
            )


def _conditions(node: Any) -> Iterator[tuple[int, str]]:
    if isinstance(node, dict):
        if "if" in node:
            yield line_of(node, "if"), str(node["if"])
        for value in node.values():
            yield from _conditions(value)
    elif isinstance(node, list):
        for value in node:
            yield from _conditions(value)


def _names(found: Survey, parsers: dict[str, Parser], cased_asks: Collection[str] | None) -> KnownNames:
    rules = found.rules
    slots = {item.slot for form in rules.forms.values() for item in form.fields()} if rules else set()
    return KnownNames(
        asks=parsers.keys(),
        slots=slots,
        forms=rules.forms.keys() if rules else None,
        asks_with_cases=_with_twins(parsers, cased_asks),
        said_by_program=SAID_BY_PROGRAM,
    )


def _with_twins(parsers: dict[str, Parser], cased: Collection[str] | None) -> set[str] | None:
    """Asks with cases, and those that share a parser with one."""
    if cased is None:
        return None
    tried = {id(parsers[ask]) for ask in cased if ask in parsers}
    return {ask for ask, parser in parsers.items() if id(parser) in tried}
