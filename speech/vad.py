"""Hearing that somebody speaks: WebRTC VAD for the onset, Silero for speech against noise, one pure smoother.

The smoother sees numbers only (10 ms flags, 32 ms probabilities) and says when speech began and ended, on the
audio clock. It owns no words and no turns.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import webrtcvad

from speech.audio import check_frame, level_dbfs
from speech.ports import FRAME_MS, RATE_HZ, Pcm
from speech.silero import CHUNK_SAMPLES, Silero

HOP_MS = 10
CHUNK_MS = CHUNK_SAMPLES * 1000 / RATE_HZ


class VadKind(StrEnum):
    """What changed."""

    ONSET = "onset"
    """Sound like speech began; not yet sure."""
    CONFIRMED = "confirmed"
    """It is speech."""
    DISMISSED = "dismissed"
    """The onset was noise."""
    ENDED = "ended"
    """Confirmed speech stopped; ``at_ms`` is where the voice ended."""


@dataclass(frozen=True, slots=True)
class VadEvent:
    """A change of voice activity; ``at_ms`` is when it happened in the audio, a little before now."""

    kind: VadKind
    at_ms: float


@dataclass(frozen=True, slots=True)
class VadSettings:
    """Thresholds of the smoother."""

    onset_hops: int = 4
    """10 ms flags in a row that make an onset."""
    rising_hops: int = 2
    """Flags in a row that hold back an answer about to be given."""
    confirm_probability: float = 0.5
    confirm_ms: float = 40.0
    """Silero must see this much speech."""
    sure_probability: float = 0.9
    """What it is so sure of counts twice."""
    leave_probability: float = 0.35
    hangover_ms: float = 100.0
    """Without voice for this long the speech has ended."""
    dismiss_ms: float = 240.0
    """An onset not confirmed within this time was noise."""
    loud_dismiss_ms: float = 600.0
    """The same where it is as loud as the voice before: Silero doubts some voices for a syllable or two."""
    drop_db: float = 30.0
    """A hop this far below the loudest of the utterance is silence, whatever the detectors say."""
    over_noise_db: float = 5.0
    """A hop that rises less above the quietest of the last seconds is the line's own noise, not the voice fading."""
    onset_over_noise_db: float = 5.0
    """Sound that rises less above the line's noise is no onset, whatever the detectors say."""
    clear_noise_db: float = 10.0
    """Noise must lie this far below the loudest to be known for noise."""
    hum_db: float = 10.0
    hum_ms: float = 300.0
    """A hop nearly as loud as the loudest is voice for so long after Silero lets go: it is deaf to 嗯 and final n."""


class _State(StrEnum):
    QUIET = "quiet"
    MAYBE = "maybe"
    SPEECH = "speech"


