"""Makes the corpus of turns and overlaps: old people's pauses, short answers, and what disturbs a speaking agent.

    python -m evaluation.turn_corpus [--out var/turns] [--seed 1]

Voices are those kept from the recogniser's training. Every text comes in several voices and conditions: 16 kHz, or
8 kHz through A-law; clean, or with noise 15 dB below the speech. The same seed makes the same files.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from agent.errors import InputError, SuifangError
from evaluation.turn_sounds import KEPT_MS, LINES, LineKind, cough, door, on_line, television
from models.train.voices import HELD_OUT_VARIANTS
from speech.audio import silence, write_wav
from speech.ports import RATE_HZ, Pcm, Synthesizer, VoiceStyle
from speech.synthesis.espeak import EspeakSynthesizer

MATERIAL = Path(__file__).parent / "turn_material.yaml"
TAKES = 2
"""How often every answer is spoken; interruptions and backchannels once more."""
PAUSE_S = (0.4, 2.0)
BREATH_MS = (150, 350)
"""Between clauses of one breath."""
LEAD_S, TAIL_S = 0.4, 1.5
ONSET_S = (0.8, 1.9)
RATES_WPM = (105, 150)
NOISES = 30


@dataclass(frozen=True, slots=True)
class Row:
    """One case: its audio, and what its case file says beside the file name."""

    pcm: Pcm
    line: LineKind
    fields: Mapping[str, Any]


class Maker:
    """Speaks the material; every case has a random source of its own."""

    def __init__(self, speaker: Synthesizer, seed: int) -> None:
        self._speaker = speaker
        self._seed = seed

    def _source(self, *name: object) -> np.random.Generator:
        return np.random.default_rng([self._seed, *(sum(ord(c) * 31**i for i, c in enumerate(str(n))) for n in name)])

    async def turn(self, number: int, take: int, answer: Mapping[str, Any]) -> Row:
        """An answer with its pauses."""
        rng = self._source("turn", number, take)
        style = _style(rng, number + 3 * take)
        sound, speech, at_s = [silence(LEAD_S * 1000)], [], LEAD_S
        for index, part in enumerate(answer["parts"]):
            if index:
                pause_s = float(np.exp(rng.uniform(*np.log(PAUSE_S))))
                sound.append(silence(pause_s * 1000))
                at_s += len(sound[-1]) / RATE_HZ
            sound.append(await self._clauses(part, style, rng))
            length_s = len(sound[-1]) / RATE_HZ
            speech.append([round(at_s, 2), round(at_s + length_s - KEPT_MS / 1000, 2)])
            at_s += length_s
        fields = {"ask": answer["ask"], "speech": speech, "end": speech[-1][1], "text": "…".join(answer["parts"])}
        return self._row([*sound, silence(TAIL_S * 1000)], number + take, fields, rng)

    async def overlap(self, number: int, kind: str, agent: str, words: str) -> Row:
        """Words, or a noise, over the agent's."""
        rng = self._source("overlap", kind, number)
        onset_s = round(float(rng.uniform(*ONSET_S)), 2)
        if kind == "noise":
            sound = await self._noise(words, rng, number)
        else:
            sound = await self._clauses(words, _style(rng, number), rng)
        fields = {"agent": agent, "onset": onset_s, "kind": kind, "text": words}
        return self._row([silence(onset_s * 1000), sound, silence(TAIL_S * 1000)], number, fields, rng)

    async def _noise(self, words: str, rng: np.random.Generator, number: int) -> Pcm:
        if words in ("cough", "door"):
            return cough(rng) if words == "cough" else door(rng)
        return television(await self._clauses(words, VoiceStyle(_voice(number), 190), rng))

    async def _clauses(self, text: str, style: VoiceStyle, rng: np.random.Generator) -> Pcm:
        parts: list[Pcm] = []
        for clause in text.split("，"):
            if parts:
                parts.append(silence(int(rng.integers(*BREATH_MS))))
            parts.append(await self._speaker.synthesize(clause, style))
        return np.concatenate(parts)

    @staticmethod
    def _row(sound: Sequence[Pcm], number: int, fields: Mapping[str, Any], rng: np.random.Generator) -> Row:
        line = LINES[number % len(LINES)]
        return Row(on_line(np.concatenate(sound), line, rng), line, {**fields, "line": line.name})


def _voice(number: int) -> str:
    return f"cmn+{HELD_OUT_VARIANTS[number % len(HELD_OUT_VARIANTS)]}"


def _style(rng: np.random.Generator, number: int) -> VoiceStyle:
    return VoiceStyle(_voice(number), int(rng.integers(*RATES_WPM)), int(rng.integers(35, 65)))


async def rows(material: Mapping[str, Any], speaker: Synthesizer, seed: int) -> dict[str, Row]:
    """Every case by id, in order."""
    maker, agents = Maker(speaker, seed), material["agent"]
    out: dict[str, Row] = {}
    answers = [(take, answer) for take in range(TAKES) for answer in material["turns"]]
    answers += [(0, answer) for answer in material["second_thoughts"]]
    for number, (take, answer) in enumerate(answers):
        out[f"t{number + 1:03d}"] = await maker.turn(number, take, answer)
    noises = ["cough", "door", *material["television"]]
    over = [("interruption", words) for words in material["interruption"] * (TAKES + 1)]
    over += [("backchannel", words) for words in material["backchannel"] * (TAKES + 1)]
    over += [("noise", noises[number % len(noises)]) for number in range(NOISES)]
    for number, (kind, words) in enumerate(over):
        shift = number // len(agents)
        out[f"b{number + 1:03d}"] = await maker.overlap(
            number + shift, kind, agents[(number + shift) % len(agents)], words
        )
    return out


async def make(out: Path, seed: int) -> int:
    """Write the corpus beside ``out`` and put it there when it is whole; how many cases."""
    material = yaml.safe_load(MATERIAL.read_text("utf-8"))
    speaker = EspeakSynthesizer()
    try:
        made = await rows(material, speaker, seed)
    finally:
        await speaker.aclose()
    fresh = out.with_name(out.name + ".new")
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        lines = [_written(fresh, name, row) for name, row in made.items()]
        (fresh / "cases.yaml").write_text("".join(lines), "utf-8")
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    except OSError as error:
        raise InputError("corpus-unwritable", f"{out}: {error.strerror}", "name another folder with --out") from None
    return len(made)


def _written(folder: Path, name: str, row: Row) -> str:
    write_wav(folder / f"{name}.wav", row.pcm, row.line.rate_hz)
    return f"- {json.dumps({'id': name, 'audio': f'{name}.wav', **row.fields}, ensure_ascii=False)}\n"


def main() -> int:
    """Write the corpus; 0 done, 2 cannot run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--out", type=Path, default=Path("var/turns"))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        count = asyncio.run(make(arguments.out, arguments.seed))
    except SuifangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{count} cases in {arguments.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
