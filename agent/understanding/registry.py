"""All parsers by ask id."""

from __future__ import annotations

from pathlib import Path

from agent.domain.answers import AnswerKind, AskContext, Reading, SlotFill
from agent.understanding.asks import FREE_TEXT_ASKS, YES_NO_ASKS
from agent.understanding.lexicons import Lexicons
from agent.understanding.parsers import (
    blood_pressure,
    callback,
    counts,
    glucose,
    insulin,
    lifestyle,
    record_birth,
    record_choices,
    record_names,
    record_numbers,
    record_pairs,
    scores,
    services,
    vitals,
    words,
)
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance


def build_parsers(nlu_data: Path, lexicons: Lexicons) -> dict[str, Parser]:
    """Every ask's parser; asks of the patterns share the yes/no one. Raises ``DefinitionError``."""
    parsers: dict[str, Parser] = {}
    for module in (blood_pressure, callback, counts, glucose, insulin, lifestyle, scores, services, vitals):
        parsers |= module.PARSERS
    parsers |= record_numbers.parsers()
    for name in ("record.yml", "services.yml"):
        parsers |= record_choices.build(nlu_data / name, lexicons)
    parsers |= record_pairs.build(parsers)
    parsers |= words.build(lexicons)
    yes_no = parsers["yes_no"]
    parsers |= dict.fromkeys(YES_NO_ASKS, yes_no)
    parsers |= {ask: _free_text(ask, yes_no) for ask in FREE_TEXT_ASKS}
    parsers |= record_names.build(nlu_data, lexicons)
    parsers["birth_date"] = record_birth.birth_date
    return parsers


def _free_text(slot: str, yes_no: Parser) -> Parser:
    """Keeps the words; 没有 becomes 无."""

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        if not utterance.text:
            return Reading()
        kind = yes_no(utterance, ctx).answer
        if kind is AnswerKind.NO:
            return Reading((SlotFill(slot, "无", reason="denied"),), complete=True)
        if kind is AnswerKind.YES and len(utterance.text) <= 3:
            return Reading(confirm=True, reason="what it was is not said")
        return Reading((SlotFill(slot, utterance.text, 0.8, (0, len(utterance.text)), reason="kept as said"),))

    return parse
