"""sherpa-onnx loads and runs real files: our own syllable model in its format, and tiny models made here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SpeechError
from models import registry
from models.errors import ModelError
from models.published import LocalModel, PublishedFile, PublishedModel, measure, write_pins
from speech.audio import silence
from speech.ports import Hints, Pcm, VoiceStyle
from speech.recognition import sherpa
from speech.synthesis.espeak import EspeakSynthesizer
from tests.fakes.running import run

pytestmark = pytest.mark.integration

HINTS = Hints("blood_pressure", ("阿司匹林", "对"))


@pytest.fixture(autouse=True)
def _installed() -> None:
    pytest.importorskip("sherpa_onnx", reason="the extra 'sherpa' is not installed")
    pytest.importorskip("onnx", reason="onnx, which makes the tiny models, is not installed")


@pytest.fixture(scope="module")
def said() -> Pcm:
    async def voice() -> Pcm:
        engine = EspeakSynthesizer()
        clip = await engine.synthesize("高压一百五", VoiceStyle("cmn+f3", 140))
        await engine.aclose()
        return np.concatenate([silence(200), clip, silence(200)])

    return run(voice())


def tiny(kind: str, folder: Path) -> dict[str, Path]:
    from tests.fakes import onnx_models  # noqa: PLC0415 - needs onnx, which is an extra

    makers: dict[str, Callable[[Path], dict[str, Path]]] = {
        "online-paraformer": onnx_models.online_paraformer,
        "online-transducer": onnx_models.online_transducer,
        "sense-voice": onnx_models.sense_voice,
    }
    return makers[kind](folder)


@pytest.mark.parametrize("kind", ["online-paraformer", "online-transducer", "sense-voice"])
class TestTinyModels:
    """The same for all kinds of models."""

    def test_words_come_while_one_speaks_and_at_the_end(self, kind: str, tmp_path: Path, said: Pcm) -> None:
        session = sherpa.load_files(kind, tiny(kind, tmp_path)).open(HINTS)
        assert session.partial().text == ""
        long = np.tile(said, 3)
        partials = []
        for start in range(0, len(long), 3_200):
            session.accept(long[start : start + 3_200])
            partials.append(session.partial().text)
        words = session.finish()
        assert any(partials)
        assert set(words.text) == {"对"}
        assert 0 <= words.start_s <= words.end_s <= len(long) / 16_000
        assert 0 < words.confidence <= 1

    def test_silence_is_no_words_and_sessions_do_not_mix(self, kind: str, tmp_path: Path, said: Pcm) -> None:
        engine = sherpa.load_files(kind, tiny(kind, tmp_path))
        loud, quiet = engine.open(Hints(None)), engine.open(Hints(None))
        loud.accept(np.tile(said, 2))
        quiet.accept(silence(2_000))
        assert quiet.finish().text == ""
        assert loud.finish().text
        with pytest.raises(SpeechError) as caught:
            loud.accept(said)
        assert caught.value.code == "recognition-ended"


def test_our_own_model_in_sherpas_format_hears_the_syllables(tmp_path: Path, said: Pcm) -> None:
    from tests.fakes import onnx_models  # noqa: PLC0415 - needs onnx, which is an extra

    try:
        bundled = registry.bundled("syllable-ctc")
    except ModelError as error:
        pytest.skip(f"the bundled model is not there: {error.code}")
    tokens = bundled.tokens.read_text("utf-8").splitlines()
    files = {
        "model": onnx_models.zipformer_ctc_of(bundled.path, tmp_path),
        "tokens": onnx_models.write_tokens(tmp_path / "tokens.txt", tokens),
    }
    session = sherpa.load_files("zipformer-ctc", files).open(HINTS)
    session.accept(said)
    words = session.finish()
    assert sum(syllable in words.text for syllable in ("gao1", "ya1", "yi4", "bai3", "wu3")) >= 4, words.text
    assert 0 < words.start_s < words.end_s <= len(said) / 16_000


def pulled(folder: Path, files: dict[str, Path], kind: str = "sense-voice") -> LocalModel:
    described = tuple(PublishedFile(role, path.name, "", path.stat().st_size) for role, path in files.items())
    write_pins(folder, {path.name: measure(path) for path in files.values()})
    return LocalModel(PublishedModel("tiny", sherpa.NAME, kind, "", "", "", described), folder)


def test_a_pulled_model_is_loaded_once_its_files_are_whole(tmp_path: Path, said: Pcm) -> None:
    files = tiny("sense-voice", tmp_path)
    found = pulled(tmp_path, files)
    session = sherpa.load(found).open(HINTS)
    session.accept(said)
    assert session.finish().text == "对"
    files["model"].write_bytes(files["model"].read_bytes()[:-10])
    with pytest.raises(SpeechError) as caught:
        sherpa.load(found)
    assert caught.value.code == "recognition.model-damaged"
    assert "models verify" in caught.value.remedy


def test_an_unknown_kind_is_never_tried(tmp_path: Path) -> None:
    with pytest.raises(SpeechError) as caught:
        sherpa.load_files("whatever", tiny("sense-voice", tmp_path))
    assert caught.value.code == "recognition.kind"
