"""Command that fills the pool: test sets, synthesised shards and recorded shards."""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import espeakng_loader

from models.train import augment, corpus, labels, people, public_texts, recordings, texts, voices
from models.train.espeak import Espeak

RANDOM_VARIANTS = 200
SHARD_UTTERANCES = 2000
REAL_AMOUNTS = {"words": 4.0, "syllables": 1.2, "sentences": 3.6, "students": 1.6}
REAL_STRENGTH = augment.Strength(shift=0.8, shift_range=(0.8, 1.25), reverb=0.3)
_TEST_SPAN_SECONDS = 50


@dataclass(frozen=True)
class Paths:
    """Where things lie."""

    recordings: Path
    texts: Path
    out: Path


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prepare the training pool in --out.")
    parser.add_argument(
        "--recordings", type=Path, required=True, help="folder the recorded collections are unpacked in"
    )
    parser.add_argument("--texts", type=Path, required=True, help="folder of the public text collections")
    parser.add_argument("--out", type=Path, default=Path("data/train"))
    parser.add_argument("--espeak-shards", type=int, default=24)
    parser.add_argument("--real-shards", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=0)
    return parser.parse_args()


def _room(paths: Paths, train: bool) -> augment.Room:
    def part(samples: augment.Samples) -> augment.Samples:
        cut = _TEST_SPAN_SECONDS * corpus.SAMPLE_RATE
        return samples[:cut] if train else samples[cut:]

    root = paths.recordings / "noise-rir"
    noises = tuple(part(corpus.decode(p)) for p in sorted((root / "noise").glob("*.flac")))
    taps = tuple(corpus.decode(p) for p in sorted((root / "short").glob("*.wav")))
    responses = tuple(corpus.decode(p)[:8000] for p in sorted((root / "rir").glob("*.wav")))
    return augment.Room(noises, taps, responses)


def _tokens(paths: Paths) -> dict[str, int]:
    return {token: i for i, token in enumerate(labels.read_tokens(paths.out / "syllables.txt"))}


def _espeak_data(paths: Paths) -> tuple[str, tuple[str, ...]]:
    folder = paths.out / "espeak-ng-data"
    if not folder.exists():
        shutil.copytree(espeakng_loader.get_data_path(), folder)
        for other in (folder / "lang").iterdir():
            if other.name not in ("sit", "gmw"):
                shutil.rmtree(other) if other.is_dir() else other.unlink()
    return str(folder), voices.write_random_variants(folder, RANDOM_VARIANTS)


def _train_variants() -> tuple[str, ...]:
    drawn = tuple(f"rnd{i:03d}" for i in range(RANDOM_VARIANTS))
    plain = ("f1", "f2", "f3", "f4", "m1", "m2", "m4", "m5")
    return voices.TRAIN_VARIANTS * 2 + plain * 3 + drawn


def _synthesised(paths: Paths, seed: int, short: bool) -> Iterator[corpus.Utterance]:
    rng = random.Random(seed)
    speaker = corpus.Speaker(Espeak(str(paths.out / "espeak-ng-data")), _train_variants(), seed)
    pool = labels.all_syllables()
    wanted = corpus.training_texts(public_texts.collect(paths.texts), seed)
    made = 0
    while made < SHARD_UTTERANCES:
        if rng.random() < 0.06:
            yield speaker.say_syllables([rng.choices(pool, k=rng.randint(1, 5))])
            made += 1
            continue
        text = next(wanted)
        if short and len(text) > 8:
            continue
        yield speaker.say(text)
        made += 1


def _espeak_shard(paths: Paths, seed: int) -> str:
    shard = corpus.build_shard(
        _synthesised(paths, seed, seed < 2), _tokens(paths), _room(paths, True), augment.Strength(), seed
    )
    shard.save(paths.out / f"shards/espeak_{seed:04d}")
    return f"espeak {seed}: {shard.frames.sum() / 360_000:.2f} h"


