"""The recogniser's own process: ``python -m suifang.recognizing``, started by ``suifang.voice``, told the settings."""

from __future__ import annotations

from speech.recognition.apart import serve
from suifang.voice import recognizer_of

if __name__ == "__main__":
    serve(recognizer_of)
