"""Measures syllable error on the test sets by greedy decoding."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from models.train import labels
from models.train.corpus import Shard

Scorer = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""Features [frames, 80] to scores [frames / 4, tokens]."""


@dataclass(frozen=True)
class Errors:
    """Syllables wrong, as shares of the syllables said."""

    with_tone: float
    toneless: float
    utterances: int


def edit_distance(left: Sequence[object], right: Sequence[object]) -> int:
    """Levenshtein."""
    row = list(range(len(right) + 1))
    for i, item in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (item != other))
    return row[-1]


def greedy(scores: npt.NDArray[np.float32]) -> list[int]:
    """Best token per frame, repeats and blanks removed."""
    best = scores.argmax(-1)
    kept = best[np.r_[True, best[1:] != best[:-1]]]
    return [int(i) for i in kept if i]


def measure(index: Path, scorer: Scorer, tokens: list[str], limit: int = 10_000) -> Errors:
    """Error rates on one test shard."""
    shard = Shard.load(index)
    frame_starts, label_starts = np.cumsum(np.r_[0, shard.frames]), np.cumsum(np.r_[0, shard.counts])
    wrong = wrong_base = total = 0
    count = min(limit, len(shard.frames))
    for i in range(count):
        heard = greedy(scorer(shard.features[frame_starts[i] : frame_starts[i + 1]].astype(np.float32)))
        said = [int(x) for x in shard.labels[label_starts[i] : label_starts[i + 1]]]
        wrong += edit_distance(heard, said)
        wrong_base += edit_distance(
            [labels.toneless(tokens[x]) for x in heard], [labels.toneless(tokens[x]) for x in said]
        )
        total += len(said)
    return Errors(wrong / total, wrong_base / total, count)


def onnx_scorer(model: Path) -> Scorer:
    """Score with the exported model on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return lambda feats: np.asarray(session.run(["log_probs"], {"features": feats[None]})[0][0])


def real_time_factor(scorer: Scorer, seconds: float = 8.0) -> float:
    """Time the net takes per second of audio, features not counted."""
    frames = np.random.default_rng(0).normal(-8, 3, (int(seconds * 100), 80)).astype(np.float32)
    scorer(frames)
    began = time.perf_counter()
    for _ in range(5):
        scorer(frames)
    return (time.perf_counter() - began) / 5 / seconds


def main() -> None:
    """Print one line per test set."""
    parser = argparse.ArgumentParser(description="Measure the exported model on the prepared test sets.")
    parser.add_argument("--model", type=Path, default=Path("models/bundled/syllable_ctc.onnx"))
    parser.add_argument("--tests", type=Path, default=Path("data/train/tests"))
    parser.add_argument("--limit", type=int, default=10_000)
    arguments = parser.parse_args()
    tokens = labels.read_tokens(arguments.model.with_name("syllables.txt"))
    scorer = onnx_scorer(arguments.model)
    print(f"real-time factor of the net on one thread: {real_time_factor(scorer):.4f}")
    for index in sorted(arguments.tests.glob("*.npz")):
        errors = measure(index, scorer, tokens, arguments.limit)
        print(f"{index.stem:22s} tonal {errors.with_tone:6.1%}  toneless {errors.toneless:6.1%}  n={errors.utterances}")


if __name__ == "__main__":
    main()
