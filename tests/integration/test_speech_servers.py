"""Piper and OpenAI-compatible servers over real HTTP, and what happens when they fail in the middle of a call."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from agent.errors import InputError, SpeechError
from speech.audio import level_dbfs
from speech.loudness import TARGET_LUFS, loudness_lufs
from speech.ports import Pcm, Synthesizer, VoiceStyle
from speech.synthesis.http_audio import SpeechServer, read_wav_bytes
from speech.synthesis.openai_speech import OpenAiSpeech, SpeechModel
from speech.synthesis.piper_http import PiperSynthesizer
from suifang.settings import Settings
from suifang.voice import synthesizer_of
from tests.fakes.running import run
from tests.fakes.speech_server import Server, speech_server, tone_wav

pytestmark = pytest.mark.integration

PROMPT = "好的，我慢点说。"
"""Wording of ours without a name or a value: such may be kept on the disk."""


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    with speech_server(server) as base:
        yield base


def speak(engine: Synthesizer, *texts: str, style: VoiceStyle | None = None) -> list[Pcm]:
    async def work() -> list[Pcm]:
        try:
            return [await engine.synthesize(text, style or VoiceStyle()) for text in texts]
        finally:
            await engine.aclose()
            await engine.aclose()

    return run(work())


def failure(engine: Synthesizer) -> SpeechError:
    with pytest.raises(SpeechError) as caught:
        speak(engine, "您好")
    assert caught.value.remedy
    return caught.value


def test_piper_is_asked_for_spoken_words_at_the_rate_of_the_style(url: str, server: Server) -> None:
    (clip,) = speak(
        PiperSynthesizer(SpeechServer(url), "zh_CN-huayan-medium"), "血压150/95", style=VoiceStyle("x", 128)
    )
    path, body, _ = server.asked[0]
    assert path == "/synthesize"
    assert body["voice"] == "zh_CN-huayan-medium"
    assert "一百五十，低压九十五" in body["text"]
    assert body["length_scale"] == 1.25
    assert 0.75 < len(clip) / 16_000 < 0.9
    assert level_dbfs(clip[:640]) > -60


def test_an_openai_endpoint_is_asked_with_its_key(url: str, server: Server) -> None:
    endpoint = SpeechServer(f"{url}/v1", headers={"Authorization": "Bearer secret"})
    (clip,) = speak(OpenAiSpeech(endpoint, SpeechModel("kokoro", "zf_xiaobei")), "您好")
    path, body, key = server.asked[0]
    assert (path, key) == ("/v1/audio/speech", "Bearer secret")
    assert body == {
        "model": "kokoro", "voice": "zf_xiaobei", "input": "您好", "speed": 1.0, "response_format": "wav",
    }  # fmt: skip
    assert len(clip) > 12_000
    assert "secret" not in repr(endpoint)


@pytest.mark.parametrize("make", [PiperSynthesizer, OpenAiSpeech], ids=["piper", "openai"])
class TestFailures:
    """The same for both."""

    def test_nobody_answers(self, make: Callable[[SpeechServer], Synthesizer]) -> None:
        assert failure(make(SpeechServer("http://127.0.0.1:9"))).code == "synthesis-offline"

    def test_no_address(self, make: Callable[[SpeechServer], Synthesizer]) -> None:
        with pytest.raises(SpeechError, match="address"):
            make(SpeechServer(""))

    def test_it_refuses(self, make: Callable[[SpeechServer], Synthesizer], url: str, server: Server) -> None:
        server.status = 401
        error = failure(make(SpeechServer(url)))
        assert (error.code, error.retryable) == ("synthesis-refused", False)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_it_points_elsewhere(
        self, make: Callable[[SpeechServer], Synthesizer], url: str, server: Server, status: int
    ) -> None:
        with speech_server(elsewhere := Server()) as other:
            server.status, server.location = status, other
            assert failure(make(SpeechServer(url, headers={"Authorization": "Bearer key"}))).code == "synthesis-refused"
        assert len(server.asked) == 1
        assert not elsewhere.asked, "neither words nor key go where nobody allowed it"

    def test_it_hangs(self, make: Callable[[SpeechServer], Synthesizer], url: str, server: Server) -> None:
        server.hangs_s = 0.6
        assert failure(make(SpeechServer(url, timeout_s=0.2))).code == "synthesis-offline"

    def test_it_breaks_off(self, make: Callable[[SpeechServer], Synthesizer], url: str, server: Server) -> None:
        server.cut_at = 1_000
        assert failure(make(SpeechServer(url))).code == "synthesis-offline"

    @pytest.mark.parametrize(
        "answer", [b"", b"not a WAV", b'{"error": "no voice"}', tone_wav(width=1), tone_wav(0.5, level=0.0)]
    )
    def test_it_sends_no_audio(
        self, make: Callable[[SpeechServer], Synthesizer], url: str, server: Server, answer: bytes
    ) -> None:
        server.answer = answer
        assert failure(make(SpeechServer(url))).code == "synthesis-bad-audio"


@pytest.mark.parametrize(("rate_hz", "channels"), [(8_000, 1), (16_000, 2), (24_000, 1), (48_000, 2)])
def test_wav_of_any_usual_kind_is_read(rate_hz: int, channels: int) -> None:
    pcm = read_wav_bytes(tone_wav(1.0, rate_hz, channels), "x")
    assert abs(len(pcm) / 16_000 - 1.4) < 0.01


def test_a_wav_of_open_length_is_read_whole() -> None:
    data = bytearray(tone_wav(1.0, 24_000))
    data[4:8] = data[40:44] = b"\xff\xff\xff\xff"
    assert abs(len(read_wav_bytes(bytes(data), "x")) / 16_000 - 1.4) < 0.01


def test_an_odd_rate_is_refused_at_the_door() -> None:
    with pytest.raises(SpeechError, match="12345"):
        read_wav_bytes(tone_wav(0.5, 12_345), "x")


def settings(tmp_path: Path, url: str, **changes: object) -> Settings:
    return Settings(data_dir=tmp_path, synthesizer="piper-http", synthesizer_url=url, **changes)  # type: ignore[arg-type]


def test_when_the_engine_fails_espeak_goes_on_and_the_log_says_so(
    tmp_path: Path, url: str, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    engine = synthesizer_of(settings(tmp_path, url))

    async def call() -> list[Pcm]:
        first = await engine.synthesize("您好", VoiceStyle())
        server.status = 500
        second = await engine.synthesize("最近一次量血压，", VoiceStyle())
        third = await engine.synthesize("高压多少？", VoiceStyle())
        await engine.aclose()
        return [first, second, third]

    with caplog.at_level(logging.WARNING, "suifang.synthesis"):
        clips = run(call())
    assert all(len(clip) > 4_000 for clip in clips)
    assert len(server.asked) == 2, "the failed engine rests"
    assert [record.message for record in caplog.records] == ["synthesis.spare_voice"]
    for clip in clips:
        assert abs((loudness_lufs(clip) or -99) - TARGET_LUFS) < 2.5


def test_the_spare_voice_never_answers_from_the_engines_cache(tmp_path: Path, url: str, server: Server) -> None:
    server.status = 500
    (spare,) = speak(synthesizer_of(settings(tmp_path, url)), PROMPT)
    server.status = 200
    (own,) = speak(synthesizer_of(settings(tmp_path, url)), PROMPT)
    assert not np.array_equal(spare, own)
    (again,) = speak(synthesizer_of(settings(tmp_path, url)), PROMPT)
    assert np.array_equal(own, again)
    assert len(server.asked) == 2, "what was spoken is kept"


def test_an_engine_that_is_slow_is_given_up(tmp_path: Path, url: str, server: Server) -> None:
    from speech.synthesis.fallback import WithSpare  # noqa: PLC0415
    from tests.fakes.voice import FakeSynthesizer  # noqa: PLC0415

    server.hangs_s = 0.5
    engine = WithSpare(PiperSynthesizer(SpeechServer(url)), FakeSynthesizer(), patience_s=0.1)

    async def call() -> float:
        began = asyncio.get_running_loop().time()
        assert len(await engine.synthesize("您好", VoiceStyle()))
        took = asyncio.get_running_loop().time() - began
        await engine.aclose()
        return took

    assert run(call()) < 0.4


def test_an_unknown_engine_names_those_there_are() -> None:
    with pytest.raises(InputError, match="synthesizer-unknown") as caught:
        synthesizer_of(Settings(synthesizer="festival", synthesizer_url="http://127.0.0.1:9"))
    assert "piper-http" in caught.value.remedy
