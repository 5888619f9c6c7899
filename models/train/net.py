"""The acoustic model: strided convolutions to 25 frames per second, then blocks of local attention and convolution."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as nnf
from torch import Tensor, nn

INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")


@dataclass(frozen=True)
class Shape:
    """Everything the weights' sizes depend on."""

    width: int = 192
    blocks: int = 7
    heads: int = 4
    expansion: int = 3
    kernel: int = 9
    left: int = 48
    right: int = 15
    front: int = 160

    def as_dict(self) -> dict[str, int]:
        """For checkpoints."""
        return asdict(self)


def shared_parts(tokens: list[str]) -> Tensor:
    """A 0/1 matrix [tokens, parts]: which initial, final, toneless syllable and tone each token has."""
    parts: dict[str, int] = {}
    rows: list[list[int]] = []
    for token in tokens:
        base, tone = token.rstrip("12345"), token[-1]
        initial = next((i for i in INITIALS if base.startswith(i)), "")
        names = (
            []
            if token.startswith("<")
            else [
                f"i:{initial}",
                f"f:{base[len(initial) :]}",
                f"t:{tone}",
                f"s:{base}",
                f"ft:{base[len(initial) :]}{tone}",
            ]
        )
        rows.append([parts.setdefault(name, len(parts)) for name in names])
    matrix = torch.zeros(len(tokens), len(parts))
    for index, row in enumerate(rows):
        matrix[index, row] = 1.0
    return matrix


class SharedHead(nn.Module):
    """Output layer whose row for a syllable is its own vector plus those of its initial, final and tone."""

    def __init__(self, width: int, tokens: list[str]) -> None:
        super().__init__()
        self.register_buffer("parts", shared_parts(tokens))
        size = len(tokens)
        self.own = nn.Parameter(torch.randn(size, width) * 0.02)
        self.shared = nn.Parameter(torch.randn(self.parts.shape[1], width) * width**-0.5 * 0.5)
        self.bias = nn.Parameter(torch.zeros(size))

    def weight(self) -> Tensor:
        """The folded [tokens, width] matrix."""
        return self.own + self.parts @ self.shared

    def forward(self, x: Tensor) -> Tensor:
        return nnf.linear(x, self.weight(), self.bias)


class LocalAttention(nn.Module):
    """Self-attention within a band, with a learned bias for each distance."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.left, self.right = shape.heads, shape.left, shape.right
        self.qkv = nn.Linear(shape.width, 3 * shape.width)
        self.out = nn.Linear(shape.width, shape.width)
        self.distance = nn.Parameter(torch.zeros(shape.heads, shape.left + shape.right + 1))

    def band(self, frames: int, device: torch.device) -> Tensor:
        """Additive mask [heads, frames, frames]."""
        positions = torch.arange(frames, device=device)
        offset = positions[None, :] - positions[:, None] + self.left
        inside = (offset >= 0) & (offset <= self.left + self.right)
        bias = self.distance[:, offset.clamp(0, self.left + self.right)]
        return torch.where(inside[None], bias, torch.full_like(bias, -1e4))

    def forward(self, x: Tensor, padding: Tensor | None) -> Tensor:
        batch, frames, width = x.shape
        q, k, v = self.qkv(x).view(batch, frames, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        mask = self.band(frames, x.device)[None]
        if padding is not None:
            mask = mask + padding[:, None, None, :] * -1e4
        scores = (q @ k.transpose(-1, -2)) * (width // self.heads) ** -0.5 + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, frames, width)
        out: Tensor = self.out(mixed)
        return out


class _Depthwise(torch.autograd.Function):
    """Depthwise convolution over [batch, frames, width]; several times faster on a CPU than the library's."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        padded = nnf.pad(x, (0, 0, len(weight) // 2, len(weight) // 2))
        ctx.save_for_backward(padded, weight)
        return _slide(padded, weight, x.shape[1])

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor]:
        padded, weight = ctx.saved_tensors
        frames, reach = gradient.shape[1], len(weight) // 2
        to_input = _slide(nnf.pad(gradient, (0, 0, reach, reach)), weight.flip(0), frames)
        to_weight = torch.stack([(padded[:, k : k + frames] * gradient).sum((0, 1)) for k in range(len(weight))])
        return to_input, to_weight


