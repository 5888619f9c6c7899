"""The engine: runs flows until something must be heard. Deterministic, no I/O.

``run`` works the stack of flows down to the next question (or the end); a digression or a repair is a flow
pushed on top, and when it ends the interrupted question is put again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.domain.alerts import Subject
from agent.domain.effects import Say
from agent.domain.events import AgentSaid
from agent.flows.actions import ACTIONS, Tools, close_ask
from agent.flows.log import Work
from agent.flows.model import END, Act, AnyStep, Assign, CallFlow, Collect, Flow, LinkFlow, Response
from agent.flows.readback import put_read_back
from agent.flows.state import Frame, Probe, ReadBack
from agent.understanding.asks import PROBE_ASK

MAX_STEPS = 250
"""Breaker for loops that ``flows check`` could not see (the number is Rasa's)."""
MAX_FAILURES = 3
"""So many answers that were not understood end an ask."""


@dataclass(frozen=True, slots=True)
class Script:
    """The flows and wording that the engine runs."""

    flows: Mapping[str, Flow]
    responses: Mapping[str, Response]
    tools: Tools

    def step(self, frame: Frame) -> AnyStep | None:
        """The step a frame stands at; None at the end of its flow."""
        return None if frame.step == END else self.flows[frame.flow].steps[frame.step]


def push(work: Work, script: Script, flow: str) -> None:
    """Start a flow on top of what runs."""
    frame = Frame(flow, script.flows[flow].first)
    work.state = replace(work.state, stack=(*work.state.stack, frame))


def ask_anew(work: Work, script: Script) -> None:
    """Put the question for consent again, as if it had never been answered; what is open waits behind it."""
    kept = {slot: value for slot, value in work.state.slots.items() if slot not in ("consent", "consent_words")}
    tried = {ask: times for ask, times in work.state.attempts.items() if ask != "consent"}
    work.state = replace(work.state, slots=kept, attempts=tried, consent=None, pending=None, question=None)
    push(work, script, "pattern_consent_again")


def open_collect(work: Work, script: Script) -> Collect | None:
    """The collect step that waits for an answer, if one does."""
    if not work.state.stack:
        return None
    step = script.step(work.state.stack[-1])
    return step if isinstance(step, Collect) else None


def run(work: Work, script: Script) -> None:
    """Run until a question is open or the conversation has ended."""
    for _ in range(MAX_STEPS):
        state = work.state
        if state.outcome is not None:
            return
        if isinstance(state.pending, Probe):
            mention = state.pending.mention
            other = mention.subject is Subject.OTHER
            work.say("utter_probe_other" if other else f"utter_probe_{mention.flag}", ask=f"{PROBE_ASK}{mention.flag}")
            return
        if isinstance(state.pending, ReadBack):
            put_read_back(work, script.tools.rules)
            return
        if not state.stack:
            ACTIONS["action_end_completed"](work, script.tools)
            return
        if _one_step(work, script):
            return
    raise RuntimeError(f"flow {work.state.stack[-1].flow} does not come to a question in {MAX_STEPS} steps")


def _one_step(work: Work, script: Script) -> bool:
    """Run the step on top; True when it waits for the resident."""
    step = script.step(work.state.stack[-1])
    if step is None:
        work.state = replace(work.state, stack=work.state.stack[:-1])
        return False
    if isinstance(step, Collect):
        return _collect(work, script, step)
    _move(work, step)
    match step:
        case Act() if step.action.startswith("utter_"):
            work.say(step.action)
        case Act():
            ACTIONS[step.action](work, script.tools)
        case CallFlow():
            push(work, script, step.flow)
        case LinkFlow():
            work.state = replace(work.state, stack=(Frame(step.flow, script.flows[step.flow].first),))
        case Assign():
            kept = {slot: value for slot, value in work.state.slots.items() if slot not in step.values}
            kept |= {slot: value for slot, value in step.values.items() if value is not None}
            work.state = replace(work.state, slots=kept)
    return False


def _move(work: Work, step: AnyStep) -> None:
    """Go on to the first branch that holds."""
    slots = work.state.slots
    target = next(b.target for b in step.next if b.condition is None or b.condition.holds(slots))
    work.state = work.state.at(target)


def _collect(work: Work, script: Script, step: Collect) -> bool:
    if _satisfied(work, step):
        _move(work, step)
        return False
    for rejection in step.rejections:
        if rejection.condition.holds(work.state.slots):
            kept = {slot: value for slot, value in work.state.slots.items() if slot not in step.fills}
            work.state = replace(work.state, slots=kept)
            _put(work, step, rejection.utter, 0)
            return True
    if work.state.attempts.get(step.ask, 0) >= MAX_FAILURES:
        return _give_up(work, script, step)
    if not work.listening:
        put_question(work, step)
    return True


def _satisfied(work: Work, step: Collect) -> bool:
    state = work.state
    if step.ask in state.closed:
        return True
    if any(rejection.condition.holds(state.slots) for rejection in step.rejections):
        return False
    if step.enough is not None and step.enough.holds(state.slots):
        return True
    return all(slot in state.slots or (step.once and slot in state.history) for slot in step.fills)


def _give_up(work: Work, script: Script, step: Collect) -> bool:
    """After three misunderstandings: leave the ask open for the doctor, or end when it was a required one."""
    if step.required:
        push(work, script, "pattern_cannot_continue")
        return False
    close_ask(work, step.ask, "not_understood", step.fills)
    work.say("utter_move_on")
    return False


def put_question(work: Work, step: Collect) -> None:
    """Ask; after a misunderstanding in other words, after half an answer only for what is missing."""
    failures = work.state.attempts.get(step.ask, 0)
    missing = [slot for slot in step.fills if slot not in work.state.slots]
    half = f"utter_reask_{step.ask}_{missing[0]}" if missing else ""
    if 0 < len(missing) < len(step.fills) and half in work.responses:
        _put(work, step, half, failures)
    elif failures and step.reask in work.responses:
        _put(work, step, step.reask, failures - 1)
    else:
        _put(work, step, step.utter, failures)


def _put(work: Work, step: Collect, response: str, variant: int) -> None:
    work.say(response, variant=variant, ask=step.ask)


def repeat_question(work: Work) -> None:
    """Say the open question again, word for word, in the present manner."""
    question = work.state.question
    if question is None:
        return
    manner = work.state.manner
    again = replace(question, rate=manner.rate, volume=manner.volume)
    work.effects.append(again)
    work.emit(AgentSaid(work.state.turn, again.text, again.response, again.ask))


def spoken(work: Work) -> list[Say]:
    """What this turn says, in order."""
    return [effect for effect in work.effects if isinstance(effect, Say)]
