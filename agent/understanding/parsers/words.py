"""All parsers of answers in words, by ask id."""

from __future__ import annotations

from agent.understanding.lexicons import Lexicons
from agent.understanding.mishearing import forgiving
from agent.understanding.parsers import adherence, medicines, opening, symptoms, yes_no
from agent.understanding.parsing import Parser


def build(lexicons: Lexicons) -> dict[str, Parser]:
    """Parsers of the opening, yes and no, symptoms, medicines and how they are taken."""
    parsers = {
        **opening.build(lexicons),
        **yes_no.build(lexicons),
        **symptoms.build(lexicons),
        **medicines.build(lexicons),
        **adherence.build(lexicons),
    }
    heard = lexicons.mishearings
    return {ask: forgiving(parser, heard, doses=ask == "medications") for ask, parser in parsers.items()}
