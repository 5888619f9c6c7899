"""The espeak-ng process: requests on stdin, samples on stdout. Run as ``python -m speech.synthesis.espeak_worker``.

espeak-ng is GPL: it lives in this process only and talks over a pipe. Standard library and the espeakng-loader
wheel, nothing else, so that it starts in a tenth of a second.

Messages as in ``speech.pipes``. Request: JSON ``{text, voice, rate, pitch}``.
Answer: one status byte; after 0 the sample rate (4 bytes) and int16 samples, after 1 an error in UTF-8.
"""

from __future__ import annotations

import ctypes
import json
import sys
from typing import Any

import espeakng_loader

from speech.pipes import LENGTH, read_message, write_message

_RETRIEVAL = 1
_UTF8_WITH_PHONEMES = 0x101
_NO_EXIT = 0x8000
_RATE, _PITCH = 1, 3
_MAX_REQUEST_BYTES = 1 << 20

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class _Library:
    """The one espeak-ng of this process; it is not re-entrant."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        folder = espeakng_loader.get_data_path().encode()
        self.rate_hz = int(self._lib.espeak_Initialize(_RETRIEVAL, 0, folder, _NO_EXIT))
        if self.rate_hz <= 0:
            raise RuntimeError("espeak-ng data cannot be loaded")
        self._audio = bytearray()
        self._callback = _Callback(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)
        self._voice = ""

    def _receive(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._audio += ctypes.string_at(samples, count * 2)
        return 0

    def _use(self, voice: str) -> None:
        if voice != self._voice and self._lib.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice}")
        self._voice = voice

    def speak(self, text: str, voice: str, rate: int, pitch: int) -> bytes:
        self._use(voice)
        self._lib.espeak_SetParameter(_RATE, rate, 0)
        self._lib.espeak_SetParameter(_PITCH, pitch, 0)
        self._audio.clear()
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, 0, 0, _UTF8_WITH_PHONEMES, None, None)
        self._lib.espeak_Synchronize()
        return bytes(self._audio)

    def phonemes(self, text: str, voice: str) -> str:
        self._use(voice)
        pointer = ctypes.c_char_p(text.encode())
        parts: list[str] = []
        while pointer.value:
            part = self._lib.espeak_TextToPhonemes(ctypes.byref(pointer), 1, 0)
            parts.append(part.decode("utf-8", "replace") if part else "")
        return "".join(parts)


def _answer(library: _Library, body: bytes) -> bytes:
    try:
        request = json.loads(body[:_MAX_REQUEST_BYTES])
        if request.get("phonemes"):
            return b"\0" + LENGTH.pack(0) + library.phonemes(request["text"], request["voice"]).encode()
        samples = library.speak(request["text"], request["voice"], int(request["rate"]), int(request["pitch"]))
        return b"\0" + LENGTH.pack(library.rate_hz) + samples
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return b"\1" + str(error).encode()


def main() -> None:
    """Serve until stdin closes."""
    library = _Library()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    try:
        while (body := read_message(source)) is not None:
            write_message(sink, _answer(library, body))
    except (EOFError, BrokenPipeError, KeyboardInterrupt):
        return


if __name__ == "__main__":
    main()
