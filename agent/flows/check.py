"""What spans several files: unknown flows, slots, actions and asks, missing wording, dead steps, loops without exit.

Returns findings instead of raising, so that a flow developer sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from agent.errors import DefinitionError
from agent.flows.actions import ACTIONS
from agent.flows.check_wording import wording_findings
from agent.flows.findings import Finding
from agent.flows.model import END, Act, AnyStep, Assign, CallFlow, Collect, Flow, LinkFlow, Response
from agent.flows.paths import call_loops, loops_that_never_ask, reachable, without_exit

COMPUTED_SLOTS = frozenset({"medications_count", "consent_words"})
"""Slots that the program fills beside the answers."""
RUN_BY_PROGRAM = (
    "pattern_emergency", "pattern_emergency_other", "pattern_suicide_risk", "pattern_value_alert", "pattern_silence",
    "pattern_emergency_silence", "pattern_cannot_continue", "pattern_too_long", "pattern_repeat",
    "pattern_consent_again",
)  # fmt: skip
"""Flows that the engine starts itself; without them a call breaks off."""
_PREFIXES_BY_PROGRAM = ("pattern_", "reask_")


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that flows may use besides their own."""

    asks: Collection[str]
    """Asks that a parser reads."""
    slots: Collection[str]
    """Slots of the forms."""
    forms: Collection[str] | None = None
    """Form ids; None: not compared."""
    asks_with_cases: Collection[str] | None = None
    """Asks with example answers; None: there are no case files to look into."""
    said_by_program: Collection[str] = field(default=())
    """Responses that the program speaks without a flow."""


def check(flows: Mapping[str, Flow], responses: Mapping[str, Response], names: KnownNames) -> list[Finding]:
    """All faults and warnings of all flows and their wording, by file and line."""
    slots = {*names.slots, *COMPUTED_SLOTS, *_filled(flows)}
    found = [f for flow in flows.values() for f in _flow_findings(flow, flows, names, slots)]
    found += call_loops(flows)
    found += _missing_flows(flows)
    found += wording_findings(flows, responses, names.said_by_program)
    return sorted(found, key=lambda f: (f.warning, f.path, f.line))


def faults(findings: list[Finding]) -> list[DefinitionError]:
    """The findings that keep the flows from running, as errors."""
    return [DefinitionError(f.code, f.message, f.remedy, path=f.path, line=f.line) for f in findings if not f.warning]


def _filled(flows: Mapping[str, Flow]) -> Iterator[str]:
    for flow in flows.values():
        for step in flow.steps.values():
            if isinstance(step, Collect):
                yield from step.fills
            elif isinstance(step, Assign):
                yield from step.values


def _flow_findings(
    flow: Flow, flows: Mapping[str, Flow], names: KnownNames, slots: Collection[str]
) -> Iterator[Finding]:
    for step in flow.steps.values():
        yield from _target_findings(flow, step)
        yield from _reference_findings(flow, step, flows)
        yield from _condition_findings(flow, step, slots)
        if isinstance(step, Collect):
            yield from _ask_findings(flow, step, names)
    seen = reachable(flow)
    for step_id, step in flow.steps.items():
        if step_id not in seen:
            remedy = "lead a `next` to it or delete it"
            yield _fault(flow, step, "step-unreachable", f"step {step_id} is never reached", remedy)
    yield from without_exit(flow)
    yield from loops_that_never_ask(flow, flows)
    if flow.form is not None and names.forms is not None:
        yield from _form_findings(flow, names.forms)


def _fault(flow: Flow, step: AnyStep, code: str, message: str, remedy: str) -> Finding:
    return Finding(flow.path, step.line, code, f"{flow.id}: {message}", remedy)


def _target_findings(flow: Flow, step: AnyStep) -> Iterator[Finding]:
    decided = False
    for branch in step.next:
        if branch.target != END and branch.target not in flow.steps:
            message = f"step {step.id} leads to {branch.target!r}, which is no step"
            yield _fault(flow, step, "next-unknown", message, f"use END or one of: {', '.join(list(flow.steps)[:8])}")
        if decided:
            message = f"step {step.id}: the branch to {branch.target!r} stands after an else and is never taken"
            yield _fault(flow, step, "branch-unreachable", message, "let `else` be the last of the list")
        decided = decided or branch.condition is None


def _reference_findings(flow: Flow, step: AnyStep, flows: Mapping[str, Flow]) -> Iterator[Finding]:
    if isinstance(step, Act) and not step.action.startswith("utter_") and step.action not in ACTIONS:
        remedy = f"use utter_* or one of: {', '.join(sorted(ACTIONS))}"
        yield _fault(flow, step, "action-unknown", f"there is no action {step.action!r}", remedy)
    if isinstance(step, (CallFlow, LinkFlow)) and step.flow not in flows:
        remedy = f"use one of: {', '.join(sorted(flows))}"
        yield _fault(flow, step, "flow-unknown", f"there is no flow {step.flow!r}", remedy)


def _ask_findings(flow: Flow, step: Collect, names: KnownNames) -> Iterator[Finding]:
    if step.ask not in names.asks:
        remedy = "use a known ask id, or say in a file of nlu_data/asks/ which ask is answered in the same way"
        yield _fault(flow, step, "ask-without-parser", f"no parser reads the ask {step.ask!r}", remedy)
    elif names.asks_with_cases is not None and step.ask not in names.asks_with_cases:
        yield Finding(
            flow.path, step.line, "ask-without-cases", f"{flow.id}: the ask {step.ask!r} has no example answers",
            "add some to a file in evaluation/cases/answers/", warning=True,
        )  # fmt: skip


def _condition_findings(flow: Flow, step: AnyStep, slots: Collection[str]) -> Iterator[Finding]:
    conditions = [branch.condition for branch in step.next if branch.condition]
    if isinstance(step, Collect):
        conditions += [rejection.condition for rejection in step.rejections]
        conditions += [step.enough] if step.enough is not None else []
    for condition in conditions:
        for slot in sorted(condition.slots - set(slots)):
            message = f"condition {condition.source!r} reads the unknown slot {slot!r}"
            yield _fault(flow, step, "slot-unknown", message, "use a slot that an ask fills or a form has")


def _form_findings(flow: Flow, forms: Collection[str]) -> Iterator[Finding]:
    for form in (flow.form or "").split("+"):
        if form not in forms:
            remedy = f"add dialogues/clinical/forms/{form}.yml or use one of: {', '.join(sorted(forms))}"
            yield Finding(flow.path, flow.line, "form-unknown", f"{flow.id}: there is no form {form!r}", remedy)


def _missing_flows(flows: Mapping[str, Flow]) -> Iterator[Finding]:
    folder = next(iter(flows.values())).path.rpartition("/")[0] if flows else "dialogues/flows"
    for name in RUN_BY_PROGRAM:
        if name not in flows:
            message = f"the flow {name}, which the program runs itself, is missing"
            yield Finding(folder, 0, "flow-missing", message, "take it back into a file of dialogues/flows/patterns/")
    used = {s.flow for flow in flows.values() for s in flow.steps.values() if isinstance(s, (CallFlow, LinkFlow))}
    for flow in flows.values():
        if flow.form is None and flow.id not in used and not flow.id.startswith(_PREFIXES_BY_PROGRAM):
            message, remedy = f"nothing runs the flow {flow.id}", "call it, give it `metadata: {form: …}`, or delete it"
            yield Finding(flow.path, flow.line, "flow-unused", message, remedy, warning=True)
