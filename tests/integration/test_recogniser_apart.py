"""A recogniser in a process of its own hears what the same one here hears, and its death is an error like others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterator

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.audio import silence
from speech.ports import Hints, Hypothesis, Pcm, Recognizer, VoiceStyle
from speech.recognition.apart import Apart, Ask, _answered
from speech.recognition.standby import Standby
from speech.synthesis.espeak import EspeakSynthesizer
from suifang.recognizing import recognizer_of
from suifang.settings import Settings
from suifang.voice import recognizer_apart
from tests.fakes.voice import FakeRecognizer, speak

pytestmark = pytest.mark.integration
PRESSURE = Hints("blood_pressure")


@pytest.fixture(scope="module")
def clip() -> Pcm:
    async def voice() -> Pcm:
        engine = EspeakSynthesizer()
        said = await engine.synthesize("高压一百五，低压九十", VoiceStyle("cmn+f3", 140))
        await engine.aclose()
        return np.concatenate([silence(200), said, silence(200)])

    return asyncio.run(voice())


@pytest.fixture(scope="module")
def apart() -> Iterator[Standby]:
    with contextlib.ExitStack() as stack:
        engine = recognizer_apart(Settings(), stack)
        assert isinstance(engine, Standby)
        yield engine


def heard(engine: Recognizer, pcm: Pcm) -> tuple[Hypothesis, Hypothesis]:
    session = engine.open(PRESSURE)
    session.accept(pcm[:16_000])
    partial = session.partial()
    session.accept(pcm[16_000:])
    return partial, session.finish()


def test_it_hears_the_same_words(apart: Standby, clip: Pcm) -> None:
    waiting = apart.open(PRESSURE)
    waiting.accept(clip)
    here = heard(recognizer_of(Settings()), clip)
    assert heard(apart, clip) == here
    assert waiting.finish().text == here[1].text
    assert here[1].text == "高压一百五低压九十"


def test_when_it_is_killed_another_takes_over_and_hears_the_words_again(apart: Standby, clip: Pcm) -> None:
    before = apart._engine
    assert isinstance(before, Apart)
    os.kill(before._child.pid, signal.SIGKILL)
    with pytest.raises(SpeechError, match="recognition-died"):
        heard(apart, clip)
    apart.change(apart.changes)
    assert heard(apart, clip)[1].text == "高压一百五低压九十"


def test_a_wrong_choice_is_told_at_the_start_and_leaves_no_process() -> None:
    with contextlib.ExitStack() as stack, pytest.raises(SpeechError) as caught:
        recognizer_apart(Settings(recognizer="vosk"), stack)
    assert caught.value.code == "recognizer-unknown"
    assert "sherpa-onnx" in caught.value.remedy


def test_the_child_keeps_no_utterance_that_is_over() -> None:
    engine, sessions = FakeRecognizer(), {}
    pcm = speak("高压一百五").tobytes()
    assert isinstance(_answered(engine, sessions, Ask(1, PRESSURE, pcm, False, ())), Hypothesis)
    assert isinstance(_answered(engine, sessions, Ask(2, PRESSURE, pcm, False, ())), Hypothesis)
    assert set(sessions) == {1, 2}
    last = _answered(engine, sessions, Ask(2, PRESSURE, b"", True, (1,)))
    assert isinstance(last, Hypothesis)
    assert last.text == "高压一百五"
    assert not sessions
