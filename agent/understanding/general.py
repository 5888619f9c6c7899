"""The answers that carry no value and may follow every question: unknown, refused, repeat."""

from __future__ import annotations

import re

from agent.domain.answers import AnswerKind
from agent.understanding.lexicons import Lexicons
from agent.understanding.phrases import Phrases
from agent.understanding.text import Utterance

_TAKING_ASKS = frozenset({"med_adherence", "nonadherence_reason"})
_HOUR = re.compile("[零一二两三四五六七八九十\\d][点:]")
_CALL_ASKS = frozenset({"callback_time", "next_call_ok"})
_REST_ALLOWED = {AnswerKind.UNKNOWN: 6, AnswerKind.REFUSED: 8, AnswerKind.REPEAT: 5}
"""So many characters besides the phrase and fillers may be a real answer; more than these are."""
_REST_UNREAD = 14
"""The same where the ask's own parser found nothing at all in the words."""


def asks_to_repeat(utterance: Utterance, lexicons: Lexicons) -> bool:
    """再说一遍 in so many words, whatever else is said (耳朵聋 alone may be an answer)."""
    return lexicons.general["repeat_asked"].search(utterance.text) is not None


def general_answer(
    utterance: Utterance, ask: str | None, lexicons: Lexicons, *, unread: bool = False
) -> AnswerKind | None:
    """Unknown, refused, repeat, or None; a phrase inside a longer real answer does not win.

    ``unread``: the ask's own parser made nothing of the words, so more may stand beside the phrase.
    """
    text = utterance.text
    sets = lexicons.general
    if ask in _TAKING_ASKS and sets["not_unknown_for_taking"].search(text):
        return None
    if ask == "medications" and _names_something(text, lexicons):
        return None
    if ask in _CALL_ASKS and sets["no_calls"].search(text) and not _HOUR.search(text):
        return AnswerKind.REFUSED
    if unread and not sets["refused"].search(text) and asks_to_repeat(utterance, lexicons):
        return AnswerKind.REPEAT
    for kind, name in ((AnswerKind.REFUSED, "refused"), (AnswerKind.REPEAT, "repeat"), (AnswerKind.UNKNOWN, "unknown")):
        if _mostly(text, sets[name], sets["filler"], _REST_UNREAD if unread else _REST_ALLOWED[kind]):
            return kind
    return None


_ANY_MEDICINE = re.compile("(?:我|俺)?(?:吃|打|用|开)的(?:药|针)")


def _names_something(text: str, lexicons: Lexicons) -> bool:
    text = _ANY_MEDICINE.sub("", text)
    medicines = lexicons.medicines
    return any(p.search(text) for p in medicines.partial.values()) or medicines.classes.search(text) is not None


def _mostly(text: str, phrases: Phrases, filler: Phrases, allowed: int) -> bool:
    """The phrase occurs, and little else is said."""
    spans = phrases.spans(text, sound=len(text) <= 8)
    if not spans:
        return False
    covered = set().union(*(range(*span) for span in (*spans, *filler.spans(text))))
    return len(text) - len(covered) <= allowed
