"""Red flags in an utterance that may have been misheard: the net is cast over the words as written and as repaired.

A repair adds flags and may put one in doubt, it never removes one: what only the written words raise is asked about
when a repair in the same clause denies it, and raised as before otherwise. A repaired wording that is merely alike to
others (the statistical net) denies nothing.
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
    spoken_of, present = {m.flag for m in heard if not m.rule.endswith(".likeness")}, _present(heard)
    kept = []
    for mention in written:
        if mention.flag not in spoken_of:
            kept.append(mention)
        elif mention.status is MentionStatus.PRESENT and mention.flag not in present:
            kept.append(_asked(mention, repaired) if _touched(mention, repaired) else mention)
    return tuple(sorted((*kept, *heard), key=lambda m: m.span))


def _touched(mention: Mention, repaired: Repaired) -> bool:
    """Whether a character was repaired between the pauses around the mention."""
    start, end = mention.span
    first = repaired.text.rfind("，", 0, start) + 1
    last = repaired.text.find("，", end)
    return any(first <= at and (last < 0 or at < last) for at in repaired.changes)


def _asked(mention: Mention, repaired: Repaired) -> Mention:
    return replace(mention, status=MentionStatus.UNCERTAIN, reason=f"{mention.reason}; perhaps {repaired.text}")


def _present(found: tuple[Mention, ...]) -> set[str]:
    return {m.flag for m in found if m.status is MentionStatus.PRESENT}
