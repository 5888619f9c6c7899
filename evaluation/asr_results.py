"""Measures the bundled recogniser on everything there is and publishes ``evaluation/results/asr.md``.

    python -m evaluation.asr_results [--recordings FOLDER] [--out evaluation/results/asr.md] [--words 300]

Speech is made with espeak-ng voices that training never heard, once clean at 16 kHz and once over an 8 kHz A-law line
with noise 15-20 dB below it. ``--recordings`` names the unpacked public collections; without it people and recorded
noise are left out, and the page says so.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from agent.errors import SuifangError
from agent.library import Library, load_library
from evaluation import asr_people
from evaluation.asr import Clip, Heard, hear, read_audio, read_manifests, score
from evaluation.asr_confidence import NEARLY_RIGHT
from evaluation.asr_corpus import SENTENCES, make, sentences
from evaluation.asr_sounds import SECONDS, wordless
from evaluation.asr_text import comparable, edits
from evaluation.asr_words import AT_MOST, Kind, answers, right
from evaluation.intervals import wilson
from speech.ports import RATE_HZ, Pcm, Recognizer
from speech.recognition.confidence import DOUBTED
from speech.recognition.names import NameRepair
from speech.recognition.syllable_ctc import bundled

BANDS = {"clean": "16 kHz", "phone": "8 kHz, noise"}
CER_AT_MOST = {"clean": 0.08, "phone": 0.12}
RTF_AT_MOST = 0.05
ASKS = (None, "yes_no", "blood_pressure")
"""Open while a sound without words is heard."""
BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 1.01)
ROOT = Path(__file__).resolve().parents[1]
Row = tuple[str, str, str, str, str]
"""What, required, measured, n, held."""


@dataclass
class Measured:
    """Rows of the page, and what the calibration is made of."""

    rows: list[Row] = field(default_factory=list)
    sure: list[tuple[float, bool]] = field(default_factory=list)
    """Confidence of an utterance, and whether its words are nearly right."""
    doubted: list[str] = field(default_factory=list)
    work_s: float = 0.0
    audio_s: float = 0.0

    def add(self, what: str, most: float | None, wrong: int, n: int, unit: str = "") -> None:
        """A share with its interval; ``n`` of characters may be less than ``wrong``."""
        low, high = wilson(min(wrong, n), n)
        value = f"{wrong / n:.2%} [{low:.1%}, {high:.1%}]"
        held = "" if most is None else "yes" if wrong / n <= most else "**no**"
        self.rows.append((what, "" if most is None else f"≤ {most:.0%}", value, f"{n} {unit}".strip(), held))

    def spent(self, heard: Iterable[Heard]) -> None:
        """Count processor time."""
        for one in heard:
            self.work_s += one.work_s
            self.audio_s += one.audio_s


@lru_cache(maxsize=1)
def house() -> tuple[Library, Recognizer]:
    """The engine as calls have it; one a process."""
    library = load_library(ROOT)
    return library, NameRepair(bundled(), library.knowledge.lexicons)


def _clip(clip: Clip) -> Heard:
    return hear(read_audio(clip.path), house()[1], clip.ask)


def _sound(sound: tuple[Pcm, str | None]) -> str:
    return hear(sound[0], house()[1], sound[1]).hypothesis.text


def _heard(folder: Path, pool: Executor) -> tuple[list[Clip], list[Heard]]:
    clips = read_manifests([folder])
    return clips, list(pool.map(_clip, clips, chunksize=20))


def open_sentences(folder: Path, pool: Executor, out: Measured) -> None:
    """Character error rate of whole answers."""
    asyncio.run(make(sentences(SENTENCES), folder, 1, 1))
    for band, name in BANDS.items():
        clips, heard = _heard(folder / band, pool)
        _characters(f"characters of answers, {name}", CER_AT_MOST[band], clips, heard, out)


def _characters(what: str, most: float | None, clips: Sequence[Clip], heard: Sequence[Heard], out: Measured) -> None:
    totals = score(clips, heard).totals
    wrong = round(totals["cer"] * totals["chars"])
    out.add(what, most, wrong, totals["chars"], "characters")
    out.spent(heard)
    for clip, one in zip(clips, heard, strict=True):
        wanted, got = comparable(clip.text), comparable(one.hypothesis.text)
        out.sure.append((one.hypothesis.confidence, edits(wanted, got) <= NEARLY_RIGHT * len(wanted)))


def key_words(folder: Path, count: int, pool: Executor, out: Measured) -> None:
    """Numbers, yes and no, medicines in short answers."""
    library = house()[0]
    for kind in Kind:
        asyncio.run(make(answers(kind, count, library), folder / kind.value, 1, 9))
        for band, name in BANDS.items():
            clips, heard = _heard(folder / kind.value / band, pool)
            told = [one.hypothesis for one in heard]
            ok = [right(kind, c.text, t.text, library) for c, t in zip(clips, told, strict=True)]
            out.add(f"{kind.value} in short answers, {name}", AT_MOST[kind], ok.count(False), len(ok), "answers")
            out.spent(heard)
            out.sure += [(one.confidence, good) for one, good in zip(told, ok, strict=True)]
            if kind is Kind.NUMBERS:
                out.doubted.append(_doubted(name, [one.confidence <= DOUBTED for one in told], ok))


def _doubted(band: str, doubted: Sequence[bool], ok: Sequence[bool]) -> str:
    """Wrong numbers are worth less harm when they are read back."""
    wrong = [doubt for doubt, good in zip(doubted, ok, strict=True) if not good]
    fine = [doubt for doubt, good in zip(doubted, ok, strict=True) if good]
    return (
        f"{band}: {sum(wrong)} of {len(wrong)} wrong numbers are read back before they count, and {sum(fine)} of "
        f"{len(fine)} right ones."
    )


def people(root: Path, folder: Path, pool: Executor, out: Measured) -> None:
    """Recordings of people kept from training; nothing is required of these."""
    for place in asr_people.write(root, folder):
        clips, heard = _heard(place, pool)
        _characters(f"people: {asr_people.KINDS[place.name]}", None, clips, heard, out)


def sounds(root: Path | None, pool: Executor, out: Measured) -> None:
    """Sounds without words: nothing may be heard."""
    clips = {"made": [pcm for _, pcm in wordless()]}
    for path in sorted((root / "noise-rir" / "noise").glob("*.*")) if root else ():
        pcm, size = read_audio(path), RATE_HZ * SECONDS
        clips.setdefault("recorded", []).extend(pcm[at : at + size] for at in range(0, len(pcm) - size + 1, size))
    for kind, some in clips.items():
        told = list(pool.map(_sound, [(pcm, ask) for pcm in some for ask in ASKS], chunksize=20))
        out.add(f"words in {kind} sounds that hold none", 0.0, sum(map(bool, told)), len(told), "sounds and asks")


def calibration(sure: Sequence[tuple[float, bool]]) -> list[str]:
    """One line for each bin of confidence."""
    lines = ["| confidence | utterances | mean confidence | share right |", "|---|---|---|---|"]
    gap = 0.0
    for low, high in pairwise(BINS):
        some = [(value, ok) for value, ok in sure if low <= value < high]
        if some:
            mean, good = sum(value for value, _ in some) / len(some), sum(ok for _, ok in some) / len(some)
            gap += abs(mean - good) * len(some) / len(sure)
            lines.append(f"| {low:.2f} to {min(high, 1):.2f} | {len(some)} | {mean:.2f} | {good:.2f} |")
    return [*lines, "", f"Expected calibration error {gap:.3f}."]


def page(out: Measured, people_too: bool, command: str) -> str:
    """The whole page."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    rtf = out.work_s / out.audio_s
    speed = ("processor time for a second of audio", f"≤ {RTF_AT_MOST}", f"{rtf:.3f}", f"{out.audio_s:.0f} s",
             "yes" if rtf <= RTF_AT_MOST else "**no**")  # fmt: skip
    lines = ["# Recognition, measured", "", f"{date.today().isoformat()}, {machine}. `{command}` writes this page."]
    lines += ["Engine `syllable-ctc` with repaired names of medicines; speech by espeak-ng voices never trained on."]
    if not people_too:
        lines += ["The recordings of people were not there and are left out."]
    lines += ["Shares are wrong ones, with 95 % Wilson intervals.", "", "| what | required | measured | n | held |"]
    lines += ["|---|---|---|---|---|", *(f"| {' | '.join(row)} |" for row in [*out.rows, speed])]
    doubts = " ".join(("Numerals on which the hypotheses disagree lower the confidence.", *out.doubted))
    lines += ["", "## Doubt", "", doubts]
    lines += ["", "## Confidence", "", "Right: at most one character in ten wrong; of short answers, the meaning.", ""]
    return "\n".join([*lines, *calibration(out.sure), ""])


