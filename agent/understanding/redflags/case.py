"""One candidate in its utterance, and what the judges ask about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.domain.alerts import MentionStatus
from agent.understanding.redflags.lexicon import RedFlagRules
from agent.understanding.redflags.matching import Candidate

_COMPLETION = re.compile(
    "(?:楚|利索|得慌|慌|不?起来|不?下来|上来|过来|得不行|斜|厉害|[来疼痛味便色屎着得]|一跤|个?跟头|一下|一次|了(?!断))+"
)
"""How a phrase ends that a rule names only the beginning of."""


@dataclass(frozen=True)
class Case:
    """One candidate in its utterance."""

    text: str
    candidate: Candidate
    rules: RedFlagRules
    ask: str | None
    listing: bool
    """The raw words had 、 between items."""

    @property
    def start(self) -> int:
        return self.candidate.span[0]

    @property
    def end(self) -> int:
        """Where the words of the mention end: 嘴歪 goes on to 嘴歪了."""
        at = self.candidate.span[1]
        more = _COMPLETION.match(self.text, at)
        return more.end() if more else at

    @property
    def rest(self) -> str:
        return self.text[self.end :]

    @property
    def clause_left(self) -> str:
        return self.text[self.text.rfind("，", 0, self.start) + 1 : self.start]

    @property
    def last_start(self) -> int:
        """Where the last sign of several begins: a supposition before it is about them all."""
        return self.start if self.candidate.rule.kind == "seq" else max(p[0] for p in self.candidate.pieces)

    @property
    def clause(self) -> str:
        stop = self.text.find("，", self.end)
        return self.clause_left + self.text[self.start : stop if stop >= 0 else len(self.text)]

    @property
    def last(self) -> str:
        start, end = self.candidate.pieces[-1]
        return self.text[start:end]

    def cue(self, name: str, words: str) -> re.Match[str] | None:
        return self.rules.cues[name].search(words)

    @property
    def flag(self) -> str:
        return self.candidate.rule.flag


Verdict = tuple[MentionStatus, str] | None


def last(case: Case, name: str, words: str) -> re.Match[str] | None:
    found = None
    for found in case.rules.cues[name].finditer(words):  # noqa: B007 - the last match is wanted
        pass
    return found
