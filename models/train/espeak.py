"""Owns the espeak-ng library as a training voice: text in, 16 kHz samples and word positions out.

Training only: nothing of the service imports this module, because the library is GPL.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass

import espeakng_loader
import numpy as np
import numpy.typing as npt
import soxr

SAMPLE_RATE = 16_000
_RETRIEVAL = 1
_CHARS_UTF8 = 1
_PHONEME_INPUT = 0x100
_INITIALIZE_DONT_EXIT = 0x8000
_RATE, _PITCH, _RANGE = 1, 3, 4
_EVENT_END, _EVENT_WORD = 0, 1


class _EventId(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _EventId),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True)
class Speech:
    """One synthesised utterance."""

    samples: npt.NDArray[np.int16]
    """16 kHz mono."""
    marks: tuple[tuple[int, float], ...]
    """Character position in the text (1-based) and start in seconds, one per spoken word."""


@dataclass(frozen=True)
class VoiceSetting:
    """How one utterance is spoken."""

    variant: str
    rate: int
    pitch: int
    range: int


class Espeak:
    """One process-wide espeak-ng; it is not re-entrant, so one per process."""

    def __init__(self, data_dir: str | None = None) -> None:
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        folder = data_dir or espeakng_loader.get_data_path()
        self._native_rate = self._lib.espeak_Initialize(_RETRIEVAL, 0, folder.encode(), _INITIALIZE_DONT_EXIT)
        self._audio: list[npt.NDArray[np.int16]] = []
        self._marks: list[tuple[int, float]] = []
        self._callback = _Callback(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def _receive(self, wav: ctypes._Pointer[ctypes.c_short], count: int, events: ctypes._Pointer[_Event]) -> int:
        if wav and count > 0:
            self._audio.append(np.ctypeslib.as_array(wav, shape=(count,)).astype(np.int16))
        index = 0
        while events[index].type != _EVENT_END:
            event = events[index]
            if event.type == _EVENT_WORD:
                self._marks.append((event.text_position, event.audio_position / 1000))
            index += 1
        return 0

    def _use_voice(self, voice: str) -> None:
        if voice != self._voice:
            if self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
                raise ValueError(f"espeak-ng has no voice {voice}")
            self._voice = voice

    def speak(self, text: str, setting: VoiceSetting, language: str = "cmn") -> Speech:
        """Speak the text; the audio comes without the silence espeak leaves at the end."""
        voice = f"{language}+{setting.variant}" if setting.variant else language
        self._use_voice(voice)
        for parameter, value in ((_RATE, setting.rate), (_PITCH, setting.pitch), (_RANGE, setting.range)):
            self._lib.espeak_SetParameter(parameter, value, 0)
        self._audio.clear()
        self._marks.clear()
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, _CHARS_UTF8 | _PHONEME_INPUT, None, None)
        self._lib.espeak_Synchronize()
        if not self._audio:
            return Speech(np.zeros(0, np.int16), ())
        native = np.concatenate(self._audio)
        samples = soxr.resample(native, self._native_rate, SAMPLE_RATE)
        return Speech(samples, tuple(self._marks))

    def phonemes(self, text: str, language: str = "cmn") -> str:
        """The phonemes with tones espeak-ng would speak, without stress marks and word breaks."""
        self._use_voice(language)
        pointer = ctypes.c_char_p(text.encode())
        out = ""
        while pointer.value:
            part = self._lib.espeak_TextToPhonemes(ctypes.byref(pointer), _CHARS_UTF8, 0)
            out += part.decode("utf-8", "replace") if part else ""
        return re.sub(r"[\s',|_:]", "", out)
