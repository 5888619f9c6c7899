"""faster-whisper loads and runs a real model file that the test makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.audio import silence
from speech.ports import Hints, Pcm
from speech.recognition import whisper

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("faster_whisper", reason="the extra 'whisper' is not installed")
    from tests.fakes import tiny_whisper  # noqa: PLC0415 - needs ctranslate2, which is an extra

    return tiny_whisper.write(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def engine(folder: Path) -> whisper.WhisperRecognizer:
    return whisper.load_folder(folder)


@pytest.fixture(scope="module")
def sound() -> Pcm:
    noise = np.random.default_rng(1).normal(0, 3_000, 16_000)
    return np.concatenate([silence(300), np.asarray(np.clip(noise, -32768, 32767), np.int16), silence(300)])


def test_a_real_model_says_what_it_was_made_to_say(engine: whisper.WhisperRecognizer, sound: Pcm) -> None:
    session = engine.open(Hints("symptoms", ("阿司匹林", "aspirin")))
    assert session.partial().text == ""
    session.accept(sound)
    words = session.finish()
    assert words.text == "没有"
    assert words.confidence > 0.5
    assert 0.1 <= words.start_s <= 0.5
    assert 1.0 <= words.end_s <= 1.5


def test_silence_is_no_words_and_sessions_do_not_mix(engine: whisper.WhisperRecognizer, sound: Pcm) -> None:
    first, second = engine.open(Hints(None)), engine.open(Hints(None))
    first.accept(sound)
    second.accept(silence(1_000))
    assert second.finish().text == ""
    assert first.finish().text == "没有"


def test_a_folder_without_its_tokenizer_is_not_completed_from_the_hub(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes((folder / "model.bin").read_bytes())
    with pytest.raises(SpeechError) as caught:
        whisper.load_folder(tmp_path)
    assert caught.value.code == "recognition.model-broken"


def test_a_broken_model_is_one_clear_error(folder: Path, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes()[: 100 if path.name == "model.bin" else None])
    with pytest.raises(SpeechError) as caught:
        whisper.load_folder(tmp_path)
    assert caught.value.code == "recognition.model-broken"
