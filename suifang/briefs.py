"""What a doctor reads in the seconds before answering: what was said so far, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from agent.clinical.forms import Form
from agent.clinical.labels import Labels
from agent.domain.events import ConversationOpened, Event
from agent.report.fold import fold_slots
from agent.report.words import value_words

BRIEF_VALUES = 8
"""Forms begin with symptoms and signs; the rest is in the report."""


def answered(events: Sequence[Event], form: Form | None, labels: Labels) -> Iterator[tuple[str, str]]:
    """Label and words of every answer in the order of the form, but for the medicines."""
    given = fold_slots(events)
    for item in form.fields() if form else ():
        if item.slot in given and item.type != "medications":
            yield item.label, value_words(item, given[item.slot].value, labels)


def medicines(events: Sequence[Event], labels: Labels) -> tuple[str, ...]:
    """Names of the medicines named now; of those of the last visit where none was."""
    given = fold_slots(events).get("medications")
    opened = next((event.body for event in events if isinstance(event.body, ConversationOpened)), None)
    named: Any = given.value if given else opened.history.get("medications") if opened else ()
    items = named if isinstance(named, tuple | list) else ()
    return tuple(labels.medicine(item if isinstance(item, str) else item.id) for item in items)
