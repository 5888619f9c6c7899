"""Which espeak-ng voice variants are trained on, which are kept for tests, and random new ones.

Must not import torch or audio libraries: the evaluation imports the split from here.
"""

from __future__ import annotations

import random
from pathlib import Path

HELD_OUT_VARIANTS = ("f5", "m3", "m7", "Alicia", "belinda", "victor", "grandma", "quincy")
"""Never trained on, in any rate or pitch; men and women, plain and odd ones."""

TRAIN_VARIANTS = (
    "f1", "f2", "f3", "f4", "m1", "m2", "m4", "m5", "m6", "m8", "Alex", "Andrea", "Andy", "Annie", "AnxiousAndy",
    "Denis", "Diogo", "Gene", "Gene2", "Henrique", "Hugo", "Jacky", "Lee", "Marco", "Mario", "Michael", "Mike",
    "Mr", "Nguyen", "Reed", "RicishayMax", "RicishayMax2", "Storm", "Tweaky", "adam", "anika", "antonio", "aunty",
    "benjamin", "boris", "caleb", "david", "ed", "edward", "edward2", "fast", "grandpa", "gustave", "ian", "iven",
    "iven2", "iven3", "iven4", "john", "kaukovalta", "klatt", "klatt2", "klatt3", "klatt4", "linda", "marcelo",
    "max", "michel", "miguel", "mike2", "norbert", "pablo", "paul", "pedro", "rob", "robert", "sandro", "shelby",
    "steph", "steph2", "steph3", "travis", "zac",
)  # fmt: skip
"""Voices the model hears in training; whispering, robot and monster variants carry no tone and are left out."""

RATES = (110, 230)
"""Words per minute, lowest and highest."""
PITCHES = (15, 95)
"""espeak pitch setting, lowest and highest."""
RANGES = (30, 80)
"""espeak pitch range setting, lowest and highest."""


def random_variant(seed: int) -> str:
    """The text of an espeak-ng variant file with formants, pitch and breath drawn at random."""
    rng = random.Random(seed)
    female = rng.random() < 0.55
    base = rng.uniform(120, 215) if female else rng.uniform(62, 130)
    scale = rng.uniform(1.0, 1.32) if female else rng.uniform(0.8, 1.12)
    lines = ["language variant", f"name r{seed}", f"gender {'female' if female else 'male'}"]
    lines.append(f"pitch {base:.0f} {base * rng.uniform(1.2, 1.75):.0f}")
    for formant in range(9):
        frequency = 100 * scale * rng.uniform(0.91, 1.1)
        lines.append(f"formant {formant} {frequency:.0f} {rng.uniform(60, 140):.0f} {rng.uniform(70, 170):.0f}")
    lines.append(f"roughness {rng.randint(0, 4)}")
    lines.append(f"flutter {rng.randint(0, 12)}")
    lines.append(f"voicing {rng.randint(60, 130)}")
    lines.append(f"consonants {rng.randint(60, 150)} {rng.randint(60, 150)}")
    if rng.random() < 0.4:
        lines.append("breath " + " ".join(str(rng.randint(0, 7)) for _ in range(8)))
        lines.append("breathw 150 150 200 200 400 400 600 600")
    if rng.random() < 0.3:
        lines.append(f"echo {rng.randint(10, 140)} {rng.randint(5, 30)}")
    if rng.random() < 0.3:
        lines.append(f"tone 600 {rng.randint(130, 255)} 1200 {rng.randint(100, 200)} 2000 {rng.randint(60, 200)}")
    return "\n".join(lines) + "\n"


def write_random_variants(data_dir: Path, count: int) -> tuple[str, ...]:
    """Write `count` random variants into a copy of the espeak-ng data; returns their names."""
    names = []
    for seed in range(count):
        name = f"rnd{seed:03d}"
        (data_dir / "voices" / "!v" / name).write_text(random_variant(seed), encoding="utf-8")
        names.append(name)
    return tuple(names)
