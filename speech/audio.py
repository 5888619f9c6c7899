"""Samples: checks at the door, levels, WAV files, G.711 A-law. Pure functions, no state."""

from __future__ import annotations

import io
import math
import wave
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agent.errors import SpeechError
from speech.ports import FRAME_SAMPLES, RATE_HZ, Pcm

SILENT_DBFS = -90.0


def check_frame(frame: Any) -> Pcm:
    """Assert one frame of ``FRAME_SAMPLES`` int16 samples; raises SpeechError ``audio-frame-format``."""
    if not isinstance(frame, np.ndarray) or frame.dtype != np.int16 or frame.shape != (FRAME_SAMPLES,):
        got = f"{getattr(frame, 'dtype', type(frame).__name__)} {getattr(frame, 'shape', '')}".strip()
        raise SpeechError(
            "audio-frame-format",
            f"an audio frame must be int16 of shape ({FRAME_SAMPLES},), not {got}",
            f"convert to {RATE_HZ} Hz mono int16 at the channel's door and pad the last frame",
        )
    return frame


def check_rate(rate_hz: int, wanted_hz: int = RATE_HZ) -> None:
    """Assert a sample rate; raises SpeechError ``audio-rate``."""
    if rate_hz != wanted_hz:
        raise SpeechError(
            "audio-rate",
            f"audio has {rate_hz} Hz where {wanted_hz} Hz is needed",
            "pass it through speech.resample.resample first",
        )


def silence(ms: float) -> Pcm:
    """Zeros of this length."""
    return np.zeros(round(ms * RATE_HZ / 1000), np.int16)


def length_ms(pcm: Pcm) -> float:
    """Duration at ``RATE_HZ``."""
    return len(pcm) * 1000 / RATE_HZ


def level_dbfs(pcm: Pcm) -> float:
    """RMS level below full scale; ``SILENT_DBFS`` for nothing."""
    if not len(pcm):
        return SILENT_DBFS
    samples = pcm.astype(np.float32)
    rms = math.sqrt(float(np.dot(samples, samples)) / len(samples))
    return max(SILENT_DBFS, 20 * math.log10(max(rms, 1e-3) / 32768))


def _clip(samples: npt.NDArray[np.float32]) -> Pcm:
    return np.asarray(np.clip(samples, -32768, 32767), np.int16)


def scale(pcm: Pcm, gain: float) -> Pcm:
    """Apply a gain, clipped to 16 bits."""
    if gain == 1.0:
        return pcm
    return _clip(pcm.astype(np.float32) * gain)


def ramp(pcm: Pcm, start_gain: float, end_gain: float) -> Pcm:
    """Apply a gain that moves evenly over the samples."""
    gains = np.linspace(start_gain, end_gain, len(pcm), dtype=np.float32)
    return _clip(pcm.astype(np.float32) * gains)


def frames(pcm: Pcm) -> Iterable[Pcm]:
    """Cut into frames; the last one is padded with zeros."""
    for start in range(0, len(pcm), FRAME_SAMPLES):
        frame = pcm[start : start + FRAME_SAMPLES]
        if len(frame) < FRAME_SAMPLES:
            frame = np.concatenate([frame, np.zeros(FRAME_SAMPLES - len(frame), np.int16)])
        yield frame


def trim_silence(pcm: Pcm, keep_ms: float = 20.0, floor_dbfs: float = -50.0) -> Pcm:
    """Cut silence at both ends down to ``keep_ms``; all-silent input becomes empty."""
    block = RATE_HZ // 200
    whole = len(pcm) // block * block
    peaks = np.abs(pcm[:whole].astype(np.int32)).reshape(-1, block).max(axis=1) if whole else np.zeros(0, np.int32)
    loud = np.flatnonzero(peaks > 32768 * 10 ** (floor_dbfs / 20))
    if not len(loud):
        return pcm[:0]
    keep = round(keep_ms * RATE_HZ / 1000)
    return pcm[max(0, int(loud[0]) * block - keep) : min(len(pcm), (int(loud[-1]) + 1) * block + keep)]


def wav_bytes(pcm: Pcm, rate_hz: int = RATE_HZ) -> bytes:
    """A mono 16-bit WAV."""
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(pcm.astype("<i2").tobytes())
    return made.getvalue()


def write_wav(path: Path, pcm: Pcm, rate_hz: int = RATE_HZ) -> None:
    """Write a mono 16-bit WAV. Raises SpeechError ``audio-write`` when the disk refuses."""
    write_bytes(path, wav_bytes(pcm, rate_hz))


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file. Raises SpeechError ``audio-write`` when the disk refuses."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise SpeechError("audio-write", f"cannot write {path.name}: {error.strerror}", "check the folder") from error


def read_wav(path: Path) -> tuple[Pcm, int]:
    """Read a mono 16-bit WAV: samples and rate. Raises SpeechError ``audio-read``."""
    try:
        with wave.open(str(path), "rb") as source:
            if source.getnchannels() != 1 or source.getsampwidth() != 2:
                raise SpeechError("audio-read", f"{path.name} is not mono 16-bit", "convert it to mono 16-bit WAV")
            data = source.readframes(source.getnframes())
            return np.frombuffer(data, "<i2").astype(np.int16), source.getframerate()
    except (OSError, EOFError, wave.Error) as error:
        raise SpeechError("audio-read", f"cannot read {path.name}: {error}", "give a mono 16-bit WAV file") from error


def alaw_encode(pcm: Pcm) -> bytes:
    """G.711 A-law, one byte a sample."""
    value = pcm.astype(np.int32) >> 3
    sign = np.where(value >= 0, 0xD5, 0x55).astype(np.uint8)
    magnitude = np.where(value >= 0, value, -value - 1)
    segment = np.clip(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0, 7)
    shift = np.where(segment < 2, 1, segment)
    code = (segment << 4) | ((magnitude >> shift) & 0x0F)
    return np.asarray(code.astype(np.uint8) ^ sign).tobytes()


def alaw_decode(data: bytes) -> Pcm:
    """Samples of G.711 A-law bytes."""
    code = np.frombuffer(data, np.uint8).astype(np.int32) ^ 0x55
    segment = (code >> 4) & 0x07
    base = ((code & 0x0F) << 4) + 8
    magnitude = np.where(segment == 0, base, (base + 0x100) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)
