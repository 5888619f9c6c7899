"""Answers refused or not known in so many words, whatever else was caught: 我吃多少盐你也要管，不想说 is no 口轻."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.domain.answers import AnswerKind, Reading
from agent.understanding.lexicons import Lexicons
from agent.understanding.masking import NUMERAL, blank, clauses

_SAID_OTHERWISE = frozenset(
    {
        "identity", "consent", "med_adherence", "nonadherence_reason", "callback_time", "wants_doctor", "blood_abo",
        "blood_rh", "education", "med_taken_today",
    }
)  # fmt: skip
"""Asks where 不想说了, 忘了 or 不知道 are answers of another kind, or codes of the form."""
_FIGURE = re.compile(f"[{NUMERAL}点]{{2,}}")


def outright(ask: str, text: str, reading: Reading, read: Callable[[str], Reading], lexicons: Lexicons) -> Reading:
    """``reading``, or the refusal or the not-knowing that a whole clause says."""
    if ask in _SAID_OTHERWISE or reading.answer is not None:
        return reading
    spans = clauses(text)
    refused = any(lexicons.general["refused_surely"].search(text[a:b]) for a, b in spans)
    if refused and ask.endswith("_symptoms") and reading.fills:
        return reading.read_back("a complaint, and no wish to talk")  # 心口有点慌，我不想说了: it is not lost
    if refused and not _FIGURE.search(text):
        return Reading(answer=AnswerKind.REFUSED, complete=True, reason="will not say")
    unknown = [span for span in spans if lexicons.general["unknown_surely"].search(text[slice(*span)])]
    if not unknown or not reading.fills or all(isinstance(f.value, (int, float)) for f in reading.fills):
        return reading
    rest = text
    for span in unknown:
        rest = blank(rest, *span)
    kept = read(rest)
    if not kept.fills:
        return Reading(answer=AnswerKind.UNKNOWN, complete=True, reason="does not know")
    return kept.read_back("not sure of it")
