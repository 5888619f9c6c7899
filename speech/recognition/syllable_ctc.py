"""The bundled engine ``syllable-ctc`` behind the recogniser's port."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from speech.ports import RATE_HZ, Hints, Hypothesis, Pcm
from speech.recognition import confidence, decoder, language, lexicon
from speech.recognition.acoustic import SECONDS_PER_OUTPUT, AcousticModel, PosteriorStream, SyllableModel, Window
from speech.recognition.syllables import confusions, toneless

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
        self.sounds = sounds(model.tokens, spoken)

    def prepare(self, hints: Iterable[Hints]) -> None:
        """Compile the language of these asks now, so that no turn waits for it."""
        for hint in hints:
            self.language.mixture(hint.ask, hint.phrases)

    def open(self, hints: Hints) -> SyllableCtcSession:
        """Start an utterance."""
        return SyllableCtcSession(self, self.language.mixture(hints.ask, hints.phrases))


def sounds(tokens: tuple[str, ...], spoken: language.Language) -> decoder.Sounds:
    names: dict[str, int] = {}
    bases = np.array([names.setdefault(toneless(token), len(names)) for token in tokens], np.int32)
    usual = np.mean([part.row(language.START[:0]) for part in spoken.base], axis=0)
    prior = 0.3 * np.log(usual[spoken.alphabet.pair_chars] + 1e-7)
    return decoder.Sounds(spoken.alphabet, confusions(tokens), bases, prior.astype(np.float32))


class SyllableCtcSession:
    """One utterance."""

    def __init__(self, engine: SyllableCtcRecognizer, mixture: language.Mixture) -> None:
        self._engine = engine
        self._mixture = mixture
        self._stream = PosteriorStream(engine.model, engine.window)
        self._beam = decoder.opening(mixture)
        self._heard: list[int] = []
        self._fresh = 0
        self._last = _NOTHING

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
        self._heard += new.settled.argmax(1).tolist()
        tentative = decoder.advance(self._beam, new.open, engine.sounds, self._mixture, engine.tuning)
        paths = decoder.best_paths(tentative, self._mixture, engine.tuning, ended)
        return self._hypothesis(paths, self._heard + new.open.argmax(1).tolist())

    def _hypothesis(self, paths: tuple[decoder.Path, ...], heard: list[int]) -> Hypothesis:
        best = paths[0]
        if not best.nodes:
            return _NOTHING
        chars = self._engine.language.alphabet.chars
        return Hypothesis(
            "".join(chars[node.char] for node in best.nodes),
            confidence.confidence(paths),
            max(0.0, best.nodes[0].frame * SECONDS_PER_OUTPUT - _BEFORE_SPIKE_S),
            best.nodes[-1].frame * SECONDS_PER_OUTPUT + _AFTER_SPIKE_S,
            self._syllables(heard),
        )

    def _syllables(self, heard: list[int]) -> tuple[str, ...]:
        tokens = self._engine.model.tokens
        pairs = zip(heard, [0, *heard], strict=False)
        return tuple(tokens[token] for token, before in pairs if token and token != before)


_ROOT = Path(__file__).resolve().parents[2]
LANGUAGE = _ROOT / "models/bundled/language"
LEXICONS = (_ROOT / "dialogues", _ROOT / "nlu_data")


def bundled(lexicons: tuple[Path, ...] = LEXICONS) -> SyllableCtcRecognizer:
    """The engine with the bundled model and the words of these folders.

    Raises SpeechError for a missing or broken model, DefinitionError for broken YAML.
    """
    folder = _ROOT / "models/bundled"
    model = AcousticModel(folder / "syllable_ctc.onnx", folder / "syllables.txt")
    return SyllableCtcRecognizer(model, language.load(LANGUAGE, model.tokens, lexicon.read(lexicons)))
