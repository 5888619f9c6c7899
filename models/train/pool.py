"""Draws training batches from the shards on disk."""

from __future__ import annotations

import queue
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from models.train.corpus import Shard

MAX_FRAMES_PER_BATCH = 5600
MAX_UTTERANCES = 24
_WINDOW = 0.03


@dataclass(frozen=True)
class Batch:
    """Padded features and flat labels."""

    features: Tensor
    padding: Tensor
    """1 where a 25 Hz frame is padding."""
    frames: Tensor
    labels: Tensor
    counts: Tensor
    peaks: Tensor
    """Flat index into batch × 25 Hz frames of each label's peak, or -1."""


@dataclass
class _Kind:
    """All utterances of one kind, by length."""

    shards: list[Shard] = field(default_factory=list)
    starts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = field(default_factory=list)
    entries: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros((0, 3), np.int64))
    """Rows of length, shard, utterance; sorted by length."""


class Pool:
    """Utterances of every shard in a folder; new shards are seen after `refresh`."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._rng = np.random.default_rng(seed)
        self._known: set[str] = set()
        self._kinds = {"espeak": _Kind(), "real": _Kind()}
        self.refresh()

    def refresh(self) -> None:
        """Look for new shards."""
        for index in sorted(self._folder.glob("*_*.npz")):
            if index.name in self._known or ".tmp" in index.name:
                continue
            self._known.add(index.name)
            kind = self._kinds[index.name.split("_")[0]]
            shard = Shard.load(index)
            kind.shards.append(shard)
            kind.starts.append((np.cumsum(np.r_[0, shard.frames]), np.cumsum(np.r_[0, shard.counts])))
            fits = np.flatnonzero(shard.frames // 4 > shard.counts * 1.2 + 1)
            rows = np.stack([shard.frames[fits], np.full(len(fits), len(kind.shards) - 1), fits], 1)
            entries = np.concatenate([kind.entries, rows])
            kind.entries = entries[np.argsort(entries[:, 0], kind="stable")]

    def hours(self) -> dict[str, float]:
        """Amount per kind."""
        return {name: float(kind.entries[:, 0].sum()) / 360_000 for name, kind in self._kinds.items()}

    def draw(self, real_share: float, longest: int) -> Batch:
        """Utterances of about equal length, a share of them recorded."""
        if not len(self._kinds["real"].entries):
            real_share = 0.0
        length = self._draw_length(real_share, longest)
        count = max(4, min(MAX_UTTERANCES, MAX_FRAMES_PER_BATCH // length))
        from_real = int(self._rng.binomial(count, real_share))
        picked = self._near("espeak", length, count - from_real, longest) + self._near(
            "real", length, from_real, longest
        )
        return self._assemble(picked)

    def _draw_length(self, real_share: float, longest: int) -> int:
        kind = self._kinds["real" if self._rng.random() < real_share else "espeak"]
        limit = max(1, int(np.searchsorted(kind.entries[:, 0], longest, "right")))
        return int(kind.entries[self._rng.integers(limit), 0])

    def _near(self, name: str, length: int, count: int, longest: int) -> list[tuple[str, int, int]]:
        entries = self._kinds[name].entries
        if not count:
            return []
        middle = int(np.searchsorted(entries[:, 0], length))
        half = max(count, int(len(entries) * _WINDOW / 2))
        low = max(0, min(middle - half, len(entries) - 2 * half))
        chosen = self._rng.integers(low, min(len(entries), low + 2 * half), count)
        return [(name, int(entries[i, 1]), int(entries[i, 2])) for i in chosen]

    def _assemble(self, picked: list[tuple[str, int, int]]) -> Batch:
        parts, labels, counts, peaks = [], [], [], []
        for name, number, index in picked:
            kind = self._kinds[name]
            shard, (frame_starts, label_starts) = kind.shards[number], kind.starts[number]
            parts.append(shard.features[frame_starts[index] : frame_starts[index + 1]])
            span = slice(label_starts[index], label_starts[index + 1])
            labels.append(shard.labels[span])
            peaks.append(shard.peaks[span])
            counts.append(len(labels[-1]))
        frames = [len(part) for part in parts]
        longest = -(-max(frames) // 4) * 4
        features = np.full((len(parts), longest, 80), -15.9, np.float32)
        for row, part in enumerate(parts):
            features[row, : len(part)] = part
        steps = torch.tensor([-(-f // 4) for f in frames])
        padding = (torch.arange(longest // 4)[None] >= steps[:, None]).float()
        flat_peaks = np.concatenate(
            [
                np.where(p >= 0, np.minimum(p // 4, longest // 4 - 1) + row * (longest // 4), -1)
                for row, p in enumerate(peaks)
            ]
        )
        return Batch(
            torch.from_numpy(features),
            padding,
            steps,
            torch.from_numpy(np.concatenate(labels).astype(np.int64)),
            torch.tensor(counts),
            torch.from_numpy(flat_peaks.astype(np.int64)),
        )


class Prefetch:
    """Draws batches in a thread, a few ahead."""

    def __init__(self, pool: Pool, depth: int = 4) -> None:
        self._pool = pool
        self._queue: queue.Queue[Batch] = queue.Queue(depth)
        self.real_share = 0.0
        self.longest = 200
        self._drawn = 0
        threading.Thread(target=self._fill, name="prefetch", daemon=True).start()

    def _fill(self) -> None:
        while True:
            self._queue.put(self._pool.draw(self.real_share, self.longest))
            self._drawn += 1
            if self._drawn % 100 == 0:
                self._pool.refresh()

    def next(self) -> Batch:
        """The next batch."""
        return self._queue.get()
