"""A guess at what the resident asks of the agent, for words that no phrase and no parser knows.

Multinomial logistic regression over n-grams of characters and of their sounds, hashed into a fixed number of
columns: learned in a second from ``nlu_data/intents*.yml`` (Rasa NLU YAML) and kept with the hash of those files.
A guess never outranks what was understood, and grave ones (别再打了, 转人工) need more certainty.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agent.domain.commands import StartPattern
from agent.errors import DefinitionError
from agent.understanding.pinyin import fold
from agent.understanding.text import han_only, normalise
from agent.yaml_lines import line_of, load_yaml

NONE = "none"
"""The intent of ordinary answers."""
COLUMNS = 4096
CERTAIN, CERTAIN_WHEN_GRAVE = 0.6, 0.75
"""Chosen by cross-validation (``suifang train nlu`` prints it): below these a guess is wrong too often."""
GRAVE = frozenset(
    {"opt_out", "withdraw", "human_handoff", "abuse", "cancel", "goodbye", "hand_over", "resume_later", "wrong_person"}
)
"""What they start ends the call, or changes who speaks."""
FEWEST_CHARS, FEWEST_CHARS_WHEN_GRAVE = 2, 4
MOST_CHARS = 40
"""Longer talk is a story; nothing is guessed from it."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence and its intent."""

    text: str
    intent: str


@dataclass(frozen=True, slots=True)
class IntentModel:
    """The learned weights; immutable."""

    intents: tuple[str, ...]
    weights: Floats
    """Columns + 1 (bias) x intents."""
    data_hash: str

    def scores(self, text: str) -> dict[str, float]:
        """Probability of every intent."""
        logits = features([text]) @ self.weights
        return dict(zip(self.intents, map(float, _softmax(logits)[0]), strict=True))

    def guess(self, text: str) -> StartPattern | None:
        """The pattern that these words most likely ask for; None when that is not certain enough."""
        chars = len(han_only(text))
        if not FEWEST_CHARS <= chars <= MOST_CHARS:
            return None
        intent, score = max(self.scores(text).items(), key=lambda pair: pair[1])
        grave = intent in GRAVE
        enough = CERTAIN_WHEN_GRAVE if grave else CERTAIN
        if intent == NONE or score < enough or (grave and chars < FEWEST_CHARS_WHEN_GRAVE):
            return None
        return StartPattern(intent, text)


def read_examples(nlu_data: Path) -> list[Example]:
    """All examples of ``intents*.yml``. Raises ``DefinitionError``."""
    examples: list[Example] = []
    for path in _files(nlu_data):
        document = load_yaml(path)
        entries = document.get("nlu") if isinstance(document, dict) else None
        for entry in entries if isinstance(entries, list) else [None]:
            if not isinstance(entry, dict) or not {"intent", "examples"} <= set(entry):
                raise DefinitionError(
                    "intents-unreadable", "an entry is no intent with examples",
                    "write `- intent: NAME` with `examples: |` and `- …` lines", path=path, line=line_of(entry),
                )  # fmt: skip
            examples += [Example(text, str(entry["intent"])) for text in _lines(entry["examples"])]
    return examples


def _files(nlu_data: Path) -> list[Path]:
    return sorted(nlu_data.glob("intents*.yml"))


def _lines(block: Any) -> Iterator[str]:
    for line in str(block).splitlines():
        text = line.strip().removeprefix("-").strip()
        if text:
            yield text


def hash_of(nlu_data: Path) -> str:
    """Fingerprint of the files that the model is learned from."""
    digest = hashlib.sha256()
    for path in _files(nlu_data):
        digest.update(path.name.encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def features(texts: Sequence[str]) -> Floats:
    """One row of unit length for each text, with a bias column."""
    rows = np.zeros((len(texts), COLUMNS + 1), dtype=np.float32)
    for number, text in enumerate(texts):
        for gram in _grams(text):
            rows[number, zlib.crc32(gram.encode()) % COLUMNS] += 1.0
    rows = np.sqrt(rows)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    rows[:, COLUMNS] = 1.0
    return rows


def _grams(text: str) -> Iterator[str]:
    plain = normalise(text).text
    for kind, form in (("c", plain), ("s", fold(plain))):
        framed = f"^{form}$"
        for size in (1, 2, 3):
            for start in range(len(framed) - size + 1):
                yield kind + framed[start : start + size]


def train(examples: Sequence[Example], data_hash: str = "", *, rounds: int = 400, decay: float = 5e-6) -> IntentModel:
    """Learn by gradient descent with momentum; deterministic. Rare intents count more than their number.

    There are fewer examples than columns, so the weights are kept as a sum over examples until the end.
    """
    intents = tuple(sorted({example.intent for example in examples}))
    index = {intent: number for number, intent in enumerate(intents)}
    rows = features([example.text for example in examples])
    labels = np.array([index[example.intent] for example in examples])
    wanted = np.eye(len(intents), dtype=np.float32)[labels]
    weight = (1.0 / np.sqrt(np.bincount(labels, minlength=len(intents))))[labels]
    weight = (weight / weight.sum()).astype(np.float32)[:, None]
    alike: Floats = rows @ rows.T
    shares: Floats = np.zeros(wanted.shape, dtype=np.float32)
    speed: Floats = np.zeros_like(shares)
    for _ in range(rounds):
        slope = (_softmax(alike @ shares) - wanted) * weight + decay * shares
        speed = (0.9 * speed - 4.0 * slope).astype(np.float32)
        shares = shares + speed
    weights: Floats = (rows.T @ shares).astype(np.float16).astype(np.float32)
    return IntentModel(intents, weights, data_hash)


def _softmax(logits: Floats) -> Floats:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def save(model: IntentModel, path: Path) -> None:
    """Write the model file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        np.savez_compressed(
            file, weights=model.weights.astype(np.float16), intents=np.array(model.intents), data_hash=model.data_hash
        )


def load(path: Path) -> IntentModel | None:
    """The model of a file; None when there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            weights = stored["weights"].astype(np.float32)
            return IntentModel(tuple(str(i) for i in stored["intents"]), weights, str(stored["data_hash"]))
    except (OSError, ValueError, KeyError):
        return None


class Intents:
    """The guesser of one set of files: bundled when learned from these very files, else learned at the first guess."""

    def __init__(self, nlu_data: Path, bundled: Path) -> None:
        self._nlu_data, self._bundled = nlu_data, bundled

    def guess(self, text: str) -> StartPattern | None:
        """See ``IntentModel.guess``."""
        return self.model.guess(text)

    @cached_property
    def model(self) -> IntentModel:
        """The model, loaded or learned once."""
        data_hash = hash_of(self._nlu_data)
        stored = load(self._bundled)
        if stored is not None and stored.data_hash == data_hash:
            return stored
        return train(read_examples(self._nlu_data), data_hash)


def held_out(examples: Sequence[Example], folds: int = 5) -> Mapping[str, tuple[str, float]]:
    """Text -> the likeliest intent and its probability, by models that have not seen the text."""
    result: dict[str, tuple[str, float]] = {}
    for fold_number in range(folds):
        model = train([e for n, e in enumerate(examples) if n % folds != fold_number])
        for example in examples[fold_number::folds]:
            result[example.text] = max(model.scores(example.text).items(), key=lambda pair: pair[1])
    return result
