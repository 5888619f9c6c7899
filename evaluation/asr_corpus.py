"""Makes the recogniser's test corpus: sentences written for it, spoken by espeak-ng voices that it never heard.

    python -m evaluation.asr_corpus [--out var/asr] [--voices 1] [--measure]

Two folders of the ``asr`` format come out: ``clean`` (16 kHz) and ``phone`` (8 kHz A-law with noise). The
manifest's fourth column is the ask. With ``--measure`` the bundled recogniser is scored on both at once.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from agent.errors import InputError, SuifangError
from agent.understanding.text import han_only
from evaluation import asr
from evaluation.cases import answer_case, read_cases
from evaluation.judgement import failures, totals_line
from models.train.voices import HELD_OUT_VARIANTS
from speech import audio
from speech.ports import RATE_HZ, Pcm, VoiceStyle
from speech.recognition.syllable_ctc import bundled
from speech.resample import resample
from speech.synthesis.espeak import EspeakSynthesizer

SENTENCES = Path(__file__).parent / "cases" / "asr"
PHONE_HZ = 8000
LONGEST = 40
"""Characters of an answer case that is spoken."""
_ASK = "# ask: "


@dataclass(frozen=True, slots=True)
class Sentence:
    """One answer as an old resident says it."""

    id: str
    text: str
    ask: str


def sentences(folder: Path) -> list[Sentence]:
    """Lines of the text files; ``# ask: ID`` holds for the lines behind it. Raises InputError for an empty folder."""
    out = []
    for path in sorted(folder.glob("*.txt")):
        ask = ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.startswith(_ASK):
                ask = line.removeprefix(_ASK).strip().removeprefix("-")
            elif line.strip():
                out.append(Sentence(f"{path.stem}_{number:03d}", line.strip(), ask))
    if not out:
        raise InputError(
            "asr-sentences", f"no sentences in {folder}", "give a folder of text files, one sentence a line"
        )
    return out


def answers(paths: Sequence[Path], limit: int, seed: int) -> list[Sentence]:
    """Texts of ``answers`` cases, written by others for other tests; a sample of ``limit``."""
    found = [case for case in read_cases(paths, answer_case) if 1 < len(han_only(case.text)) <= LONGEST]
    chosen = random.Random(seed).sample(found, min(limit, len(found)))
    return [Sentence(case.id, case.text, case.ask) for case in chosen]


def styles(seed: int) -> Iterator[VoiceStyle]:
    """Voices kept from training, in turn, each time at another rate and pitch."""
    rng = random.Random(seed)
    while True:
        for variant in HELD_OUT_VARIANTS:
            yield VoiceStyle(f"cmn+{variant}", rng.randint(120, 195), rng.randint(30, 75))


def telephone(pcm: Pcm, rng: np.random.Generator) -> Pcm:
    """8 kHz, noise 15–20 dB below the speech, A-law."""
    narrow = resample(pcm, RATE_HZ, PHONE_HZ).astype(np.float32)
    spectrum = np.fft.rfft(rng.standard_normal(len(narrow))) / np.sqrt(np.fft.rfftfreq(len(narrow), 1 / PHONE_HZ) + 60)
    noise = np.fft.irfft(spectrum, len(narrow))
    loud = narrow[np.abs(narrow) > 0.02 * np.abs(narrow).max()]
    level = np.sqrt(np.mean(loud**2)) * 10 ** (-rng.uniform(15, 20) / 20)
    noisy = narrow + noise / np.std(noise) * level
    return audio.alaw_decode(audio.alaw_encode(np.clip(noisy, -32768, 32767).astype(np.int16)))


async def make(wanted: Sequence[Sentence], out: Path, voices: int, seed: int) -> None:
    """Speak every sentence ``voices`` times and write both folders."""
    rows: dict[str, list[str]] = {"clean": [], "phone": []}
    for name in rows:
        (out / name).mkdir(parents=True, exist_ok=True)
    speaker, voice, rng = EspeakSynthesizer(), styles(seed), np.random.default_rng(seed)
    try:
        for take in range(voices):
            for sentence in wanted:
                style = next(voice)
                pause = np.zeros(RATE_HZ * 3 // 10, np.int16)
                pcm = np.concatenate((pause, await speaker.synthesize(sentence.text, style), pause))
                name = f"{sentence.id}_{take}_{style.voice.removeprefix('cmn+')}.wav"
                audio.write_wav(out / "clean" / name, pcm)
                audio.write_wav(out / "phone" / name, telephone(pcm, rng), PHONE_HZ)
                for row in rows.values():
                    row.append(f"{name}\t{sentence.text}\t{style.voice}\t{sentence.ask}")
    finally:
        await speaker.aclose()
    for name, lines in rows.items():
        (out / name / "manifest.tsv").write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    """Write the corpus; 0 done, 2 cannot run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path("var/asr"))
    parser.add_argument("--sentences", type=Path, default=SENTENCES)
    parser.add_argument("--answers", type=Path, nargs="+", help="speak the texts of these answer cases instead")
    parser.add_argument("--limit", type=int, default=150, help="how many answer cases")
    parser.add_argument("--voices", type=int, default=1, help="how often each sentence is spoken")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help="score the bundled recogniser on what was made")
    arguments = parser.parse_args()
    try:
        cases, seed = arguments.answers, arguments.seed
        wanted = answers(cases, arguments.limit, seed) if cases else sentences(arguments.sentences)
        asyncio.run(make(wanted, arguments.out, arguments.voices, seed))
        if arguments.measure:
            _measure(arguments.out)
    except SuifangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _measure(out: Path) -> None:
    recognizer = bundled()
    for name in ("clean", "phone"):
        done = asr.run([out / name], recognizer)
        sys.stdout.write("\n".join([*failures(done), f"{name}: {totals_line(done)}", ""]))


if __name__ == "__main__":
    sys.exit(main())
