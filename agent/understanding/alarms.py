"""Red flags in an utterance that may have been misheard: the net is cast over the words as written and as repaired.

A repair adds flags and may put one in doubt, it never removes one: what only the written words raise is asked about
when the repaired words speak of the same flag and deny it, and raised as before when they do not speak of it.
"""

from __future__ import annotations

from dataclasses import replace

from agent.domain.alerts import Mention, MentionStatus
from agent.domain.answers import AskContext
from agent.understanding.redflags import RedFlagRules, mentions
from agent.understanding.repair import Repaired
from agent.understanding.text import Utterance


def heard_mentions(
    utterance: Utterance, repaired: Repaired, ask: str | None, ctx: AskContext, rules: RedFlagRules
) -> tuple[Mention, ...]:
    """Every mention of a red flag, by the likelier of the two wordings."""
    written = mentions(utterance, ask, ctx, rules)
    if not repaired.changes:
        return written
    heard = mentions(replace(utterance, text=repaired.text), ask, ctx, rules)
    spoken_of, present = {m.flag for m in heard}, _present(heard)
    kept = [m for m in written if m.flag not in spoken_of]
    doubted = [
        replace(m, status=MentionStatus.UNCERTAIN, reason=f"{m.reason}; perhaps {repaired.text}")
        for m in written
        if m.flag in spoken_of and m.flag not in present and m.status is MentionStatus.PRESENT
    ]
    return tuple(sorted((*kept, *doubted, *heard), key=lambda m: m.span))


def _present(found: tuple[Mention, ...]) -> set[str]:
    return {m.flag for m in found if m.status is MentionStatus.PRESENT}
