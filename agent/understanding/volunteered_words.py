"""Answers in words given outside their question: only what can hardly mean anything else."""

from __future__ import annotations

import re

from agent.domain.answers import AskContext, SlotFill
from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Polarity
from agent.understanding.parsers.adherence import adherence_code
from agent.understanding.parsers.medicines import read_medications
from agent.understanding.parsers.symptoms import complaints
from agent.understanding.text import Utterance

_DENIALS = {"smoke_per_day_now": "no_smoking", "alcohol_liang_now": "no_drinking"}
_ADHERENCE = {"2": "adherence_intermittent", "3": "adherence_none", "1": "adherence_regular"}
_NOT_REGULAR = frozenset({"2", "3"})
_REASONS = {"1": "reason_money", "4": "reason_access"}
_RAN_OUT = re.compile("完了|没了|没药")
_SETTINGS = {"home": "home", "pharmacy": "pharmacy", "clinic": "clinic"}
_FORMS = {"htn_symptoms": "htn", "dm_symptoms": "dm", "copd_symptoms": "copd"}
_VAGUE = frozenset({"other", "ache", "hunger", "weak"})


def volunteered_words(utterance: Utterance, ctx: AskContext, lexicons: Lexicons) -> tuple[SlotFill, ...]:
    """Slots of other asks: medicines taken, adherence, no smoking, no drinking, symptoms, where pressure is taken."""
    text = utterance.text
    if not text:
        return ()
    return (
        *_denials(text, lexicons),
        *_adherence(text, lexicons),
        *_reasons(text, lexicons),
        *_setting(text, lexicons),
        *_medicines(text, ctx, lexicons),
        *_symptoms(text, ctx, lexicons),
    )


def _denials(text: str, lexicons: Lexicons) -> list[SlotFill]:
    sets = lexicons.volunteered
    spans = {slot: sets[name].search(text) for slot, name in _DENIALS.items()}
    return [SlotFill(slot, 0, 0.9, span, reason=f"said {text[slice(*span)]}") for slot, span in spans.items() if span]


def _adherence(text: str, lexicons: Lexicons) -> list[SlotFill]:
    for code, name in _ADHERENCE.items():
        if span := lexicons.volunteered[name].search(text):
            return [SlotFill("med_adherence", code, 0.85, span, reason=f"said {text[slice(*span)]}")]
    return []


def _reasons(text: str, lexicons: Lexicons) -> list[SlotFill]:
    """药太贵，我就没吃: why it is not taken, said along; to forget is no reason of its own."""
    found = adherence_code(text, lexicons)
    if found is None or found[0] not in _NOT_REGULAR:
        return []
    spans = {code: span for code, name in _REASONS.items() if (span := lexicons.adherence[name].search(text))}
    spans = {code: span for code, span in spans.items() if not _RAN_OUT.search(text, *span)}
    if not spans:
        return []
    return [SlotFill("nonadherence_reason", tuple(sorted(spans)), 0.8, min(spans.values()), reason="said along")]


def _setting(text: str, lexicons: Lexicons) -> list[SlotFill]:
    sets = lexicons.volunteered
    if not sets["pressure_context"].search(text) or sets["sugar_context"].search(text):
        return []
    for value, name in _SETTINGS.items():
        if span := sets[name].search(text):
            return [SlotFill("bp_setting", value, 0.85, span, reason=f"said {text[slice(*span)]}")]
    return []


def _medicines(text: str, ctx: AskContext, lexicons: Lexicons) -> list[SlotFill]:
    """Names together with a verb of taking; a misheard name counts only as the answer to its own question."""
    if not lexicons.volunteered["taking"].search(text):
        return []
    reading = read_medications(text, ctx, lexicons, exact_only=True)
    return [fill for fill in reading.fills if fill.value]


def _symptoms(text: str, ctx: AskContext, lexicons: Lexicons) -> list[SlotFill]:
    """Complaints said to be there these days, on the forms of this conversation (all, when none is known)."""
    cue = lexicons.volunteered["now_cue"].search(text)
    if not cue:
        return []
    fills: list[SlotFill] = []
    for slot, form in _FORMS.items():
        found = complaints(text, form, lexicons, sound=False)
        present = [
            c for c in found if c.polarity is Polarity.PRESENT and c.concept.id not in _VAGUE and c.span[0] >= cue[0]
        ]
        codes = tuple(sorted({c.concept.codes[form] for c in present} - {"10"}, key=int))
        if codes:
            fills.append(SlotFill(slot, codes, 0.75, present[0].span, reason=f"said {text[slice(*present[0].span)]}"))
    return fills
