"""Staff in place of the agent: what becomes of danger that the resident tells them of. Pure steps, as in ``turns``."""

from __future__ import annotations

from dataclasses import replace

from agent import turns
from agent.domain.alerts import Alert, Severity
from agent.domain.answers import AskContext
from agent.domain.commands import RaiseAlert
from agent.domain.effects import Escalate
from agent.flows.apply import note_alert, run_alert
from agent.flows.engine import Script, run
from agent.flows.log import Work
from agent.understanding.interpret import interpret
from agent.understanding.knowledge import Knowledge


def raised(text: str, ctx: AskContext, knowledge: Knowledge) -> tuple[Alert, ...]:
    """The alerts that words raise which answer no question of ours, by either net."""
    commands = interpret(text, None, ctx, knowledge).commands
    return tuple(command.alert for command in commands if isinstance(command, RaiseAlert))


def tell_staff(work: Work, alerts: tuple[Alert, ...]) -> None:
    """Alerts of a call that staff hold: written, and a doctor wanted; the agent does not speak over them."""
    for alert in alerts:
        if note_alert(work, alert):
            work.state = replace(work.state, staff_alerts=(*work.state.staff_alerts, alert))
            work.effects.append(Escalate(alert.flag, alert))


def take_danger(work: Work, script: Script, alerts: tuple[Alert, ...]) -> None:
    """Staff who were told of danger are gone: the agent says what must be said."""
    before = work.state.stack
    run_alert(work, script, min(alerts, key=lambda alert: (alert.severity is Severity.VALUE, alert.severity)))
    if work.state.stack == before:
        turns.ask_again(work, script)
    else:
        run(work, script)
