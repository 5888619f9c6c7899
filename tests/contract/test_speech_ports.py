"""What every synthesiser, recogniser and channel must do, real or fake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SpeechError
from speech.audio import level_dbfs, silence
from speech.channel import RealTime, VirtualTime, audio_pair
from speech.ports import AudioChannel, Hints, Recognizer, Synthesizer, VoiceStyle
from speech.recognition import sherpa, whisper
from speech.recognition.syllable_ctc import bundled
from speech.synthesis.cache import PromptCache
from speech.synthesis.espeak import EspeakSynthesizer
from tests.fakes.running import run
from tests.fakes.voice import FakeRecognizer, FakeSynthesizer, speak

pytestmark = pytest.mark.integration

SYNTHESIZERS: dict[str, Callable[[], Synthesizer]] = {
    "fake": FakeSynthesizer,
    "espeak": EspeakSynthesizer,
    "cache": lambda: PromptCache(EspeakSynthesizer()),
}


@pytest.mark.parametrize("make", SYNTHESIZERS.values(), ids=SYNTHESIZERS)
def test_a_synthesizer_gives_trimmed_16_khz_samples(make: Callable[[], Synthesizer]) -> None:
    async def work() -> list[np.ndarray]:
        engine = make()
        style = VoiceStyle("cmn")
        loud = await engine.synthesize("您最近一次量的血压是多少？", style)
        others = await asyncio.gather(*(engine.synthesize(text, style) for text in ("没有", "一天两次，每次两片。")))
        await engine.aclose()
        await engine.aclose()
        return [loud, *others]

    for pcm in run(work()):
        assert pcm.dtype == np.int16
        assert pcm.ndim == 1
        assert 0.2 < len(pcm) / 16_000 < 6
        assert level_dbfs(pcm[:640]) > -60
        assert level_dbfs(pcm[-640:]) > -60


@pytest.mark.parametrize("make", [FakeSynthesizer, lambda: PromptCache(FakeSynthesizer())], ids=["fake", "cache"])
def test_nothing_to_say_is_an_error(make: Callable[[], Synthesizer]) -> None:
    with pytest.raises(SpeechError) as caught:
        run(make().synthesize(" ", VoiceStyle()))
    assert caught.value.remedy


def _fake() -> tuple[Recognizer, np.ndarray]:
    return FakeRecognizer(), speak("高压一百五")


def _bundled() -> tuple[Recognizer, np.ndarray]:
    async def voice() -> np.ndarray:
        engine = EspeakSynthesizer()
        clip = await engine.synthesize("高压一百五", VoiceStyle("cmn+f3", 140))
        await engine.aclose()
        return np.concatenate([silence(200), clip, silence(200)])

    try:
        engine = bundled()
    except SpeechError as error:
        pytest.skip(f"the bundled model cannot be loaded: {error.code}")
    return engine, run(voice())


def _sherpa(folder: Path) -> Recognizer:
    pytest.importorskip("sherpa_onnx", reason="the extra 'sherpa' is not installed")
    pytest.importorskip("onnx", reason="onnx, which makes the tiny model, is not installed")
    from tests.fakes import onnx_models  # noqa: PLC0415 - needs onnx, which is an extra

    return sherpa.load_files("online-transducer", onnx_models.online_transducer(folder))


def _whisper(folder: Path) -> Recognizer:
    pytest.importorskip("faster_whisper", reason="the extra 'whisper' is not installed")
    from tests.fakes import tiny_whisper  # noqa: PLC0415 - needs ctranslate2, which is an extra

    return whisper.load_folder(tiny_whisper.write(folder))


@pytest.fixture(scope="module", params=["fake", "syllable-ctc", "sherpa-onnx", "faster-whisper"])
def heard(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Recognizer, np.ndarray]:
    """An engine, and audio that it can read."""
    if request.param == "fake":
        return _fake()
    folder = tmp_path_factory.mktemp("model")
    pulled = {"sherpa-onnx": _sherpa, "faster-whisper": _whisper}.get(request.param)
    engine = pulled(folder) if pulled else None
    bundled_engine, said = _bundled()
    return engine or bundled_engine, said


class TestRecognizer:
    """The contract of a recogniser."""

    def test_a_session_takes_any_length_and_gives_words(self, heard: tuple[Recognizer, np.ndarray]) -> None:
        engine, said = heard
        session = engine.open(Hints("blood_pressure", ("高压",)))
        for start in range(0, len(said), 1_600):
            session.accept(said[start : start + 1_600])
            assert 0 <= session.partial().confidence <= 1
        words = session.finish()
        assert words.text
        assert 0 <= words.start_s <= words.end_s <= len(said) / 16_000 + 0.1

    def test_silence_and_nothing_are_no_words(self, heard: tuple[Recognizer, np.ndarray]) -> None:
        engine, _ = heard
        assert engine.open(Hints(None)).partial().text == ""
        session = engine.open(Hints(None))
        session.accept(silence(1_000))
        assert session.finish().text == ""

    def test_sessions_do_not_mix(self, heard: tuple[Recognizer, np.ndarray]) -> None:
        engine, said = heard
        first, second = engine.open(Hints(None)), engine.open(Hints(None))
        first.accept(said)
        second.accept(silence(500))
        assert second.finish().text == ""
        assert first.finish().text


@pytest.mark.parametrize("pace", [VirtualTime, RealTime])
def test_a_channel_carries_frames_both_ways_and_clears(pace: Callable[[], VirtualTime | RealTime]) -> None:
    async def work() -> None:
        near, far = audio_pair(pace())

        async def echo(end: AudioChannel) -> None:
            while (frame := await end.receive()) is not None:
                await end.send(frame)

        async with asyncio.TaskGroup() as group:
            group.create_task(echo(far))
            frame = np.full(320, 77, np.int16)
            await near.send(frame)
            got = [await near.receive() for _ in range(4)]
            assert any(f is not None and np.array_equal(f, frame) for f in got)
            for _ in range(5):
                await near.send(frame)
            assert await near.clear() == 100.0
            with pytest.raises(SpeechError, match="audio-frame-format"):
                await near.send(np.zeros(160, np.int16))
            await near.aclose()

    run(work())
