"""Facts of the health record told in a conversation about something else: 我对青霉素过敏 beside the blood pressure.

They fill no slot and answer no question: they are written down for a doctor to accept. The record's own parsers read
them; what those read only with doubt is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.domain.answers import AskContext, SlotFill, SlotValue
from agent.domain.health_record import NONE_CODES
from agent.understanding.answering import read_answer
from agent.understanding.knowledge import Knowledge
from agent.understanding.masking import clauses
from agent.understanding.speaker import speaks_for_resident
from agent.understanding.text import Utterance

_NOT_FIELDS = frozenset({"doubtful", "told_by_kin", "another", "myself"})
_DOUBT = ("doubtful", "told_by_kin")


@dataclass(frozen=True, slots=True)
class Told:
    """One fact, or several of one field."""

    slot: str
    value: SlotValue
    text: str
    """The clause that says it."""


def facts_told(text: str, ctx: AskContext, knowledge: Knowledge) -> tuple[Told, ...]:
    """What an utterance tells of the health record, each field once; nothing of what is denied."""
    utterance = knowledge.utterance(text, None)
    if knowledge.instructions.search(utterance.text):
        return ()
    fields = (slot for slot in knowledge.lexicons.record_mentions if slot not in _NOT_FIELDS)
    found = (_told(slot, utterance, ctx, knowledge) for slot in fields if slot not in ctx.slots)
    return tuple(told for told in found if told is not None)


def _told(slot: str, utterance: Utterance, ctx: AskContext, knowledge: Knowledge) -> Told | None:
    for clause in _clauses(slot, utterance.text, ctx, knowledge):
        reading = read_answer(slot, replace(utterance, text=clause), ctx, knowledge)
        for fill in reading.fills:
            if fill.slot == slot and not fill.confirm and not reading.confirm and _says_something(fill):
                return Told(slot, fill.value, clause)
    return None


def _clauses(slot: str, text: str, ctx: AskContext, knowledge: Knowledge) -> Iterator[str]:
    """The clauses with the field's words; then with the one before them: 糖尿病，去年查出来的.

    Where a relative speaks, the words are looked at as the resident would say them; places in the text stay.
    """
    signs, turned = knowledge.lexicons.record_mentions, knowledge.proxy.as_the_resident(text, slot, ctx)
    spans, another = clauses(text), False
    for at, span in enumerate(spans):
        said, meant = text[slice(*span)], turned[slice(*span)]
        another = _of_another(meant, knowledge, before=another)
        if another and not slot.startswith("family_"):
            continue
        if signs[slot].search(meant) and not _unsure(said, meant, ctx, knowledge):
            yield said
            before = slice(*spans[at - 1]) if at else slice(0, 0)
            if text[before] and not _unsure(text[before], turned[before], ctx, knowledge):
                yield f"{text[before]}，{said}"


def _of_another(meant: str, knowledge: Knowledge, *, before: bool) -> bool:
    """老伴胸口疼过，去年，放了支架: whose it is holds on until somebody is named again."""
    signs = knowledge.lexicons.record_mentions
    if signs["myself"].search(meant):
        return False
    return before or signs["another"].search(meant) is not None


def _unsure(said: str, meant: str, ctx: AskContext, knowledge: Knowledge) -> bool:
    """A question, a fear, hearsay; or what a relative tells of himself."""
    signs = knowledge.lexicons.record_mentions
    if any(signs[name].search(meant) for name in _DOUBT):
        return True
    return speaks_for_resident(ctx) and said == meant and ("我" in said or "俺" in said)


def _says_something(fill: SlotFill) -> bool:
    codes = fill.value if isinstance(fill.value, tuple) else (fill.value,)
    return bool(codes) and not any(code in NONE_CODES for code in codes)
