"""A relative's words as the resident would say them: 我妈不抽，我抽 becomes 我不抽，弟弟抽. Places in the text stay."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.domain.answers import AskContext
from agent.understanding.speaker import speaks_for_resident
from agent.yaml_lines import load_yaml

_SAYS_WHO = frozenset(
    {"identity", "consent", "proxy_relation", "name", "contact_name", "contact_phone", "contact_relation", "phone"}
)
"""Asks where the caller speaks of himself."""
_FILLER = "呢"
"""我妈的是一百二 -> 我呢的是一百二: it says nothing, and no clause ends at it."""
_SEX = {"2": "mother", "1": "father"}
_RELATION = {"1": "spouse", "2": "child", "3": "child", "4": "grandchild"}
Rules = Sequence[tuple[re.Pattern[str], str]]


@dataclass(frozen=True, slots=True)
class Proxy:
    """``nlu_data/proxy.yml``."""

    resident: Mapping[str, re.Pattern[str]]
    """By ``mother``, ``father``, ``spouse`` or ``any``: words that mean the resident."""
    caller: re.Pattern[str]
    somebody_else: str
    married: Mapping[str, re.Pattern[str]]
    """By ``mother`` or ``father``: words that mean the resident's husband or wife."""
    family: Mapping[str, Rules]

    def as_the_resident(self, text: str, ask: str, ctx: AskContext) -> str:
        """The words turned round; as they are where the resident speaks."""
        if ask in _SAYS_WHO or not speaks_for_resident(ctx):
            return text
        relation = _RELATION.get(str(ctx.slots.get("contact_relation", "")), "")
        parent = _SEX.get(ctx.resident.sex if ctx.resident else "", "") if relation == "child" else ""
        if ask.startswith("family_"):
            said = text
            for says, means in self.family.get(relation, ()):
                text = _replaced(says, means, text)
            if text != said:  # 我奶奶啊，她有糖尿病: she is whom the words named
                return text
        if parent in self.married:
            text = _replaced(self.married[parent], "老伴", text)
        kinds = ["any", parent, "spouse" if relation == "spouse" else ""]
        meant = [self.resident[kind] for kind in kinds if kind in self.resident]
        if any(words.search(text) for words in meant):
            text = _replaced(self.caller, self.somebody_else, text)
        for words in meant:
            text = _replaced(words, "我", text)
        return text


def _replaced(words: re.Pattern[str], by: str, text: str) -> str:
    return words.sub(lambda match: (by + _FILLER * len(match[0]))[: len(match[0])], text)


def load_proxy(path: Path) -> Proxy:
    """Read the file."""
    data = load_yaml(path)
    family = {
        kind: tuple((re.compile(rule["says"]), str(rule["means"])) for rule in rules)
        for kind, rules in data["family"].items()
    }
    resident = {kind: re.compile("|".join(words)) for kind, words in data["resident"].items()}
    married = {kind: re.compile("|".join(words)) for kind, words in data["spouse_of_resident"].items()}
    return Proxy(resident, re.compile(data["caller"]), str(data["somebody_else"]), married, family)
