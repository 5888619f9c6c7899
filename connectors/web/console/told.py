"""What scripts are told of alerts and running conversations, in the language of the page; words stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from connectors.web.console.views import AlertView, LiveView
from connectors.web.english import english
from connectors.web.language import Language


def alert_in(language: Language, alert: AlertView) -> AlertView:
    """An alert with its pre-brief."""
    if language is Language.CHINESE:
        return alert
    say = english().say
    return replace(
        alert, title=say(alert.title), rank=say(alert.rank), person=say(alert.person), values=_each(alert.values),
        medicines=_each(alert.medicines), evidence=english().say_value(alert.evidence),
        words=tuple((say(who), text) for who, text in alert.words),
    )  # fmt: skip


def live_in(language: Language, live: LiveView) -> LiveView:
    """A conversation that goes on."""
    if language is Language.CHINESE:
        return live
    say = english().say
    return replace(
        live, person=say(live.person), what=say(live.what), values=_each(live.values),
        lines=tuple(replace(line, who=say(line.who)) for line in live.lines),
        alerts=tuple(alert_in(language, alert) for alert in live.alerts),
    )  # fmt: skip


def ring_in(language: Language, message: dict[str, Any]) -> dict[str, Any]:
    """What a doctor's desk is told; a ring has values by their names, and words."""
    if language is Language.CHINESE or "values" not in message:
        return message
    say, say_value = english().say, english().say_value
    values = [{**value, "label": say(value["label"]), "value": say(value["value"])} for value in message["values"]]
    return {**message, "values": values, "alerts": [say_value(words) for words in message["alerts"]]}


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(english().say(text) for text in texts)
