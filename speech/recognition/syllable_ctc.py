"""The bundled engine ``syllable-ctc`` behind the recogniser's port."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.errors import SpeechError
from models import registry
from models.errors import ModelError
from speech.ports import RATE_HZ, Hints, Hypothesis, Pcm
from speech.recognition import confidence, decoder, language, lexicon
from speech.recognition.acoustic import (
    SECONDS_PER_OUTPUT,
    AcousticModel,
    Floats,
    PosteriorStream,
    SyllableModel,
    Window,
)
from speech.recognition.syllables import confusions

NAME = "syllable-ctc"
PARTIAL_EVERY = RATE_HZ // 5
"""A partial is computed again after this many new samples."""
_BEFORE_SPIKE_S, _AFTER_SPIKE_S = 0.2, 0.16
_NOTHING = Hypothesis("", 0.0, 0.0, 0.0)


class SyllableCtcRecognizer:
    """Shared engine: model, language and tuning; every session has its own beam. Safe between threads."""

    def __init__(
        self,
        model: SyllableModel,
        spoken: language.Language,
        tuning: decoder.Tuning | None = None,
        window: Window | None = None,
    ) -> None:
        self.model = model
        self.language = spoken
        self.tuning = tuning or decoder.Tuning()
        self.window = window or Window()
        self.weights = confidence.Weights()
        self.sounds = sounds(model.tokens, spoken)

    def open(self, hints: Hints) -> SyllableCtcSession:
        """Start an utterance."""
        return SyllableCtcSession(self, self.language.mixture(hints.ask, hints.phrases))


def sounds(tokens: tuple[str, ...], spoken: language.Language) -> decoder.Sounds:
    usual = np.mean([part.row(language.START[:0]) for part in spoken.base], axis=0)
    prior = 0.3 * np.log(usual[spoken.alphabet.pair_chars] + 1e-7)
    return decoder.Sounds(spoken.alphabet, confusions(tokens), prior.astype(np.float32))


class SyllableCtcSession:
    """One utterance."""

    def __init__(self, engine: SyllableCtcRecognizer, mixture: language.Mixture) -> None:
        self._engine = engine
        self._mixture = mixture
        self._stream = PosteriorStream(engine.model, engine.window)
        self._beam = decoder.opening(mixture)
        self._heard = _Heard((), 0.0)
        self._fresh = 0
        self._last = _NOTHING
        self.evidence: confidence.Evidence | None = None
        """What speaks for the words of the last result, for fitting the confidence."""

    def accept(self, pcm: Pcm) -> None:
        """Take samples; the work is done by ``partial`` and ``finish``."""
        self._stream.accept(pcm)
        self._fresh += len(pcm)

    def partial(self) -> Hypothesis:
        """Best guess so far; computed at most every 200 ms of audio."""
        if self._fresh >= PARTIAL_EVERY:
            self._fresh = 0
            self._last = self._decode(ended=False)
        return self._last

    def finish(self) -> Hypothesis:
        """Final words of all samples."""
        self._last = self._decode(ended=True)
        return self._last

    def _decode(self, ended: bool) -> Hypothesis:
        engine = self._engine
        new = self._stream.update(ended)
        self._beam = decoder.advance(self._beam, new.settled, engine.sounds, self._mixture, engine.tuning)
        self._heard = self._heard.then(new.settled)
        tentative = decoder.advance(self._beam, new.open, engine.sounds, self._mixture, engine.tuning)
        paths = decoder.best_paths(tentative, self._mixture, engine.tuning, ended)
        return self._hypothesis(paths, self._heard.then(new.open))

    def _hypothesis(self, paths: tuple[decoder.Path, ...], heard: _Heard) -> Hypothesis:
        best = paths[0]
        self.evidence = confidence.evidence(paths, heard.score) if best.nodes else None
        if self.evidence is None:
            return _NOTHING
        sure = confidence.confidence(self.evidence, self._engine.weights)
        if confidence.is_noise(sure, len(best.nodes), self._engine.weights):
            return _NOTHING
        chars, spoken = self._engine.language.alphabet.chars, heard.spoken() or [node.frame for node in best.nodes]
        if confidence.numerals_agreed(paths, chars) < confidence.AGREED:
            sure = min(sure, confidence.DOUBTED)
        return Hypothesis(
            "".join(chars[node.char] for node in best.nodes),
            sure,
            max(0.0, spoken[0] * SECONDS_PER_OUTPUT - _BEFORE_SPIKE_S),
            spoken[-1] * SECONDS_PER_OUTPUT + _AFTER_SPIKE_S,
            heard.syllables(self._engine.model.tokens),
        )


@dataclass(frozen=True)
class _Heard:
    """The likeliest token of every output so far, without any language."""

    tokens: tuple[int, ...]
    score: float

    def then(self, log_probs: Floats) -> _Heard:
        return _Heard((*self.tokens, *log_probs.argmax(1).tolist()), self.score + float(log_probs.max(1).sum()))

    def spoken(self) -> list[int]:
        return [index for index, token in enumerate(self.tokens) if token]

    def syllables(self, names: tuple[str, ...]) -> tuple[str, ...]:
        pairs = zip(self.tokens, (0, *self.tokens), strict=False)
        return tuple(names[token] for token, before in pairs if token and token != before)


_ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = _ROOT / "models/bundled/language"
LEXICONS = (_ROOT / "dialogues", _ROOT / "nlu_data")


def bundled(lexicons: tuple[Path, ...] = LEXICONS, cache: Path | None = None) -> SyllableCtcRecognizer:
    """The engine with the bundled model and the words of these folders, which ``cache`` keeps for the next start.

    Raises SpeechError for a missing or broken model, DefinitionError for broken YAML.
    """
    try:
        files = registry.bundled(NAME)
    except ModelError as error:
        message = str(error).removesuffix(error.remedy).strip()
        raise SpeechError(f"recognition.{error.code}", message, error.remedy) from error
    model = AcousticModel(files.path, files.tokens)
    words = lexicon.read(lexicons) if cache is None else lexicon.read_kept(lexicons, cache)
    return SyllableCtcRecognizer(model, language.load(LANGUAGE, model.tokens, words))
