"""What each ask id of formats.md fills, and which asks take a plain kind of answer."""

from __future__ import annotations

from agent.domain.answers import AnswerKind

ASK_SLOTS: dict[str, tuple[str, ...]] = {
    "blood_pressure": ("sbp", "dbp"),
    "exercise": ("exercise_per_week_now", "exercise_minutes_now"),
    "proxy_relation": ("contact_relation",),
    "adr": ("adr",),
}
"""Asks that fill something else than the slot of their own name."""

KIND_ASKS: dict[str, frozenset[AnswerKind]] = {
    "identity": frozenset({AnswerKind.SELF, AnswerKind.PROXY, AnswerKind.WRONG_PERSON}),
    "consent": frozenset({AnswerKind.YES, AnswerKind.NO, AnswerKind.LATER}),
}
"""Asks whose slot takes the kind of answer itself."""

_YES_NO = frozenset({AnswerKind.YES, AnswerKind.NO})
YES_NO_ASKS = ("yes_no", "someone_nearby", "suicide_plan", "suicide_means", "next_call_ok", "resume_now", "cancel_sure")
"""Asks of the patterns and the closing that are answered with yes or no."""

KIND_ASKS |= dict.fromkeys(YES_NO_ASKS, _YES_NO)

PROBE_ASK = "probe_"
"""Prefix of the asks that settle a doubtful red-flag mention; they are answered with yes or no."""

FREE_TEXT_ASKS = ("aux_exam", "resident_question")
"""Asks whose words are kept as they are."""


def slots_of(ask: str) -> tuple[str, ...]:
    """Slots that an ask fills."""
    return ASK_SLOTS.get(ask, (ask,))
