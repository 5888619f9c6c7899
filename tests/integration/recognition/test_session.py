"""The engine behind the port, with an acoustic model that hears what the test says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from agent.errors import SpeechError
from speech.ports import RATE_HZ, Hints
from speech.recognition import features
from speech.recognition.acoustic import AcousticModel, PosteriorStream, Window
from speech.recognition.syllable_ctc import SyllableCtcRecognizer
from tests.integration.recognition.bench import Bench
from tests.integration.recognition.posteriors import posteriors

Floats = npt.NDArray[np.float32]


class Levels:
    """Each output depends on its own four feature frames alone."""

    tokens = ("<blk>", "a1", "b2")

    def log_probs(self, features: Floats) -> Floats:
        padded = np.concatenate((features, np.zeros((-len(features) % 4, 80), np.float32)))
        means = padded.reshape(-1, 4, 80).mean((1, 2))
        return np.stack((means, means * 2, means * 3), 1)


class Script:
    """Gives the posteriors that the test wrote, as if they had been heard."""

    def __init__(self, tokens: tuple[str, ...], log_probs: Floats) -> None:
        self.tokens = tokens
        self.whole = log_probs

    def log_probs(self, features: Floats) -> Floats:
        count = -(-len(features) // 4)
        return self.whole[len(self.whole) - count :] if count < len(self.whole) else self.whole


def _audio(seconds: float) -> npt.NDArray[np.int16]:
    return (np.random.default_rng(0).standard_normal(int(seconds * RATE_HZ)) * 500).astype(np.int16)


def test_features_in_pieces_are_the_features_of_the_whole() -> None:
    pcm = _audio(1.0)
    stream = features.FeatureStream()
    for start in range(0, len(pcm), 333):
        stream.accept(pcm[start : start + 333])
    stream.finish()
    assert stream.since(0).shape == (100, 80)
    assert np.array_equal(stream.since(0), features.features(pcm))


def test_a_sliding_window_gives_the_outputs_of_the_whole() -> None:
    pcm, model = _audio(6.0), Levels()
    stream = PosteriorStream(model, Window(left=10, settle=5))
    got = []
    for start in range(0, len(pcm), 4000):
        stream.accept(pcm[start : start + 4000])
        got.append(stream.update().settled)
    got.append(stream.update(ended=True).settled)
    assert np.allclose(np.concatenate(got), model.log_probs(features.features(pcm)), atol=1e-4)


@pytest.fixture(scope="module")
def engine(bench: Bench) -> SyllableCtcRecognizer:
    said = posteriors(
        bench.syllables("高压一百五低压九十五"), bench.tokens, bench.sounds.confusions, np.random.default_rng(1), 0.0
    )
    return SyllableCtcRecognizer(Script(bench.tokens, said), bench.language)


def _length(engine: SyllableCtcRecognizer) -> float:
    assert isinstance(engine.model, Script)
    return len(engine.model.whole) * 0.04


def test_a_session_gives_words_syllables_times_and_confidence(engine: SyllableCtcRecognizer) -> None:
    session = engine.open(Hints("blood_pressure"))
    session.accept(_audio(_length(engine)))
    done = session.finish()
    assert done.text == "高压一百五低压九十五"
    assert done.syllables[:2] == ("gao1", "ya1")
    assert 0 <= done.start_s < done.end_s <= _length(engine) + 0.2
    assert 0.5 < done.confidence <= 1


def test_partials_before_the_first_samples_are_empty_and_cost_nothing(engine: SyllableCtcRecognizer) -> None:
    session = engine.open(Hints(None))
    assert session.partial().text == ""
    session.accept(_audio(0.05))
    assert session.partial().text == ""


def test_silence_is_no_words(bench: Bench) -> None:
    silence = np.full((60, len(bench.tokens)), -14.0, np.float32)
    silence[:, 0] = -0.01
    session = SyllableCtcRecognizer(Script(bench.tokens, silence), bench.language).open(Hints("yes_no"))
    session.accept(_audio(2.4))
    assert session.finish().text == ""
    assert session.finish().confidence == 0


def test_a_missing_model_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"x\.onnx"):
        AcousticModel(tmp_path / "x.onnx", tmp_path / "tokens.txt")
    (tmp_path / "x.onnx").write_bytes(b"no model")
    (tmp_path / "tokens.txt").write_text("<blk>\n")
    with pytest.raises(SpeechError, match="no model that can be run"):
        AcousticModel(tmp_path / "x.onnx", tmp_path / "tokens.txt")
