"""Sound files as browsers and phones record them (webm, mp4, ogg, mp3, wav) -> samples."""

from __future__ import annotations

import io

import numpy as np

from agent.errors import SpeechError
from speech.ports import RATE_HZ, Pcm

LONGEST_S = 60.0
"""A spoken message; what is longer is cut."""


def decode(sound: bytes, longest_s: float = LONGEST_S) -> Pcm:
    """Mono samples at ``RATE_HZ`` of the first audio stream. Raises SpeechError ``sound-unreadable``. Blocking."""
    import av  # noqa: PLC0415 - the libraries of every format there is, for the first message that is spoken

    most = round(longest_s * RATE_HZ)
    parts: list[Pcm] = []
    try:
        with av.open(io.BytesIO(sound)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE_HZ)
            for frame in container.decode(audio=0):
                parts += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(frame)]
                if sum(map(len, parts)) >= most:
                    break
            parts += [piece.to_ndarray().reshape(-1) for piece in resampler.resample(None)]
    except (av.error.FFmpegError, ValueError, IndexError) as error:
        raise SpeechError(
            "sound-unreadable", f"the sound cannot be decoded ({type(error).__name__})",
            "send webm, mp4, ogg, mp3 or wav",
        ) from None  # fmt: skip
    return np.concatenate(parts)[:most].astype(np.int16) if parts else np.zeros(0, np.int16)
