"""What a person asks of the agent beside the answer: repeat, wait, a doctor, the daughter on the phone …

Deterministic phrases of ``nlu_data/intent_phrases.yml``; the open ask keeps its own meaning where the two meet.
"""

from __future__ import annotations

import re

from agent.domain.commands import StartPattern
from agent.understanding.lexicons import Lexicons
from agent.understanding.text import Utterance

ORDER = (
    "opt_out", "withdraw", "human_handoff", "hand_over", "wrong_person", "resume_later", "cancel", "abuse",
    "correction", "wait", "slower", "louder", "repeat", "skip", "hello", "are_you_robot", "ask_knowledge", "goodbye",
    "small_talk",
)  # fmt: skip
"""The graver first: they may be the only one that is followed."""

_REST = {"repeat": 7, "skip": 6, "goodbye": 8, "wait": 12, "slower": 12, "louder": 12, "small_talk": 14}
"""With more characters than these besides the phrase the utterance is something else."""
_SILENT = {
    "callback_time": frozenset({"resume_later", "wait"}),
    "wants_doctor": frozenset({"human_handoff"}),
    "consent": frozenset({"ask_knowledge", "wait"}),
    "identity": frozenset({"ask_knowledge", "hand_over", "correction", "small_talk"}),
    "proxy_relation": frozenset({"hand_over", "wrong_person"}),
    "nonadherence_reason": frozenset({"resume_later", "cancel"}),
    "med_adherence": frozenset({"cancel", "skip"}),
    "resident_question": frozenset({"ask_knowledge"}),
    "disability": frozenset({"louder", "abuse"}),
}
"""Asks whose very answers sound like these patterns."""
_SHADOWED = {
    "louder": "repeat",
    "slower": "repeat",
    "opt_out": "resume_later",
    "resume_later": "wait",
    "cancel": "skip",
    "withdraw": "cancel",
    "hello": "repeat",
}
"""The first says more than the second: 大声点，没听见 is louder."""


def detect_patterns(utterance: Utterance, ask: str | None, lexicons: Lexicons) -> tuple[StartPattern, ...]:
    """Patterns that the utterance starts, the gravest first."""
    text = utterance.text
    silent = _SILENT.get(ask or "", frozenset())
    found = {name: span for name in ORDER if name not in silent and (span := _span(text, name, lexicons))}
    hidden = {_SHADOWED[name] for name in found if name in _SHADOWED}
    return tuple(StartPattern(name, _words(name, text, span)) for name, span in found.items() if name not in hidden)


def _span(text: str, name: str, lexicons: Lexicons) -> tuple[int, int] | None:
    phrases = lexicons.intent_phrases[name]
    spans = phrases.spans(text, sound=name in ("repeat", "slower", "louder", "human_handoff") and len(text) <= 10)
    if not spans:
        return None
    covered = set().union(*(range(*span) for span in spans))
    rest = sum(1 for i, c in enumerate(text) if i not in covered and c not in "，啊呀吧呢嘛哦我你您的了")
    allowed = _LEAVING if name == "goodbye" and _AT_THE_END.search(text, spans[-1][0]) else _REST.get(name, 1000)
    return spans[0] if rest <= allowed else None


_LEAVING = 20
_AT_THE_END = re.compile("(?:再见|拜拜|回见|再会|挂(?:了|电话)+)[啊吧哈了，]*$")
"""孙子放学到门口了，我挂了啊，再见: with the reason why."""


def _words(name: str, text: str, span: tuple[int, int]) -> str:
    """The words that matter: a question or a correction is kept whole."""
    return text if name in ("ask_knowledge", "correction") else text[slice(*span)]
