"""Trains the acoustic model within a wall-clock budget; checkpoints let it go on after a stop."""

from __future__ import annotations

import argparse
import copy
import math
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as nnf
from torch import Tensor, distributed

from models.train import labels
from models.train.evaluate import measure
from models.train.net import Shape, SyllableNet
from models.train.pool import Batch, Pool, Prefetch

WATCHED = ("unseen_voices", "unseen_voices_phone", "people_words", "people_sentences", "people_students")


@dataclass(frozen=True)
class Plan:
    """What depends on the share of the budget that has passed."""

    minutes: float
    peak_rate: float
    warmup_batches: int = 150

    def rate(self, step: int, progress: float) -> float:
        """Learning rate: short warm-up, then a cosine to nearly zero at the end of the budget."""
        decay = 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
        return self.peak_rate * min(1.0, (step + 1) / self.warmup_batches) * max(decay, 0.005)

    def real_share(self, progress: float) -> float:
        """Recorded people come in between a tenth and a third of the budget, and more after the half."""
        return min(0.35 if progress < 0.55 else 0.55, max(0.06, (progress - 0.08) * 1.3))

    def longest(self, step: int) -> int:
        """Short utterances first."""
        return 200 if step < 250 else 320 if step < 600 else 520 if step < 1200 else 1000

    def guide(self, step: int, progress: float) -> float:
        """Weight of the framewise loss on aligned syllables, which ends the blank plateau early."""
        return max(0.0, 1.0 - progress / 0.25)


def disturb_features(features: Tensor, strength: float) -> Tensor:
    """Mask bands and moments, and warp the frequency axis as vocal tracts of other lengths do."""
    batch, frames, bins = features.shape
    factors = torch.where(torch.rand(batch) < 0.5, torch.empty(batch).uniform_(0.9, 1.1), torch.ones(batch))
    wanted = (torch.arange(bins)[None] * factors[:, None]).clamp(0, bins - 1.001)
    low = wanted.floor().long()
    share = (wanted - low)[:, None, :]
    index = low[:, None, :].expand(-1, frames, -1)
    warped = features.gather(2, index) * (1 - share) + features.gather(2, index + 1) * share
    fill = warped.mean((1, 2), keepdim=True)
    mask = torch.zeros(batch, frames, bins, dtype=torch.bool)
    for _ in range(2):
        width, start = torch.randint(0, int(14 * strength) + 1, (batch, 1)), torch.randint(0, bins, (batch, 1))
        positions = torch.arange(bins)[None]
        mask |= ((positions >= start) & (positions < start + width))[:, None, :]
        width, start = torch.randint(0, int(18 * strength) + 1, (batch, 1)), torch.randint(0, frames, (batch, 1))
        moments = torch.arange(frames)[None]
        mask |= ((moments >= start) & (moments < start + width))[:, :, None]
    return torch.where(mask, fill, warped)


def batch_loss(
    net: SyllableNet, batch: Batch, guide: float, strength: float, device: torch.device
) -> tuple[Tensor, float]:
    """CTC per syllable plus the guide; also the bare CTC value for the log."""
    features = disturb_features(batch.features, strength).to(device)
    with torch.autocast(device.type, torch.bfloat16):
        logits = net(features, batch.padding.to(device))
    scores = logits.float().log_softmax(-1)
    total = int(batch.counts.sum())
    ctc = (
        nnf.ctc_loss(
            scores.transpose(0, 1),
            batch.labels.to(device),
            batch.frames,
            batch.counts,
            reduction="sum",
            zero_infinity=True,
        )
        / total
    )
    loss = ctc
    known = batch.peaks >= 0
    if guide > 0 and bool(known.any()):
        picked = scores.flatten(0, 1)[batch.peaks[known].to(device)]
        loss = loss + guide * nnf.nll_loss(picked, batch.labels[known].to(device))
    return loss, float(ctc.detach())