def _real_shards(paths: Paths, seeds: range) -> str:
    loaded: dict[str, list[corpus.Utterance]] = {}
    for item in recordings.recordings(paths.recordings):
        if not item.test:
            loaded.setdefault(item.kind, []).append(people.load(item))
    room, hours = _room(paths, True), 0.0
    for seed in seeds:
        drawn = people.mixed(loaded, REAL_AMOUNTS, SHARD_UTTERANCES, seed)
        shard = corpus.build_shard(drawn, _tokens(paths), room, REAL_STRENGTH, seed)
        shard.save(paths.out / f"shards/real_{seed:04d}")
        hours += shard.frames.sum() / 360_000
    return f"recorded {seeds}: {hours:.2f} h"


def _save_test(paths: Paths, name: str, utterances: list[corpus.Utterance], disturbed: bool) -> None:
    strength = (
        augment.Strength(shift=0, reverb=0.3, noise=1.0, snr_db=(10, 20), band=1.0, dropout=0) if disturbed else None
    )
    shard = corpus.build_shard(iter(utterances), _tokens(paths), _room(paths, False), strength, 1)
    shard.save(paths.out / f"tests/{name}")
    (paths.out / f"tests/{name}.json").write_text(json.dumps([u.text for u in utterances], ensure_ascii=False), "utf-8")


def _test_texts(paths: Paths, count: int) -> list[str]:
    public = public_texts.collect(paths.texts)
    rng = random.Random(99)
    general = [t for kind in ("medical", "question", "turn", "dialogue") for t in rng.sample(public[kind], 1500)]
    held = [t for t in general if labels.held_out(t) and labels.hanzi_only(t)]
    calls = []
    for text in texts.sentences(987_654):
        if labels.held_out(text) and labels.hanzi_only(text):
            calls.append(text)
        if len(calls) >= count * 0.7:
            break
    return (calls + rng.sample(held, min(len(held), count - len(calls))))[:count]


def _tests(paths: Paths) -> str:
    espeak = Espeak(str(paths.out / "espeak-ng-data"))
    wanted = _test_texts(paths, 400)
    for name, variants in (("unseen_voices", voices.HELD_OUT_VARIANTS), ("seen_voices", voices.TRAIN_VARIANTS)):
        speaker = corpus.Speaker(espeak, variants, 7)
        said = [speaker.say(t, True) for t in wanted if speaker.reads_as_labelled(t)]
        _save_test(paths, name, said, False)
        if name == "unseen_voices":
            _save_test(paths, "unseen_voices_phone", said, True)
    rng = random.Random(5)
    kept = [r for r in recordings.recordings(paths.recordings) if r.test]
    for kind in ("words", "syllables", "sentences", "students"):
        some = [r for r in kept if r.kind == kind]
        _save_test(paths, f"people_{kind}", [people.load(r) for r in rng.sample(some, min(250, len(some)))], False)
    return "tests done"


def _run(task: tuple[str, Paths, range]) -> str:
    what, paths, seeds = task
    if what == "tests":
        return _tests(paths)
    if what == "real":
        return _real_shards(paths, seeds)
    return _espeak_shard(paths, seeds[0])


def main() -> None:
    """Fill the pool."""
    arguments = _arguments()
    paths = Paths(arguments.recordings, arguments.texts, arguments.out)
    for folder in ("shards", "tests"):
        (paths.out / folder).mkdir(parents=True, exist_ok=True)
    tokens_path = paths.out / "syllables.txt"
    if not tokens_path.exists():
        labels.write_tokens(tokens_path, labels.vocabulary())
    _espeak_data(paths)
    first = arguments.first_seed
    tasks: list[tuple[str, Paths, range]] = [
        ("espeak", paths, range(i, i + 1)) for i in range(first, first + arguments.espeak_shards)
    ]
    half = first + arguments.real_shards // 2
    tasks.insert(6, ("tests", paths, range(0)))
    tasks.insert(7, ("real", paths, range(first, half)))
    tasks.append(("real", paths, range(half, first + arguments.real_shards)))
    with ProcessPoolExecutor(arguments.workers, max_tasks_per_child=1) as pool:
        for line in pool.map(_run, tasks):
            print(line, flush=True)


if __name__ == "__main__":
    main()
