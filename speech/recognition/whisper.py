"""faster-whisper behind the recogniser's port: whole utterances, prompted with what was asked.

Old people's Mandarin is not its strength (see docs/voice.md); it is here for other languages and for GPUs.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from agent.errors import SpeechError
from models.published import LocalModel
from speech.ports import RATE_HZ, Hints, Hypothesis, Pcm
from speech.recognition.hallucinations import Spoken, credible
from speech.recognition.sherpa import checked
from speech.recognition.whole import WholeSession
from speech.recognition.words import hypothesis, loud_span_s, unit_floats

NAME = "faster-whisper"
PROMPT = "家庭医生的随访电话，老人用普通话回答。"
"""Also keeps the script simplified."""
_ASKED = {
    "blood_pressure": "高压，低压，毫米汞柱。",
    "fasting_glucose": "空腹血糖，毫摩尔。",
    "medications": "药名，一天几次，一次几片，毫克。",
    "symptoms": "头晕，头痛，胸闷，心慌，没有。",
    "yes_no": "是，不是，有，没有，对。",
}
"""Words of the answer, never values: a value in the prompt would come back as an answer."""
_MAX_HOTWORDS = 40
_EXTRA = "pip install 'suifang[whisper]'"


class Segment(Protocol):
    """What is used of a segment."""

    text: str
    avg_logprob: float
    no_speech_prob: float


class WhisperModel(Protocol):
    """What is used of ``faster_whisper.WhisperModel``."""

    def transcribe(self, audio: npt.NDArray[np.float32], **options: Any) -> tuple[Iterable[Segment], Any]:
        """Segments come lazily: the work is done while they are read."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What the model is told before it reads an utterance."""

    prompt: str
    hotwords: str | None


class WhisperRecognizer:
    """Shared engine."""

    def __init__(self, model: WhisperModel, *, language: str = "zh", partial_every_s: float = 4.0) -> None:
        self.model = model
        self.language = language
        self.partial_every = round(partial_every_s * RATE_HZ)

    def open(self, hints: Hints) -> WholeSession:
        """Start an utterance; a partial is renewed seldom, for every reading costs as much as 30 s of audio."""
        names = [phrase for phrase in dict.fromkeys(hints.phrases) if not phrase.isascii()]
        told = Told(PROMPT + _ASKED.get(hints.ask or "", ""), " ".join(names[:_MAX_HOTWORDS]) or None)
        return WholeSession(partial(self._read, told), self.partial_every)

    def _read(self, told: Told, heard: Pcm) -> Hypothesis:
        segments, _ = self.model.transcribe(
            unit_floats(heard),
            language=self.language,
            initial_prompt=told.prompt,
            hotwords=told.hotwords,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            vad_filter=False,
        )
        spoken = [Spoken(segment.text, segment.avg_logprob, segment.no_speech_prob) for segment in segments]
        text, sure = credible(spoken, PROMPT)
        return hypothesis(text, sure, loud_span_s(heard), heard)


def load(found: LocalModel, threads: int = 1) -> WhisperRecognizer:
    """The engine with a pulled model. Raises SpeechError: engine not installed, file damaged."""
    checked(found)
    return load_folder(found.folder, threads)


def load_folder(folder: Path, threads: int = 1) -> WhisperRecognizer:
    """The engine with the converted model of a folder, on the GPU when there is one. Raises SpeechError."""
    try:
        library = importlib.import_module("faster_whisper")
        runtime = importlib.import_module("ctranslate2")
    except ImportError as error:
        raise SpeechError("recognition.engine-missing", "faster-whisper is not installed", _EXTRA) from error
    if not (folder / "tokenizer.json").is_file():  # the library would fetch one from the hub
        raise SpeechError("recognition.model-broken", f"{folder} has no tokenizer.json", "pull the model again")
    on_gpu = runtime.get_cuda_device_count() > 0
    device, kind = ("cuda", "float16") if on_gpu else ("cpu", "int8")
    try:
        model = library.WhisperModel(
            str(folder), device=device, compute_type=kind, cpu_threads=threads, local_files_only=True
        )
    except (RuntimeError, ValueError, LookupError, OSError) as error:
        message = f"faster-whisper cannot load {folder}"
        raise SpeechError("recognition.model-broken", message, "pull the model again") from error
    return WhisperRecognizer(model, partial_every_s=1.0 if on_gpu else 4.0)
