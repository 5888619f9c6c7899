"""Makes the corpus of turns and overlaps: old people's pauses, short answers, and what disturbs a speaking agent.

    python -m evaluation.turn_corpus [--material evaluation/turn_material.yaml] [--out var/turns] [--seed 1]

Voices are those kept from the recogniser's training, unless the material names its own. Every text comes in several
voices and conditions: 16 kHz, or 8 kHz through A-law; clean, or with noise 15 dB below the speech. The same seed makes
the same files.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
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
LEAD_S, TAIL_S = 0.4, 1.5
ONSET_S = (0.8, 1.9)
RATES_WPM = (105, 150)


@dataclass(frozen=True, slots=True)
class Manner:
    """How the material is spoken; a material file may name its own."""

    voices: Sequence[str] = HELD_OUT_VARIANTS
    pause_s: tuple[float, float] = (0.4, 2.0)
    breath_ms: tuple[int, int] = (150, 350)
    """Between clauses of one breath."""
    takes: int = 2
    """How often every answer is spoken; interruptions and backchannels once more."""
    noises: int = 30

    @classmethod
    def of(cls, material: Mapping[str, Any]) -> Manner:
        """What the material says of it."""
        own = {field.name: material[field.name] for field in dataclasses.fields(cls) if field.name in material}
        return cls(**own)

    def voice(self, number: int) -> str:
        """One of the voices, in turn."""
        return f"cmn+{self.voices[number % len(self.voices)]}"

    def style(self, rng: np.random.Generator, number: int) -> VoiceStyle:
        """A voice at a rate and pitch of its own."""
        return VoiceStyle(self.voice(number), int(rng.integers(*RATES_WPM)), int(rng.integers(35, 65)))


@dataclass(frozen=True, slots=True)
class Row:
    """One case: its audio, and what its case file says beside the file name."""

    pcm: Pcm
    line: LineKind
    fields: Mapping[str, Any]


class Maker:
    """Speaks the material; every case has a random source of its own."""

    def __init__(self, speaker: Synthesizer, manner: Manner, seed: int) -> None:
        self._speaker = speaker
        self._manner = manner
        self._seed = seed

    def _source(self, *name: object) -> np.random.Generator:
        return np.random.default_rng([self._seed, *(sum(ord(c) * 31**i for i, c in enumerate(str(n))) for n in name)])

    async def turn(self, number: int, take: int, answer: Mapping[str, Any]) -> Row:
        """An answer with its pauses."""
        rng = self._source("turn", number, take)
        style = self._manner.style(rng, number + 3 * take)
        sound, speech, at_s = [silence(LEAD_S * 1000)], [], LEAD_S
        for index, part in enumerate(answer["parts"]):
            if index:
                pause_s = float(np.exp(rng.uniform(*np.log(self._manner.pause_s))))
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
            sound = await self._clauses(words, self._manner.style(rng, number), rng)
        fields = {"agent": agent, "onset": onset_s, "kind": kind, "text": words}
        return self._row([silence(onset_s * 1000), sound, silence(TAIL_S * 1000)], number, fields, rng)

    async def _noise(self, words: str, rng: np.random.Generator, number: int) -> Pcm:
        if words in ("cough", "door"):
            return cough(rng) if words == "cough" else door(rng)
        return television(await self._clauses(words, VoiceStyle(self._manner.voice(number), 190), rng))

    async def _clauses(self, text: str, style: VoiceStyle, rng: np.random.Generator) -> Pcm:
        parts: list[Pcm] = []
        for clause in text.split("，"):
            if parts:
                parts.append(silence(int(rng.integers(*self._manner.breath_ms))))
            parts.append(await self._speaker.synthesize(clause, style))
        return np.concatenate(parts)

    @staticmethod
    def _row(sound: Sequence[Pcm], number: int, fields: Mapping[str, Any], rng: np.random.Generator) -> Row:
        line = LINES[number % len(LINES)]
        return Row(on_line(np.concatenate(sound), line, rng), line, {**fields, "line": line.name})


async def rows(material: Mapping[str, Any], speaker: Synthesizer, seed: int) -> dict[str, Row]:
    """Every case by id, in order."""
    manner, agents = Manner.of(material), material["agent"]
    maker = Maker(speaker, manner, seed)
    out: dict[str, Row] = {}
    answers = [(take, answer) for take in range(manner.takes) for answer in material["turns"]]
    answers += [(0, answer) for answer in material["second_thoughts"]]
    for number, (take, answer) in enumerate(answers):
        out[f"t{number + 1:03d}"] = await maker.turn(number, take, answer)
    noises = ["cough", "door", *material["television"]]
    over = [("interruption", words) for words in material["interruption"] * (manner.takes + 1)]
    over += [("backchannel", words) for words in material["backchannel"] * (manner.takes + 1)]
    over += [("noise", noises[number % len(noises)]) for number in range(manner.noises)]
    for number, (kind, words) in enumerate(over):
        shift = number // len(agents)
        out[f"b{number + 1:03d}"] = await maker.overlap(
            number + shift, kind, agents[(number + shift) % len(agents)], words
        )
    return out


async def make(material: Mapping[str, Any], out: Path, seed: int) -> int:
    """Write the corpus beside ``out`` and put it there when it is whole; how many cases."""
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
    parser.add_argument("--material", type=Path, default=MATERIAL)
    parser.add_argument("--out", type=Path, default=Path("var/turns"))
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    try:
        material = yaml.safe_load(arguments.material.read_text("utf-8"))
        count = asyncio.run(make(material, arguments.out, arguments.seed))
    except SuifangError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{count} cases in {arguments.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
