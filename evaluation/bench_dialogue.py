"""How long one turn of the conversation takes, and how many conversations a core holds in an hour."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from evaluation.cases import DialogueCase
from evaluation.dialogues import Opener
from evaluation.text_resident import Reads, TextResident

MAX_TURNS = 60


@dataclass(frozen=True, slots=True)
class DialogueSpeed:
    """Times of the turns of scripted conversations, one core."""

    conversations: int
    turns: int
    p50_ms: float
    p99_ms: float
    per_hour: int
    """Whole conversations an hour on one core."""


def measure(cases: Sequence[DialogueCase], opener: Opener, reads: Reads, rounds: int) -> DialogueSpeed:
    """Hold every case ``rounds`` times; only opening and hearing are timed, not the simulated resident."""
    turn_ms: list[float] = []
    spent_s = 0.0
    for case in list(cases) * rounds:
        began = time.perf_counter()
        talk, said = opener(case)
        spent_s += time.perf_counter() - began
        resident = TextResident(case, reads)
        for _ in range(MAX_TURNS):
            if talk.outcome is not None:
                break
            words = resident.answer(talk.ask, said)
            began = time.perf_counter()
            said = talk.hear(words, 1.0, case.now)
            turn_ms.append((time.perf_counter() - began) * 1000)
            spent_s += turn_ms[-1] / 1000
    ordered = sorted(turn_ms)
    held = len(cases) * rounds
    return DialogueSpeed(
        held,
        len(ordered),
        round(ordered[len(ordered) // 2], 2),
        round(ordered[int(len(ordered) * 0.99)], 2),
        int(held / spent_s * 3600),
    )
