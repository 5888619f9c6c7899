"""The recogniser that the settings name; run as ``python -m suifang.recognizing`` it is a process of its own.

The process is started by ``suifang.voice`` and told the settings; see ``speech.recognition.apart``.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor

from agent.errors import InputError
from agent.understanding.lexicons import Lexicons, load_lexicons
from models.published import LocalModel, find, local, published
from speech.ports import Recognizer
from speech.recognition import sherpa, syllable_ctc, whisper
from speech.recognition.apart import serve
from speech.recognition.coming import Coming
from speech.recognition.names import NameRepair
from speech.recognition.standby import Standby
from suifang.loading import unswept
from suifang.settings import Settings

_PULLED: dict[str, Callable[[LocalModel, int], Recognizer]] = {sherpa.NAME: sherpa.load, whisper.NAME: whisper.load}


def recognizer_of(settings: Settings, lexicons: Lexicons | None = None) -> Recognizer:
    """The recogniser that the settings name, the bundled one behind it. Loads files: call it off the loop."""
    with unswept():
        lexicons = lexicons or load_lexicons(settings.root / "nlu_data")
        if settings.recognizer == syllable_ctc.NAME:
            return Standby(_bundled(settings, lexicons), lambda: _bundled(settings, lexicons))
        return _chosen(settings, lexicons)


def coming(settings: Settings, lexicons: Lexicons, loader: Executor) -> Recognizer:
    """The bundled recogniser, loaded by ``loader`` while the agent already speaks."""
    loading = loader.submit(_bundled, settings, lexicons)
    return Standby(Coming(loading), lambda: _bundled(settings, lexicons))


def _bundled(settings: Settings, lexicons: Lexicons) -> Recognizer:
    with unswept():
        own = syllable_ctc.bundled((settings.root / "dialogues", settings.root / "nlu_data"), settings.cache_dir)
        return NameRepair(own, lexicons)


def _chosen(settings: Settings, lexicons: Lexicons) -> Recognizer:
    if settings.recognizer in _PULLED:
        own = NameRepair(_pulled(settings), lexicons, hotwords=True)
        return Standby(own, lambda: _bundled(settings, lexicons))
    known = ", ".join((syllable_ctc.NAME, *_PULLED))
    message = f"there is no recogniser {settings.recognizer!r}"
    raise InputError("recognizer-unknown", message, f"set SUIFANG_RECOGNIZER to one of {known}")


def _pulled(settings: Settings) -> Recognizer:
    """A recogniser with the pulled model that the settings name. Raises InputError, ModelError, SpeechError."""
    models = [model for model in published(settings.model_hub) if model.engine == settings.recognizer]
    if settings.recognizer_model not in [model.name for model in models]:
        known = ", ".join(model.name for model in models)
        message = f"{settings.recognizer} has no model {settings.recognizer_model!r}"
        raise InputError("recognizer-model", message, f"set SUIFANG_RECOGNIZER_MODEL to one of {known}")
    found = local(find(settings.recognizer_model, tuple(models)), settings.models_dir)
    return _PULLED[settings.recognizer](found, settings.recognizer_threads)


if __name__ == "__main__":
    serve(recognizer_of)
