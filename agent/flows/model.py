"""Checked flows: what the reader makes of the YAML and the engine runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.domain.answers import SlotValue
from agent.domain.effects import Patience
from agent.flows.conditions import Condition

END = "END"


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on: taken when ``condition`` holds (None: always)."""

    condition: Condition | None
    target: str
    """A step id of the same flow, or ``END``."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A filled answer that cannot stand: say ``utter`` and ask again."""

    condition: Condition
    utter: str


@dataclass(frozen=True, slots=True)
class Step:
    """Common part of all steps."""

    id: str
    line: int
    next: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Collect(Step):
    """Ask until the slots of ``ask`` are filled or the ask is closed."""

    ask: str
    fills: tuple[str, ...]
    utter: str
    rejections: tuple[Rejection, ...] = ()
    patience: Patience = Patience.NORMAL
    required: bool = False
    """Identity and consent: never skipped, never closed unanswered without ending the conversation."""
    once: bool = False
    """Not asked again when the last visit has it (height)."""
    enough: Condition | None = None
    """Where it holds the rest is not asked: who takes no exercise has no minutes to tell."""

    @property
    def reask(self) -> str:
        """The response that puts the same question in other words."""
        own = self.utter.removeprefix("utter_ask_")
        return f"utter_reask_{self.ask if own == self.utter else own}"


@dataclass(frozen=True, slots=True)
class Act(Step):
    """Run an action: ``utter_*`` speaks, ``action_*`` is built in."""

    action: str


@dataclass(frozen=True, slots=True)
class CallFlow(Step):
    """Run another flow, then come back."""

    flow: str


@dataclass(frozen=True, slots=True)
class LinkFlow(Step):
    """Go over to another flow for good."""

    flow: str


@dataclass(frozen=True, slots=True)
class Assign(Step):
    """Set slots to fixed values."""

    values: Mapping[str, SlotValue | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Noop(Step):
    """Branch only."""


AnyStep = Collect | Act | CallFlow | LinkFlow | Assign | Noop


@dataclass(frozen=True, slots=True)
class Flow:
    """One flow: steps by id, in file order; ``first`` is where it starts."""

    id: str
    name: str
    description: str
    form: str | None
    path: str
    line: int
    first: str
    steps: Mapping[str, AnyStep]


@dataclass(frozen=True, slots=True)
class Response:
    """Wording: variants in the order in which repetitions use them."""

    id: str
    texts: tuple[str, ...]
    interruptible: bool = True
    path: str = ""
    line: int = 0
    written: tuple[str, ...] = ()
    """Wording of a typed conversation (``channel: chat``), where the spoken one would be wrong."""

    def wording(self, variant: int, channel: str) -> str:
        """The variant, or the last one there is."""
        texts = self.written if channel == "chat" and self.written else self.texts
        return texts[min(variant, len(texts) - 1)]
