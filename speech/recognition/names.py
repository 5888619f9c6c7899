"""Medicine names for every engine: told before (hot words), and repaired by sound after. The one place that does."""

from __future__ import annotations

from dataclasses import replace

from agent.understanding.lexicons import Lexicons
from agent.understanding.medicine_names import repair_names
from agent.understanding.pinyin import syllables
from speech.ports import Hints, Hypothesis, Pcm, RecognitionSession, Recognizer
from speech.recognition.confidence import DOUBTED

_ASKS_FOR_NAMES = frozenset({"medications"})


class NameRepair:
    """A recogniser around another one."""

    def __init__(self, inner: Recognizer, lexicons: Lexicons, *, hotwords: bool = False) -> None:
        self._inner = inner
        self._lexicons = lexicons
        self._hotwords = hotwords
        """The inner engine wants names as they are said, not ids."""

    def open(self, hints: Hints) -> NameRepairSession:
        """Start an utterance."""
        told = replace(hints, phrases=spoken_names(hints, self._lexicons)) if self._hotwords else hints
        return NameRepairSession(self._inner.open(told), self._lexicons)


class NameRepairSession:
    """One utterance."""

    def __init__(self, inner: RecognitionSession, lexicons: Lexicons) -> None:
        self._inner = inner
        self._lexicons = lexicons

    def accept(self, pcm: Pcm) -> None:
        """Take samples."""
        self._inner.accept(pcm)

    def partial(self) -> Hypothesis:
        """Best guess so far."""
        return repaired(self._inner.partial(), self._lexicons)

    def finish(self) -> Hypothesis:
        """Final words."""
        return repaired(self._inner.finish(), self._lexicons)


def repaired(heard: Hypothesis, lexicons: Lexicons) -> Hypothesis:
    """The words with misheard names put right; a name that only sounds alike costs confidence."""
    text = repair_names(heard.text, lexicons) if heard.text else ""
    if text == heard.text:
        return heard
    same_sound = syllables(text) == syllables(heard.text)
    return replace(heard, text=text, confidence=heard.confidence if same_sound else min(heard.confidence, DOUBTED))


def spoken_names(hints: Hints, lexicons: Lexicons) -> tuple[str, ...]:
    """Hints with medicine ids as the names people say; all names of the lexicon when medicines are asked for."""
    by_id = lexicons.medicines.by_id
    known = [name for phrase in hints.phrases for name in (by_id[phrase].names if phrase in by_id else (phrase,))]
    usual = [medicine.name for medicine in by_id.values()] if hints.ask in _ASKS_FOR_NAMES else []
    return tuple(dict.fromkeys((*known, *usual)))