class Trainer:
    """Owns the weights, their running mean, the optimiser and the checkpoint."""

    def __init__(self, out: Path, plan: Plan, shape: Shape, rank: int = 0) -> None:
        self.out, self.plan = out, plan
        self.tokens = labels.read_tokens(out / "syllables.txt")
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net = SyllableNet(shape, self.tokens).to(self.device)
        self.mean_net = copy.deepcopy(self.net).eval()
        self.optimiser = torch.optim.AdamW(self.net.parameters(), plan.peak_rate, betas=(0.9, 0.98), weight_decay=0.02)
        self.shape, self.step, self.elapsed = shape, 0, 0.0
        self.rank = rank
        self.pool = Pool(out / "shards", int(time.time()) + rank)

    def resume(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.mean_net.load_state_dict(state["mean_net"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.elapsed = state["step"], state["elapsed"]

    def save(self, path: Path) -> None:
        """Write a checkpoint in one move."""
        state = {
            "shape": self.shape.as_dict(),
            "net": self.net.state_dict(),
            "mean_net": self.mean_net.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "elapsed": self.elapsed,
        }
        torch.save(state, path.with_suffix(".tmp"))
        path.with_suffix(".tmp").rename(path)

    def normalise(self) -> None:
        """Fix the mean and scale of the features from some batches."""
        batches = [self.pool.draw(0.3, 600) for _ in range(20)]
        flat = torch.cat([b.features.reshape(-1, 80) for b in batches])
        flat = flat[flat.max(1).values > -15]
        for net in (self.net, self.mean_net):
            net.mean.copy_(flat.mean(0))
            net.scale.copy_(1 / flat.std(0))

    def _share_gradients(self, value: float) -> float:
        """Average gradients, the loss and the time spent over the processes, so that all stay the same."""
        gradients = [p.grad if p.grad is not None else torch.zeros_like(p) for p in self.net.parameters()]
        flat = torch.cat([*(g.flatten() for g in gradients), torch.tensor([value, self.elapsed], device=self.device)])
        distributed.all_reduce(flat)
        flat /= distributed.get_world_size()
        start = 0
        for parameter in self.net.parameters():
            parameter.grad = flat[start : start + parameter.numel()].view_as(parameter)
            start += parameter.numel()
        self.elapsed = float(flat[-1])
        return float(flat[-2])

    def learn(self, batch: Batch, progress: float) -> float:
        """One optimiser step; returns the CTC loss per syllable."""
        for group in self.optimiser.param_groups:
            group["lr"] = self.plan.rate(self.step, progress)
        self.net.train()
        strength = min(1.0, self.step / 600)
        loss, value = batch_loss(self.net, batch, self.plan.guide(self.step, progress), strength, self.device)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        if distributed.is_initialized():
            value = self._share_gradients(value)
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)
        self.optimiser.step()
        self.step += 1
        keep = min(0.998, 1 - 1 / (self.step + 1) ** 0.9)
        with torch.no_grad():
            torch._foreach_lerp_(list(self.mean_net.parameters()), list(self.net.parameters()), 1 - keep)
        return value

    def report(self, limit: int) -> str:
        """Error rates of the running mean on some of the test sets."""

        def scorer(feats: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
            with torch.inference_mode():
                return np.asarray(self.mean_net(torch.from_numpy(feats)[None].to(self.device))[0].cpu())

        parts = []
        for name in WATCHED:
            index = self.out / f"tests/{name}.npz"
            if index.exists():
                errors = measure(index, scorer, self.tokens, limit)
                parts.append(f"{name} {errors.with_tone:.1%}/{errors.toneless:.1%}")
        return "  ".join(parts)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the acoustic model on the prepared pool.")
    parser.add_argument("--out", type=Path, default=Path("data/train"), help="folder filled by models.train.prepare")
    parser.add_argument("--minutes", type=float, default=85.0, help="wall-clock budget, counted over resumptions")
    parser.add_argument("--rate", type=float, default=1.6e-3, help="highest learning rate")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--processes", type=int, default=2, help="single-threaded processes that share gradients")
    parser.add_argument("--resume", action="store_true", help="go on from checkpoint.pt in --out")
    parser.add_argument("--report-every", type=int, default=400, help="batches between measurements")
    return parser.parse_args()


def run(trainer: Trainer, report_every: int) -> None:
    """Learn until the budget is spent; only the first process speaks and saves."""
    ahead = Prefetch(trainer.pool)
    budget, losses = trainer.plan.minutes * 60, []
    checkpoint = trainer.out / "checkpoint.pt"
    before = time.monotonic()
    while trainer.elapsed < budget:
        progress = trainer.elapsed / budget
        ahead.real_share, ahead.longest = trainer.plan.real_share(progress), trainer.plan.longest(trainer.step)
        losses.append(trainer.learn(ahead.next(), progress))
        now = time.monotonic()
        trainer.elapsed, before = trainer.elapsed + now - before, now
        if trainer.rank:
            continue
        if trainer.step % 20 == 0:
            print(
                f"{trainer.step:6d} {trainer.elapsed / 60:6.1f} min  loss {sum(losses) / len(losses):.3f}", flush=True
            )
            losses.clear()
        if trainer.step % 100 == 0:
            trainer.save(checkpoint)
        if trainer.step % report_every == 0:
            print(f"{trainer.step:6d} {trainer.pool.hours()}\n       {trainer.report(60)}", flush=True)
    if not trainer.rank:
        trainer.save(checkpoint)
        print(f"finished after {trainer.step} batches\n       {trainer.report(1000)}", flush=True)


def work(rank: int, arguments: argparse.Namespace) -> None:
    """One process of training."""
    torch.set_num_threads(1 if arguments.processes > 1 else arguments.threads)
    torch.manual_seed(1)
    if arguments.processes > 1:
        store = f"file://{arguments.out.resolve()}/rendezvous"
        distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=arguments.processes)
    trainer = Trainer(arguments.out, Plan(arguments.minutes, arguments.rate), Shape(), rank)
    if arguments.resume:
        trainer.resume(arguments.out / "checkpoint.pt")
    else:
        trainer.normalise()
    if distributed.is_initialized():
        for tensor in trainer.net.state_dict().values():
            distributed.broadcast(tensor, 0)
    torch.manual_seed(int(time.time()) + rank)
    run(trainer, arguments.report_every)


def main() -> None:
    """Train."""
    arguments = _arguments()
    (arguments.out / "rendezvous").unlink(missing_ok=True)
    if arguments.processes > 1:
        torch.multiprocessing.spawn(work, (arguments,), arguments.processes)
    else:
        work(0, arguments)


if __name__ == "__main__":
    main()
