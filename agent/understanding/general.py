"""The answers that carry no value and may follow every question: unknown, refused, repeat."""

from __future__ import annotations

from agent.domain.answers import AnswerKind
from agent.understanding.lexicons import Lexicons
from agent.understanding.phrases import Phrases
from agent.understanding.text import Utterance

_TAKING_ASKS = frozenset({"med_adherence", "nonadherence_reason"})
_REST_ALLOWED = {AnswerKind.UNKNOWN: 6, AnswerKind.REFUSED: 8, AnswerKind.REPEAT: 5}
"""So many characters besides the phrase and fillers may be a real answer; more than these are."""


def general_answer(utterance: Utterance, ask: str | None, lexicons: Lexicons) -> AnswerKind | None:
    """Unknown, refused, repeat, or None; a phrase inside a longer real answer does not win."""
    text = utterance.text
    sets = lexicons.general
    if ask in _TAKING_ASKS and sets["not_unknown_for_taking"].search(text):
        return None
    if ask == "medications" and _names_something(text, lexicons):
        return None
    for kind, name in ((AnswerKind.REFUSED, "refused"), (AnswerKind.REPEAT, "repeat"), (AnswerKind.UNKNOWN, "unknown")):
        if _mostly(text, sets[name], sets["filler"], _REST_ALLOWED[kind]):
            return kind
    return None


def _names_something(text: str, lexicons: Lexicons) -> bool:
    medicines = lexicons.medicines
    return any(p.search(text) for p in medicines.partial.values()) or medicines.classes.search(text) is not None


def _mostly(text: str, phrases: Phrases, filler: Phrases, allowed: int) -> bool:
    """The phrase occurs, and little else is said."""
    spans = phrases.spans(text, sound=len(text) <= 8)
    if not spans:
        return False
    covered = set().union(*(range(*span) for span in (*spans, *filler.spans(text))))
    return len(text) - len(covered) <= allowed
