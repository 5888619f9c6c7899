"""How a question is answered on a screen: what can be tapped instead of typed. Data of ``dialogues/replies.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.errors import DefinitionError
from agent.flows.state import Probe, ReadBack, State
from agent.yaml_lines import line_of, load_yaml

KINDS = ("choice", "several", "number", "digits", "date", "text")
_KEYS = {"kind", "options", "fields", "say", "sample"}


@dataclass(frozen=True, slots=True)
class Replies:
    """What a screen offers for one ask; whatever is tapped is sent as words."""

    kind: str = "text"
    options: tuple[str, ...] = ()
    """Whole answers."""
    fields: tuple[str, ...] = ()
    """Labels of the numbers that a pad asks for."""
    say: str = "{0}"
    """How the entered values become a sentence: ``高压{0}，低压{1}``."""
    sample: tuple[str, ...] = ()
    """Values that the ask's parser reads when put into ``say``."""

    @property
    def sentence(self) -> str:
        """The sample as it would be sent."""
        return self.say.format(*self.sample)


def load_replies(path: Path) -> dict[str, Replies]:
    """Replies by ask id. Raises ``DefinitionError`` with the line."""
    document = load_yaml(path)
    asks = document.get("replies") if isinstance(document, dict) else None
    if not isinstance(asks, dict):
        raise DefinitionError("replies-missing", "has no replies:", "write `replies:` with one entry an ask", path=path)
    return {ask: _one(ask, entry, path, line_of(asks, ask)) for ask, entry in asks.items()}


def _one(ask: str, entry: Any, path: Path, line: int) -> Replies:
    if not isinstance(entry, dict) or entry.get("kind") not in KINDS or set(entry) - _KEYS:
        remedy = f"give one of {', '.join(KINDS)}"
        raise DefinitionError("replies-invalid", f"{ask} has no kind of answer", remedy, path=path, line=line)
    lists = {key: tuple(str(item) for item in entry.get(key, ())) for key in ("options", "fields", "sample")}
    return Replies(str(entry["kind"]), say=str(entry.get("say", "{0}")), **lists)


def replies_to(state: State, ask: str | None, known: Mapping[str, Replies]) -> Replies:
    """What the open question offers; words alone when nothing is known of it."""
    if isinstance(state.pending, Probe):
        return known.get("probe", Replies())
    if isinstance(state.pending, ReadBack):
        return known.get("readback", Replies())
    return known.get(ask or "", Replies())
