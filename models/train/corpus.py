"""Builds the pool of features the trainer reads: synthesised and recorded speech, disturbed, in shards."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import kaldi_native_fbank as knf
import numpy as np
import numpy.typing as npt

from models.train import augment, labels, texts, voices
from models.train.espeak import Espeak, Speech, VoiceSetting

SAMPLE_RATE = 16_000
_RESPELLED = {
    f"{c}iong{t}": f"[[{p}ong{n}]]"
    for c, p in (("x", "S;j"), ("q", "tS;hj"), ("j", "tS;j"))
    for t, n in ((1, 55), (2, 35), (3, 214), (4, 51), (5, 11))
}
_RESPELLED |= {"n2": "ng2", "n3": "ng3", "n4": "ng4", "m2": "ng2", "hng5": "ng5"}
"""What espeak-ng would spell in English, given as phonemes or as the nearest syllable it knows."""


@dataclass(frozen=True)
class Utterance:
    """Clean speech and its labels."""

    samples: augment.Samples
    syllables: tuple[str, ...]
    peaks: tuple[float, ...]
    """Seconds at which each syllable is surely being spoken, or empty when unknown."""
    text: str = ""


def features(samples: augment.Samples) -> npt.NDArray[np.float32]:
    """80 log-mel bins at 100 frames per second, as the runtime computes them."""
    options = knf.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.snip_edges = False
    options.frame_opts.samp_freq = SAMPLE_RATE
    options.mel_opts.num_bins = 80
    options.mel_opts.low_freq = 20
    options.mel_opts.high_freq = -400
    fbank = knf.OnlineFbank(options)
    fbank.accept_waveform(SAMPLE_RATE, (samples * 32768).tolist())
    fbank.input_finished()
    return np.stack([fbank.get_frame(i) for i in range(fbank.num_frames_ready)])


def decode(path: Path) -> augment.Samples:
    """Any audio file as 16 kHz mono in [-1, 1]."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=SAMPLE_RATE)
    parts = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            parts += [f.to_ndarray()[0] for f in resampler.resample(frame)]
    parts += [f.to_ndarray()[0] for f in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


class Speaker:
    """Speaks texts with random espeak-ng voices."""

    def __init__(self, espeak: Espeak, variants: tuple[str, ...], seed: int) -> None:
        self._espeak = espeak
        self._variants = variants
        self._rng = random.Random(seed)

    def _setting(self) -> VoiceSetting:
        rng = self._rng
        return VoiceSetting(
            rng.choice(self._variants),
            rng.randint(*voices.RATES),
            rng.randint(*voices.PITCHES),
            rng.randint(*voices.RANGES),
        )

    def _pinyin_text(self, clauses: list[list[str]]) -> tuple[str, list[int]]:
        """Pinyin for espeak with random word grouping, and each syllable's 1-based position in it."""
        out, starts = "", []
        join = self._rng.random() < 0.6
        for clause in clauses:
            previous = True
            for syllable in clause:
                glue = join and not previous and self._rng.random() < 0.5 and syllable not in _RESPELLED
                out = out.rstrip(" ") if glue else out
                starts.append(len(out) + (3 if _RESPELLED.get(syllable, "")[:1] == "[" else 1))
                out += _RESPELLED.get(syllable, syllable) + " "
                previous = glue or syllable in _RESPELLED
            out = out.rstrip(" ") + ", "
        return out.rstrip(", "), starts

    def say(self, text: str, hanzi: bool | None = None) -> Utterance:
        """Speak the text as hanzi when espeak-ng reads it as labelled, else as pinyin."""
        if hanzi is None:
            hanzi = self._rng.random() < 0.6 and self.reads_as_labelled(text)
        if not hanzi:
            return self.say_syllables([labels.syllables(clause) for clause in re.split("[，、。]", text)], text)
        speech = self._espeak.speak(text, self._setting())
        starts = [i + 1 for i, char in enumerate(text) if labels.hanzi_only(char)]
        return _utterance(speech, labels.syllables(text), starts, text)

    def say_syllables(self, clauses: list[list[str]], text: str = "") -> Utterance:
        """Speak syllables as given, clause by clause."""
        spoken, starts = self._pinyin_text(clauses)
        speech = self._espeak.speak(spoken, self._setting(), "cmn-latn-pinyin")
        return _utterance(speech, [s for clause in clauses for s in clause], starts, text)

    def reads_as_labelled(self, text: str) -> bool:
        """Whether espeak-ng's reading of the hanzi has the labelled syllables, tones aside."""
        syllables = labels.syllables(text)
        if any(s in _RESPELLED for s in syllables):
            return self._rng.random() < 0.4
        spoken = self._espeak.phonemes(labels.hanzi_only(text))
        wanted = self._espeak.phonemes(" ".join(syllables), "cmn-latn-pinyin")
        return re.sub(r"\d", "", spoken) == re.sub(r"\d", "", wanted)


def _utterance(speech: Speech, syllables: list[str], starts: list[int], text: str) -> Utterance:
    samples = (speech.samples / 32768).astype(np.float32)
    return Utterance(samples, tuple(syllables), _peaks(starts, speech.marks, len(samples) / SAMPLE_RATE), text)


def _peaks(starts: list[int], marks: tuple[tuple[int, float], ...], duration: float) -> tuple[float, ...]:
    """A moment late in each syllable; words of several syllables are split evenly."""
    if not marks or len(marks) > len(starts):
        return ()
    owners = [max((i for i, (position, _) in enumerate(marks) if position <= start), default=-1) for start in starts]
    if -1 in owners or len(set(owners)) != len(marks):
        return ()
    out = []
    for index, owner in enumerate(owners):
        first, size = owners.index(owner), owners.count(owner)
        begin = marks[owner][1]
        end = marks[owner + 1][1] if owner + 1 < len(marks) else duration - 0.05
        each = min((end - begin) / size, 0.33)
        out.append(begin + (index - first + 0.62) * each)
    return tuple(out)


@dataclass(frozen=True)
class Shard:
    """Features and labels of many utterances, flat."""

    features: npt.NDArray[np.float16]
    frames: npt.NDArray[np.int32]
    labels: npt.NDArray[np.int16]
    counts: npt.NDArray[np.int32]
    peaks: npt.NDArray[np.int32]
    """Feature frame of each label's peak, or -1."""

    def save(self, stem: Path) -> None:
        """Write beside each other; the index last, so that a reader never sees half a shard."""
        np.save(stem.with_suffix(".npy"), self.features)
        np.savez(
            stem.with_suffix(".tmp.npz"), frames=self.frames, labels=self.labels, counts=self.counts, peaks=self.peaks
        )
        stem.with_suffix(".tmp.npz").rename(stem.with_suffix(".npz"))

    @classmethod
    def load(cls, index: Path) -> Shard:
        """Features stay on disk as a memory map."""
        with np.load(index) as data:
            return cls(
                np.load(index.with_suffix(".npy"), mmap_mode="r"),
                data["frames"],
                data["labels"],
                data["counts"],
                data["peaks"],
            )


def build_shard(
    utterances: Iterator[Utterance],
    tokens: dict[str, int],
    room: augment.Room,
    strength: augment.Strength | None,
    seed: int,
) -> Shard:
    """Disturb each utterance once and compute its features."""
    rng = np.random.default_rng(seed)
    parts, frames, flat, counts, peaks = [], [], [], [], []
    for utterance in utterances:
        if len(utterance.samples) < 1600 or not all(s in tokens for s in utterance.syllables):
            continue
        made = augment.Disturbed(utterance.samples, 0.0, 1.0)
        if strength is not None:
            made = augment.disturb(utterance.samples, room, strength, rng)
            if len(room.babble) < 64 or rng.random() < 0.05:
                room.babble[:] = [*room.babble[-200:], utterance.samples]
        parts.append(features(made.samples).astype(np.float16))
        frames.append(len(parts[-1]))
        flat += [tokens[s] for s in utterance.syllables]
        counts.append(len(utterance.syllables))
        times = utterance.peaks or (-1.0,) * counts[-1]
        peaks += [int((made.offset + t * made.stretch) * 100) if t >= 0 else -1 for t in times]
    return Shard(
        np.concatenate(parts),
        np.array(frames, np.int32),
        np.array(flat, np.int16),
        np.array(counts, np.int32),
        np.array(peaks, np.int32),
    )


def training_texts(public: dict[str, list[str]], seed: int) -> Iterator[str]:
    """Call sentences and public ones mixed, none of them held out."""
    rng = random.Random(seed)
    calls = texts.sentences(seed)
    kinds = ("medical", "question", "turn", "dialogue", "place")
    while True:
        text = next(calls) if rng.random() < 0.55 else rng.choice(public[rng.choices(kinds, (3, 6, 4, 4, 1))[0]])
        if not labels.held_out(text) and labels.hanzi_only(text):
            yield text
