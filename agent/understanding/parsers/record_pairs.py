"""Asks of the record that people answer together: AB型RH阳性 in one breath, one parent and then the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from agent.domain.answers import AskContext, Reading, SlotFill
from agent.understanding.parsing import Parser
from agent.understanding.text import Utterance

_NAMED = {
    "family_father": re.compile("父亲|爸|爹|老爷子"),
    "family_mother": re.compile("母亲|妈|(?<!大)(?<!姑)(?<!新)娘(?!家)"),
    "family_sibling": re.compile("[哥弟姐妹]|兄"),
    "family_child": re.compile("儿子|女儿|闺女|孩子|子女|姑娘"),
    "blood_abo": re.compile("[abo]b?型|ab(?![a-z])"),
    "blood_rh": re.compile("rh|r h|阿[尔而]?[艾爱哎]?[吃奇去]|熊猫血|[阴阳]性"),
}
"""What must be said for another ask of the group to be answered beside the open one."""
_BLOOD = ("blood_abo", "blood_rh")
_FAMILY = ("family_father", "family_mother", "family_sibling", "family_child")


def build(parsers: Mapping[str, Parser]) -> dict[str, Parser]:
    """The parsers of the blood groups, each reading the other's answer too."""
    return {ask: _together(ask, parsers) for ask in _BLOOD}


def of_relatives(
    ask: str | None, utterance: Utterance, ctx: AskContext, parsers: Mapping[str, Parser]
) -> list[SlotFill]:
    """What an answer about one relative says of the others."""
    return beside(ask, _FAMILY, utterance, ctx, parsers) if ask in _FAMILY else []


def beside(
    ask: str | None, group: Sequence[str], utterance: Utterance, ctx: AskContext, parsers: Mapping[str, Parser]
) -> list[SlotFill]:
    """Fills of the other asks of the group that the utterance names."""
    return [
        fill
        for other in group
        if other != ask and _NAMED[other].search(utterance.text)
        for fill in parsers[other](utterance, ctx).fills
        if fill.slot == other and not fill.confirm
    ]


def _together(ask: str, parsers: Mapping[str, Parser]) -> Parser:
    alone = {other: parsers[other] for other in _BLOOD}

    def parse(utterance: Utterance, ctx: AskContext) -> Reading:
        found = alone[ask](utterance, ctx)
        if not found.fills:
            return found
        return replace(found, fills=(*found.fills, *beside(ask, _BLOOD, utterance, ctx, alone)))

    return parse