def _slide(padded: Tensor, weight: Tensor, frames: int) -> Tensor:
    out = padded[:, :frames] * weight[0]
    for k in range(1, len(weight)):
        out = out.addcmul_(padded[:, k : k + frames], weight[k])
    return out


class Convolution(nn.Module):
    """Gated pointwise, depthwise, pointwise."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate = nn.Linear(shape.width, 2 * shape.width)
        self.depth = nn.Parameter(torch.randn(shape.kernel, shape.width) * shape.kernel**-0.5)
        self.norm = nn.LayerNorm(shape.width)
        self.out = nn.Linear(shape.width, shape.width)
        self.reach = shape.kernel // 2

    def forward(self, x: Tensor, padding: Tensor | None) -> Tensor:
        gated = nnf.glu(self.gate(x), -1).float()
        if padding is not None:
            gated = gated * (1 - padding)[:, :, None]
        if self.training:
            mixed = _Depthwise.apply(gated, self.depth)
        else:
            weight = self.depth.t().unsqueeze(1)
            mixed = nnf.conv1d(gated.transpose(1, 2), weight, padding=self.reach, groups=weight.shape[0]).transpose(
                1, 2
            )
        out: Tensor = self.out(nnf.silu(self.norm(mixed)))
        return out


class Halve(nn.Module):
    """A strided convolution over time as one matrix product; ceil(frames / 2) come out."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 5) -> None:
        super().__init__()
        self.kernel = kernel
        self.linear = nn.Linear(inputs * kernel, outputs)

    def forward(self, x: Tensor) -> Tensor:
        half = (x.shape[1] + 1) // 2
        padded = nnf.pad(x, (0, 0, self.kernel // 2, self.kernel // 2 + 1))
        stacked = torch.cat([padded[:, k : k + 2 * half : 2] for k in range(self.kernel)], -1)
        return nnf.silu(self.linear(stacked))


class Block(nn.Module):
    """Attention, convolution, feed-forward, each added to its input."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention, self.convolution = LocalAttention(shape), Convolution(shape)
        self.expand = nn.Linear(shape.width, shape.expansion * shape.width)
        self.shrink = nn.Linear(shape.expansion * shape.width, shape.width)
        self.norms = nn.ModuleList(nn.LayerNorm(shape.width) for _ in range(3))

    def forward(self, x: Tensor, padding: Tensor | None) -> Tensor:
        x = x + self.attention(self.norms[0](x), padding)
        x = x + self.convolution(self.norms[1](x), padding)
        return x + self.shrink(nnf.silu(self.expand(self.norms[2](x))))


class SyllableNet(nn.Module):
    """Features [batch, frames, 80] to logits [batch, ceil(frames / 4), tokens]."""

    def __init__(self, shape: Shape, tokens: list[str]) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(80))
        self.register_buffer("scale", torch.ones(80))
        self.first, self.second = Halve(80, shape.front), Halve(shape.front, shape.width)
        self.enter = nn.Linear(shape.width, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.blocks))
        self.norm = nn.LayerNorm(shape.width)
        self.head = SharedHead(shape.width, tokens)

    def encode(self, features: Tensor, padding: Tensor | None = None) -> Tensor:
        """The vectors the head reads."""
        x = (features - self.mean) * self.scale
        x = self.enter(self.second(self.first(x)))
        for block in self.blocks:
            x = block(x, padding)
        normed: Tensor = self.norm(x)
        return normed

    def forward(self, features: Tensor, padding: Tensor | None = None) -> Tensor:
        logits: Tensor = self.head(self.encode(features, padding))
        return logits