class NoiseFloor:
    """The quiet stretches of the last seconds: what the line sounds like without a voice.

    Not the quietest of all: a line that starts, or loses a frame, is digitally silent for a moment.
    """

    SPARED = 3
    """Blocks that may be quieter than the floor."""

    def __init__(self, blocks: int = 30, block_hops: int = 10) -> None:
        self._block_hops = block_hops
        self._minima: deque[float] = deque(maxlen=blocks)
        self._level: float | None = None
        self._least = 0.0
        self._hops = 0
        self.dbfs = -90.0

    def feed(self, level: float) -> None:
        """Level of the next hop."""
        self._level = level if self._level is None else self._level + 0.2 * (level - self._level)
        self._least = min(self._least, self._level)
        self._hops += 1
        if self._hops % self._block_hops == 0:
            self._minima.append(self._least)
            self._least = 0.0
            self.dbfs = sorted(self._minima)[min(self.SPARED, len(self._minima) // 3)]


class SpeechSmoother:
    """Pure: feed every 10 ms hop in order; returns the changes."""

    def __init__(self, settings: VadSettings | None = None) -> None:
        self._set = settings or VadSettings()
        self._state = _State.QUIET
        self._run = 0
        self._start_ms = 0.0
        self._voice_ms = 0.0
        self._likely_ms = 0.0
        self._sure_ms = 0.0
        self._peak_dbfs = self._level_dbfs = -90.0
        self._voice_dbfs = 0.0
        """The loudest of the last confirmed voice."""
        self._noise = NoiseFloor()

    @property
    def speaking(self) -> bool:
        """Confirmed speech is going on (pauses shorter than the hangover included)."""
        return self._state is _State.SPEECH

    @property
    def rising(self) -> bool:
        """Something nearly as loud as the last voice has begun, known for voice or not."""
        near = self._level_dbfs > self._voice_dbfs - self._set.drop_db
        loud = near and self._level_dbfs > self._noise.dbfs + self._set.clear_noise_db
        return self._run >= self._set.rising_hops and loud

    @property
    def voice_ms(self) -> float:
        """Where the last voice ended."""
        return self._voice_ms

    def feed(self, now_ms: float, flag: bool, probability: float, level: float) -> list[VadEvent]:
        """One hop ending at ``now_ms``: WebRTC's flag, Silero's last probability (0–1), level in dBFS."""
        self._run = self._run + 1 if flag else 0
        self._level_dbfs = level
        self._noise.feed(level)
        if self._state is _State.QUIET:
            return self._from_quiet(now_ms, probability, level)
        self._peak_dbfs = max(self._peak_dbfs, level)
        if flag and self._voiced(now_ms, probability, level):
            self._voice_ms = now_ms
        if self._state is _State.MAYBE:
            return self._from_maybe(now_ms, probability)
        return self._from_speech(now_ms)

    def _voiced(self, now_ms: float, probability: float, level: float) -> bool:
        if probability >= self._set.leave_probability:
            self._sure_ms = now_ms
            return level > self._peak_dbfs - self._set.drop_db and not self._is_noise(level)
        return level > self._peak_dbfs - self._set.hum_db and now_ms - self._sure_ms <= self._set.hum_ms

    def _is_noise(self, level: float) -> bool:
        known = self._noise.dbfs < self._peak_dbfs - self._set.clear_noise_db
        return known and level < self._noise.dbfs + self._set.over_noise_db

    def _from_quiet(self, now_ms: float, probability: float, level: float) -> list[VadEvent]:
        rises = level >= self._noise.dbfs + self._set.onset_over_noise_db
        if not rises or self._run < self._set.onset_hops or probability < self._set.leave_probability / 2:
            return []
        self._state = _State.MAYBE
        self._start_ms = now_ms - min(self._run, 20) * HOP_MS
        self._voice_ms = self._sure_ms = now_ms
        self._likely_ms = 0.0
        self._peak_dbfs = level
        return [VadEvent(VadKind.ONSET, self._start_ms)]

    def _from_maybe(self, now_ms: float, probability: float) -> list[VadEvent]:
        if probability >= self._set.confirm_probability:
            self._likely_ms += HOP_MS * (2 if probability >= self._set.sure_probability else 1)
        if self._likely_ms >= self._set.confirm_ms:
            self._state = _State.SPEECH
            return [VadEvent(VadKind.CONFIRMED, self._start_ms)]
        gone = now_ms - self._voice_ms >= self._set.hangover_ms
        loud = self._peak_dbfs > self._voice_dbfs - self._set.hum_db
        patience_ms = self._set.loud_dismiss_ms if loud else self._set.dismiss_ms
        if gone or now_ms - self._start_ms >= patience_ms + self._likely_ms:
            self._state = _State.QUIET
            self._run = 0
            return [VadEvent(VadKind.DISMISSED, now_ms)]
        return []

    def _from_speech(self, now_ms: float) -> list[VadEvent]:
        if now_ms - self._voice_ms < self._set.hangover_ms:
            return []
        self._voice_dbfs = self._peak_dbfs
        self._state = _State.QUIET
        self._run = 0
        return [VadEvent(VadKind.ENDED, self._voice_ms)]


class VoiceActivity(Protocol):
    """Frames in, changes of voice activity out."""

    @property
    def rising(self) -> bool:
        """Something loud has just begun, known for voice or not."""
        ...

    def feed(self, frame: Pcm) -> list[VadEvent]:
        """Take the next frame of the stream."""
        ...


class DualVad:
    """WebRTC and Silero on one stream of frames. Cheap enough for the event loop: < 0.5 ms a frame in silence."""

    def __init__(self, settings: VadSettings | None = None, *, aggressiveness: int = 2) -> None:
        self._smoother = SpeechSmoother(settings)
        self._webrtc = webrtcvad.Vad(aggressiveness)
        self._silero = Silero()
        self._pending: Pcm = np.zeros(0, np.int16)
        self._probability = 0.0
        self._active_ms = -1e9
        self._now_ms = 0.0

    @property
    def probability(self) -> float:
        """Silero's last probability of speech."""
        return self._probability

    @property
    def rising(self) -> bool:
        """Something loud has just begun, known for voice or not."""
        return self._smoother.rising

    def feed(self, frame: Pcm) -> list[VadEvent]:
        """Raises SpeechError ``audio-frame-format`` for anything but a frame."""
        check_frame(frame)
        hop = RATE_HZ * HOP_MS // 1000
        hops = [frame[i : i + hop] for i in range(0, len(frame), hop)]
        flags = [bool(self._webrtc.is_speech(h.tobytes(), RATE_HZ)) for h in hops]
        if any(flags):
            self._active_ms = self._now_ms
        self._score(frame)
        events: list[VadEvent] = []
        for h, flag in zip(hops, flags, strict=True):
            self._now_ms += HOP_MS
            events += self._smoother.feed(self._now_ms, flag, self._probability, level_dbfs(h))
        return events

    def _score(self, frame: Pcm) -> None:
        """Silero costs ten times WebRTC: it rests while WebRTC has heard nothing for half a second."""
        self._pending = np.concatenate([self._pending, frame])
        while len(self._pending) >= CHUNK_SAMPLES:
            chunk, self._pending = self._pending[:CHUNK_SAMPLES], self._pending[CHUNK_SAMPLES:]
            if self._now_ms - self._active_ms > 500:
                self._probability = 0.0
                continue
            self._probability = self._silero.probability(chunk)


FRAME_HOPS = FRAME_MS // HOP_MS
