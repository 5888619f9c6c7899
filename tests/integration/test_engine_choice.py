"""The settings choose the engines; every wrong choice is one clear error."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import InputError
from models.errors import ModelError
from models.published import find, measure, published, write_pins
from speech.audio import silence
from speech.ports import Hints
from suifang.recognizing import recognizer_of
from suifang.settings import Settings

pytestmark = pytest.mark.integration


def test_the_default_is_the_bundled_engine() -> None:
    session = recognizer_of(Settings()).open(Hints("medications"))
    session.accept(silence(200))
    assert session.finish().text == ""


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"recognizer": "vosk"}, "recognizer-unknown", "sherpa-onnx"),
        ({"recognizer": "sherpa-onnx"}, "recognizer-model", "streaming-paraformer-zh"),
        ({"recognizer": "faster-whisper", "recognizer_model": "sense-voice"}, "recognizer-model", "whisper-small"),
    ],
)
def test_a_wrong_choice_names_the_right_ones(changes: dict[str, str], code: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        recognizer_of(Settings(**changes))  # type: ignore[arg-type]
    assert caught.value.code == code
    assert says in caught.value.remedy


def test_a_model_that_is_not_pulled_says_how_to_get_it(tmp_path: Path) -> None:
    settings = Settings(recognizer="sherpa-onnx", recognizer_model="sense-voice", data_dir=tmp_path)
    with pytest.raises(ModelError, match="suifang models pull sense-voice"):
        recognizer_of(settings)


def test_a_pulled_model_hears(tmp_path: Path) -> None:
    pytest.importorskip("sherpa_onnx", reason="the extra 'sherpa' is not installed")
    pytest.importorskip("onnx", reason="onnx, which makes the tiny model, is not installed")
    from tests.fakes import onnx_models  # noqa: PLC0415 - needs onnx, which is an extra

    settings = Settings(recognizer="sherpa-onnx", recognizer_model="sense-voice", data_dir=tmp_path)
    model = find("sense-voice", published())
    home = settings.models_dir / model.name
    home.mkdir(parents=True)
    made = onnx_models.sense_voice(home)
    for file in model.files:
        made[file.role].rename(home / file.name)
    write_pins(home, {file.name: measure(home / file.name) for file in model.files})
    session = recognizer_of(settings).open(Hints("medications", ("amlodipine",)))
    session.accept(silence(500))
    assert session.finish().text == ""
