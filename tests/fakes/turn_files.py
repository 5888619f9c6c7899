"""Turn-taking cases and their audio as files."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

TURN = "- {id: t1, audio: a.wav, ask: blood_pressure, speech: [[0.2, 0.6], [0.9, 1.5]], end: 1.5}\n"
OVERLAP = "- {id: b1, audio: a.wav, agent: 您最近有没有头晕, onset: 1.2, kind: backchannel}\n"


def sound(path: Path, rate_hz: int = 16_000, channels: int = 1, seconds: float = 2.0) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(np.zeros(round(rate_hz * seconds) * channels, "<i2").tobytes())
    return path


def written(folder: Path, text: str, **audio: float) -> Path:
    sound(folder / "a.wav", **audio)  # type: ignore[arg-type]
    (folder / "cases.yaml").write_text(text, "utf-8")
    return folder
