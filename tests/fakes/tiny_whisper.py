"""A Whisper model of four dimensions in CTranslate2's format: a token follows from the one before; it says 没有."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import tokenizers
from ctranslate2.specs import WhisperSpec

SIZE, FRAMES, TEXT_POSITIONS = 4, 1_500, 448
MULTILINGUAL = 51_865
"""Models of fewer tokens are taken to know English only."""
_WORDS = ("<unk>", "没", "有", "医", "生")
_SPECIAL = (
    "<|endoftext|>", "<|startoftranscript|>", "<|zh|>", "<|en|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>",
)  # fmt: skip
_SAYS = {"<|notimestamps|>": "没", "没": "有", "有": "<|endoftext|>"}


def _fill(spec: Any, arrays: dict[str, np.ndarray]) -> None:
    """What is told, and zeros for the rest; layer norms pass through."""
    for name, array in arrays.items():
        _set(spec, name, array)
    for name, value in spec.variables().items():
        if value is None:
            _set(spec, name, _neutral(name))


def _neutral(name: str) -> np.ndarray:
    if name.endswith("gamma"):
        return np.ones(SIZE, np.float32)
    wide = {"self_attention/linear_0": 3, "/attention/linear_1": 2}
    out = SIZE * next((times for part, times in wide.items() if part in name), 1)
    return np.zeros((out, SIZE) if name.endswith("weight") else out, np.float32)


def _set(spec: Any, name: str, value: np.ndarray) -> None:
    *path, last = name.split("/")
    for part in path:
        base, _, number = part.rpartition("_")
        spec = getattr(spec, part, None) or getattr(spec, base)[int(number)]
    setattr(spec, last, value)


def write(folder: Path) -> Path:
    """All files of the model."""
    tokens = [*_WORDS, *_SPECIAL, *(f"<|{step * 0.02:.2f}|>" for step in range(1_501))]
    used = len(tokens)
    tokens += [f"<more {number}>" for number in range(MULTILINGUAL - used)]
    steps = list(_SAYS)
    embedding = np.zeros((len(tokens), SIZE), np.float32)
    projection = np.zeros((len(tokens), SIZE), np.float32)
    for place, before in enumerate(steps):
        embedding[tokens.index(before), place] = 1
        projection[tokens.index(_SAYS[before]), place] = 20
    spec = WhisperSpec(1, 1, 1, 1)
    _fill(
        spec,
        {
            "encoder/conv1/weight": np.zeros((SIZE, 80, 3), np.float32),
            "encoder/conv2/weight": np.zeros((SIZE, SIZE, 3), np.float32),
            "encoder/position_encodings/encodings": np.zeros((FRAMES, SIZE), np.float32),
            "decoder/position_encodings/encodings": np.zeros((TEXT_POSITIONS, SIZE), np.float32),
            "decoder/embeddings/weight": embedding,
            "decoder/projection/weight": projection,
            "decoder/projection/bias": np.zeros(len(tokens), np.float32),
        },
    )
    spec.register_vocabulary(tokens)
    spec.config.suppress_ids, spec.config.suppress_ids_begin, spec.config.lang_ids = [], [], [7, 8]
    spec.validate()
    spec.optimize(quantization=None)
    spec.save(str(folder))
    _write_tokenizer(folder, tokens[:used])
    return folder


def _write_tokenizer(folder: Path, tokens: list[str]) -> None:
    words = {word: index for index, word in enumerate(_WORDS)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = tokenizers.decoders.Fuse()
    tokenizer.add_special_tokens([tokenizers.AddedToken(token, special=True) for token in tokens[len(_WORDS) :]])
    tokenizer.save(str(folder / "tokenizer.json"))
    assert json.loads((folder / "tokenizer.json").read_text("utf-8"))["added_tokens"][0]["id"] == len(_WORDS)
