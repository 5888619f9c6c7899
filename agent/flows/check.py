"""What spans several files: unknown flows, slots, actions and asks, missing wording, unreachable steps, dead loops.

Returns findings instead of raising, so that a flow developer sees all of them at once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from agent.errors import DefinitionError
from agent.flows.actions import ACTIONS
from agent.flows.engine import Script
from agent.flows.model import END, Act, AnyStep, CallFlow, Collect, Flow, LinkFlow


@dataclass(frozen=True, slots=True)
class KnownNames:
    """Names that flows may use besides their own."""

    asks: Collection[str]
    slots: Collection[str]


def check(script: Script, names: KnownNames) -> list[DefinitionError]:
    """All faults of all flows, in file order."""
    return [fault for flow in script.flows.values() for fault in _flow_faults(flow, script, names)]


def _flow_faults(flow: Flow, script: Script, names: KnownNames) -> Iterator[DefinitionError]:
    for step in flow.steps.values():
        yield from _target_faults(flow, step)
        yield from _step_faults(flow, step, script, names)
        yield from _condition_faults(flow, step, names)
    for step_id in flow.steps.keys() - _reachable(flow):
        yield _fault(
            flow,
            flow.steps[step_id],
            "step-unreachable",
            f"step {step_id} is never reached",
            "lead a `next` to it or delete it",
        )
    if not _ends(flow):
        yield _fault(
            flow, flow.steps[flow.first], "flow-without-end", "no way through this flow ends", "let one `next` be END"
        )


def _fault(flow: Flow, step: AnyStep, code: str, message: str, remedy: str) -> DefinitionError:
    return DefinitionError(code, f"{flow.id}: {message}", remedy, path=flow.path, line=step.line)


def _target_faults(flow: Flow, step: AnyStep) -> Iterator[DefinitionError]:
    for branch in step.next:
        if branch.target != END and branch.target not in flow.steps:
            known = ", ".join(list(flow.steps)[:8])
            yield _fault(
                flow,
                step,
                "next-unknown",
                f"step {step.id} leads to {branch.target!r}, which is no step",
                f"use END or one of: {known}",
            )


def _step_faults(flow: Flow, step: AnyStep, script: Script, names: KnownNames) -> Iterator[DefinitionError]:
    if isinstance(step, Collect):
        if step.ask not in names.asks:
            yield _fault(
                flow,
                step,
                "ask-without-parser",
                f"no parser reads the ask {step.ask!r}",
                "use a known ask id, or add a parser under agent/understanding/parsers/",
            )
        for utter in (step.utter, *(rejection.utter for rejection in step.rejections)):
            yield from _wording_faults(flow, step, utter, script.responses)
    elif isinstance(step, Act) and step.action.startswith("utter_"):
        yield from _wording_faults(flow, step, step.action, script.responses)
    elif isinstance(step, Act) and step.action not in ACTIONS:
        yield _fault(
            flow,
            step,
            "action-unknown",
            f"there is no action {step.action!r}",
            f"use utter_* or one of: {', '.join(sorted(ACTIONS))}",
        )
    elif isinstance(step, (CallFlow, LinkFlow)) and step.flow not in script.flows:
        yield _fault(
            flow,
            step,
            "flow-unknown",
            f"there is no flow {step.flow!r}",
            f"use one of: {', '.join(sorted(script.flows))}",
        )


def _wording_faults(
    flow: Flow, step: AnyStep, utter: str, responses: Mapping[str, object]
) -> Iterator[DefinitionError]:
    if utter not in responses:
        yield _fault(
            flow,
            step,
            "wording-missing",
            f"there is no wording {utter}",
            f"add {utter} with a text to a file in dialogues/responses/",
        )


def _condition_faults(flow: Flow, step: AnyStep, names: KnownNames) -> Iterator[DefinitionError]:
    conditions = [branch.condition for branch in step.next if branch.condition]
    if isinstance(step, Collect):
        conditions += [rejection.condition for rejection in step.rejections]
    for condition in conditions:
        for slot in sorted(condition.slots - set(names.slots)):
            yield _fault(
                flow,
                step,
                "slot-unknown",
                f"condition {condition.source!r} reads the unknown slot {slot!r}",
                "use a slot that an ask fills",
            )


def _reachable(flow: Flow) -> set[str]:
    seen: set[str] = set()
    open_ids = [flow.first]
    while open_ids:
        step_id = open_ids.pop()
        if step_id in seen or step_id not in flow.steps:
            continue
        seen.add(step_id)
        open_ids.extend(branch.target for branch in flow.steps[step_id].next)
    return seen


def _ends(flow: Flow) -> bool:
    return any(
        branch.target == END or isinstance(step, LinkFlow)
        for step_id in _reachable(flow)
        for step in (flow.steps[step_id],)
        for branch in step.next
    )
