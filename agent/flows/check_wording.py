"""The wording that flows need: missing, never used, without another way to ask, with blanks that nothing fills."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from agent.flows.findings import Finding
from agent.flows.model import Act, AnyStep, Collect, Flow, Response
from agent.flows.responses import placeholders

ALWAYS_FILLED = frozenset({"clinic", "team", "name"})
STAFF_WORDING = ("utter_staff_comes", "utter_staff_gone", "utter_staff_left")
FILLED_BY = {
    "utter_readback": frozenset({"values"}), "utter_education_tip": frozenset({"tip"}),
    **dict.fromkeys(STAFF_WORDING, frozenset({"staff"})),
}  # fmt: skip
"""Responses with values of their own."""
FILLED_AFTER = {"next_visit": "action_suggest_class"}
"""Values that only an action brings."""


def wording_findings(
    flows: Mapping[str, Flow], responses: Mapping[str, Response], said_by_program: Collection[str]
) -> Iterator[Finding]:
    """Everything about wording, for all flows together."""
    folder = next(iter(responses.values())).path.rpartition("/")[0] if responses else "dialogues/responses"
    for name in said_by_program:
        if name not in responses:
            yield Finding(
                folder, 0, "wording-missing", f"there is no wording {name}, which the program says itself",
                f"add {name} with a text to a file in dialogues/responses/",
            )  # fmt: skip
    used = set(said_by_program)
    for flow in flows.values():
        for step in flow.steps.values():
            used |= _possible(step)
            yield from _missing(flow, step, responses)
    for response in responses.values():
        yield from _blanks(response, flows)
        if response.id not in used:
            yield Finding(
                response.path, response.line, "wording-unused", f"nothing says {response.id}",
                "delete it, or mend the name in the flow that should say it", warning=True,
            )  # fmt: skip


def _possible(step: AnyStep) -> set[str]:
    """Responses that a step may say."""
    if isinstance(step, Act):
        return {step.action}
    if not isinstance(step, Collect):
        return set()
    halves = (f"utter_reask_{step.ask}_{slot}" for slot in step.fills)
    return {step.utter, step.reask, *halves, *(r.utter for r in step.rejections)}


def _missing(flow: Flow, step: AnyStep, responses: Mapping[str, Response]) -> Iterator[Finding]:
    needed = [step.utter, *(r.utter for r in step.rejections)] if isinstance(step, Collect) else []
    if isinstance(step, Act) and step.action.startswith("utter_"):
        needed = [step.action]
    for name in needed:
        if name not in responses:
            yield Finding(
                flow.path, step.line, "wording-missing", f"{flow.id}: there is no wording {name}",
                f"add {name} with a text to a file in dialogues/responses/",
            )  # fmt: skip
    if isinstance(step, Collect) and step.utter in responses and not _other_words(step, responses):
        yield Finding(
            flow.path, step.line, "reask-missing",
            f"{flow.id}: {step.ask} is asked again in the same words when it was not understood",
            f"add {step.reask} that says it another way", warning=True,
        )  # fmt: skip


def _other_words(step: Collect, responses: Mapping[str, Response]) -> bool:
    return step.reask in responses or len(responses[step.utter].texts) > 1


def _blanks(response: Response, flows: Mapping[str, Flow]) -> Iterator[Finding]:
    filled = ALWAYS_FILLED | FILLED_BY.get(response.id, frozenset())
    for name in sorted({name for text in response.texts for name in placeholders(text)} - filled):
        action = FILLED_AFTER.get(name)
        if action is None:
            known = ", ".join(f"{{{n}}}" for n in sorted(ALWAYS_FILLED | FILLED_AFTER.keys()))
            yield Finding(
                response.path, response.line, "placeholder-unknown", f"{response.id}: nothing fills {{{name}}}",
                f"use one of {known}",
            )  # fmt: skip
        elif not _all_say_after(response.id, action, flows):
            yield Finding(
                response.path, response.line, "placeholder-empty",
                f"{response.id}: {{{name}}} is empty until {action} has run",
                f"put `- action: {action}` before it in the flow", warning=True,
            )  # fmt: skip


def _all_say_after(response: str, action: str, flows: Mapping[str, Flow]) -> bool:
    """Whether every flow that says the response runs the action in a step above it."""
    for flow in flows.values():
        actions = [step.action for step in flow.steps.values() if isinstance(step, Act)]
        if response in actions and action not in actions[: actions.index(response)]:
            return False
    return True
