"""Recorded prompts: named after responses, cut at pauses, played before anything is synthesised."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SpeechError
from agent.flows.responses import read_responses
from speech.audio import silence
from speech.ports import Pcm, VoiceStyle
from speech.synthesis.clauses import clauses
from speech.synthesis.recorded import RecordedPrompts, read_folder, split_at_pauses
from tests.fakes.running import run
from tests.fakes.voice import FakeSynthesizer, read

WORDINGS = {
    "utter_ask_blood_pressure": ("最近一次量血压，高压多少，低压多少？",),
    "utter_ask_again": ("您再说一遍？", "麻烦您，慢一点再说一遍？"),
    "utter_read_back": ("您说的是{value}，对吗？",),
}


def tone(hz: float, seconds: float) -> Pcm:
    return np.asarray(3_000 * np.sin(2 * np.pi * hz * np.arange(round(seconds * 16_000)) / 16_000), np.int16)


def record(folder: Path, name: str, *parts: Pcm, rate_hz: int = 16_000) -> None:
    with wave.open(str(folder / f"{name}.wav"), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(rate_hz)
        sink.writeframes(np.concatenate(parts).tobytes())


SPOKEN = (tone(200, 0.9), silence(60), tone(200, 0.3), silence(300), tone(400, 0.6), silence(250), tone(800, 0.7))


def pitch(pcm: Pcm) -> float:
    return float(np.argmax(np.abs(np.fft.rfft(pcm))) * 16_000 / len(pcm))


def test_a_recording_is_cut_at_its_longest_pauses() -> None:
    pieces = split_at_pauses(np.concatenate([silence(500), *SPOKEN, silence(500)]), 3)
    assert pieces is not None
    assert [round(pitch(piece), -1) for piece in pieces] == [200, 400, 800]
    assert [len(piece) / 16_000 for piece in pieces] == pytest.approx([1.26, 0.6, 0.7], abs=0.06)
    assert split_at_pauses(np.concatenate(SPOKEN), 4) is None


def test_recorded_clauses_are_played_and_the_rest_is_spoken(tmp_path: Path) -> None:
    record(tmp_path, "utter_ask_blood_pressure", *SPOKEN)
    record(tmp_path, "utter_ask_again@2", tone(300, 0.5), silence(200), tone(600, 1.0))
    clips = read_folder(tmp_path, WORDINGS)
    recorded = (WORDINGS["utter_ask_again"][1], WORDINGS["utter_ask_blood_pressure"][0])
    assert list(clips) == [clause.text for text in recorded for clause in clauses(text)]
    engine = RecordedPrompts(FakeSynthesizer(), clips)

    async def work() -> tuple[Pcm, Pcm, Pcm]:
        text = next(iter(clips))
        loud = await engine.synthesize(text, VoiceStyle())
        soft = await engine.synthesize(text, VoiceStyle(volume=0.5))
        other = await engine.synthesize("您再说一遍？", VoiceStyle())
        await engine.aclose()
        return loud, soft, other

    loud, soft, other = run(work())
    assert np.array_equal(loud, next(iter(clips.values())))
    assert np.abs(soft).max() == pytest.approx(np.abs(loud).max() / 2, rel=0.01)
    assert read(other) == "您再说一遍"


@pytest.mark.parametrize(
    ("name", "code"),
    [("utter_unknown", "recording-name"), ("utter_ask_again@3", "recording-name"),
     ("utter_ask_again@x", "recording-name"),
     ("utter_read_back", "recording-values"), ("utter_ask_blood_pressure", "recording-pauses")],
)  # fmt: skip
def test_a_recording_that_fits_no_wording_is_refused(tmp_path: Path, name: str, code: str) -> None:
    record(tmp_path, name, tone(200, 1.0))
    with pytest.raises(SpeechError) as caught:
        read_folder(tmp_path, WORDINGS)
    assert caught.value.code == code
    assert caught.value.remedy


def test_no_folder_and_no_wav_are_clear(tmp_path: Path) -> None:
    with pytest.raises(SpeechError) as caught:
        read_folder(tmp_path / "none", WORDINGS)
    assert caught.value.code == "recording-folder"
    (tmp_path / "utter_ask_again.wav").write_bytes(b"MP3")
    with pytest.raises(SpeechError) as caught:
        read_folder(tmp_path, WORDINGS)
    assert caught.value.code == "synthesis-bad-audio"


def test_the_projects_own_wordings_can_be_recorded(tmp_path: Path, root: Path) -> None:
    wordings = {r.id: r.texts for r in read_responses(root / "dialogues/responses").values()}
    record(tmp_path, "utter_ask_bp_setting", tone(200, 0.8), silence(200), tone(400, 0.8), rate_hz=16_000)
    assert len(read_folder(tmp_path, wordings)) == 2
