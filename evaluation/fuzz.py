"""Conversations with residents who answer at random: none may loop, raise, or come to a dead end."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.domain.effects import Effect
from evaluation.dialogues import Talk

MAX_TURNS = 60
SILENCE_SHARE = 0.05
"""How often the random resident says nothing."""

ALARM_SHARE = 0.02
"""How often something is said that ends the questions; more would keep every conversation short."""

OPENING = {"identity": "我就是", "consent": "行，你说吧"}
OPENING_SHARE = 0.9
"""How often the opening is answered so that the questions begin."""

OpenFlow = Callable[[str, datetime], tuple[Talk, Sequence[Effect]]]


@dataclass(frozen=True, slots=True)
class Sayings:
    """What random residents may say."""

    calm: Sequence[str]
    alarming: Sequence[str] = ()
    """Utterances that raise a red flag."""

    def pick(self, rng: random.Random) -> str:
        """One of them."""
        alarm = bool(self.alarming) and rng.random() < ALARM_SHARE
        return rng.choice(self.alarming if alarm else self.calm)


@dataclass(frozen=True, slots=True)
class FuzzResult:
    """What many random conversations came to."""

    conversations: int
    turns: int
    longest: int
    outcomes: dict[str, int]
    faults: tuple[str, ...]
    """One line a fault: flow, seed of the conversation, what happened."""


def fuzz(open_flow: OpenFlow, flows: Sequence[str], sayings: Sayings, conversations: int, seed: int) -> FuzzResult:
    """Hold ``conversations`` random conversations; each is repeatable from its own seed."""
    outcomes: Counter[str] = Counter()
    faults: list[str] = []
    lengths: list[int] = []
    for number in range(conversations):
        rng = random.Random(f"{seed}:{number}")
        flow = rng.choice(list(flows))
        length, outcome, fault = _one(open_flow, flow, sayings, rng)
        lengths.append(length)
        outcomes[outcome] += 1
        if fault:
            faults.append(f"{flow} {seed}:{number}: {fault}")
    return FuzzResult(conversations, sum(lengths), max(lengths, default=0), dict(outcomes), tuple(faults))


def _one(open_flow: OpenFlow, flow: str, sayings: Sayings, rng: random.Random) -> tuple[int, str, str]:
    now = datetime(2026, 11, 23, 9, 30)
    try:
        talk, _ = open_flow(flow, now)
        for turn in range(MAX_TURNS):
            silent = rng.random() < SILENCE_SHARE
            effects = talk.silence(now) if silent else talk.hear(_words(talk.ask, sayings, rng), 1.0, now)
            if talk.outcome is not None:
                return turn + 1, str(talk.outcome), ""
            if not effects:
                return turn + 1, "dead end", f"nothing was said after turn {turn + 1}"
    except Exception as error:  # the fuzzer's purpose is to find any
        return 0, "error", f"{type(error).__name__}: {error}"
    return MAX_TURNS, "endless", f"still running after {MAX_TURNS} turns"


def _words(ask: str | None, sayings: Sayings, rng: random.Random) -> str:
    if ask in OPENING and rng.random() < OPENING_SHARE:
        return OPENING[ask]
    return sayings.pick(rng)