def main() -> int:
    """Measure and publish; 0 all held, 1 not, 2 cannot run."""
    parser = argparse.ArgumentParser(description="Measure the bundled recogniser and publish the page.")
    parser.add_argument("--recordings", type=Path, help="the unpacked public collections")
    parser.add_argument("--work", type=Path, default=Path("var/asr"), help="where the made speech goes")
    parser.add_argument("--words", type=int, default=300, help="short answers of each kind")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes side by side")
    parser.add_argument("--out", type=Path, default=ROOT / "evaluation/results/asr.md")
    arguments = parser.parse_args()
    try:
        out = _measure(arguments)
    except (SuifangError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    told = page(
        out,
        arguments.recordings is not None,
        f"python -m evaluation.asr_results --recordings FOLDER --words {arguments.words}",
    )
    arguments.out.write_text(told, "utf-8")
    sys.stdout.write(told)
    return 1 if "**no**" in told else 0


def _measure(arguments: argparse.Namespace) -> Measured:
    out, work = Measured(), arguments.work
    with ProcessPoolExecutor(arguments.jobs, get_context("spawn")) as pool:
        open_sentences(work / "sentences", pool, out)
        key_words(work / "words", arguments.words, pool, out)
        if arguments.recordings:
            people(arguments.recordings, work / "people", pool, out)
        sounds(arguments.recordings, pool, out)
    return out


if __name__ == "__main__":
    sys.exit(main())
