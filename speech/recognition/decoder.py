"""CTC prefix beam search over characters: syllable posteriors in, words out. Pure: a state in, a state out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from speech.recognition.language import START, Alphabet, Context, Mixture
from speech.recognition.ngram import BOUNDARY
from speech.recognition.syllables import Confusions

Floats = npt.NDArray[np.float32]
_NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Tuning:
    """Weights of the search; log domain."""

    beam: int = 24
    beam_width: float = 12.0
    """Hypotheses worse than the best by more are dropped."""
    blank_skip: float = -0.02
    """Frames whose blank is likelier than this extend nothing."""
    heard: int = 8
    """Syllables of a frame that may start something."""
    heard_width: float = 7.0
    candidates: int = 160
    """Characters tried per frame."""
    language: float = 0.55
    word: float = 1.8
    """Reward per character, against the language model's wish for few."""
    reading: float = 0.6
    confusion: float = 1.0
    floor: float = 0.35
    """How far the weights of the language models return to their start at each character."""
    no_blank: float = 2.5
    """Cost of a confusion right behind another syllable: most likely that one is still sounding."""


@dataclass(frozen=True, slots=True)
class Node:
    """The last character of a hypothesis."""

    before: Node | None
    char: int
    token: int
    frame: int
    """Where it was first taken up; its peak lies a little later."""


@dataclass(frozen=True)
class Beam:
    """All hypotheses after ``frames`` frames; arrays are over hypotheses, best first."""

    frames: int
    nodes: tuple[Node | None, ...]
    contexts: tuple[Context, ...]
    blank: Floats
    """[B] log mass of paths that end in a blank."""
    spoken: Floats
    """[B] log mass of paths that end in the last syllable."""
    words: Floats
    """[B] language score."""
    tokens: npt.NDArray[np.int32]
    """[B] last syllable, 0 at the start."""
    mixture: Floats
    """[B, C] weights of the language models."""

    def scores(self) -> Floats:
        """[B] total scores."""
        return np.logaddexp(self.blank, self.spoken) + self.words


@dataclass(frozen=True)
class Sounds:
    """The tokens of the acoustic model as the search needs them."""

    letters: Alphabet
    confusions: Confusions
    prior: Floats
    """[P] rough log probability of each pair's character, to choose candidates."""


def opening(mixture: Mixture) -> Beam:
    """The beam before the first frame."""
    zero, never = np.zeros(1, np.float32), np.full(1, _NEVER, np.float32)
    return Beam(0, (None,), (START,), zero, never, zero, np.zeros(1, np.int32), mixture.priors[None, :])


def advance(beam: Beam, log_probs: Floats, sounds: Sounds, mixture: Mixture, tuning: Tuning) -> Beam:
    """The beam after more frames; ``log_probs`` is [T, V] with the blank at 0."""
    for frame in log_probs:
        if frame[0] > tuning.blank_skip:
            total = np.logaddexp(beam.blank, beam.spoken) + frame[0]
            beam = replace(beam, frames=beam.frames + 1, blank=total, spoken=np.full_like(total, _NEVER))
        else:
            beam = _step(beam, frame, sounds, mixture, tuning)
    return beam


@dataclass(frozen=True)
class _Candidates:
    chars: npt.NDArray[np.int32]
    tokens: npt.NDArray[np.int32]
    emission: Floats
    """[M] log posterior of the syllable, confusions allowed."""
    reading: Floats


def _heard(frame: Floats, sounds: Sounds, tuning: Tuning) -> Floats:
    """[V] emission of every syllable that the frame may mean."""
    top = np.argpartition(frame[1:], -tuning.heard)[-tuning.heard :] + 1
    top = top[frame[top] > frame[top].max() - tuning.heard_width]
    meant = np.full(len(frame), _NEVER, np.float32)
    scores = frame[top][:, None] - tuning.confusion * sounds.confusions.cost[top]
    np.maximum.at(meant, sounds.confusions.meant[top], scores)
    meant[0] = _NEVER
    return meant


def _candidates(meant: Floats, sounds: Sounds, tuning: Tuning) -> _Candidates:
    letters = sounds.letters
    tokens = np.flatnonzero(meant > meant.max() - tuning.heard_width)
    sizes = letters.starts[tokens + 1] - letters.starts[tokens]
    offsets = letters.starts[tokens] - np.concatenate(([0], np.cumsum(sizes)[:-1]))
    pairs = np.repeat(offsets, sizes) + np.arange(sizes.sum())
    owners = np.repeat(tokens, sizes).astype(np.int32)
    rough = meant[owners] + tuning.reading * letters.pair_weights[pairs] + sounds.prior[pairs]
    order = np.argsort(-rough)[: tuning.candidates]
    _, first = np.unique(letters.pair_chars[pairs[order]], return_index=True)
    chosen = order[first]
    taken, tokens_taken = pairs[chosen], owners[chosen]
    reading = tuning.reading * letters.pair_weights[taken]
    return _Candidates(letters.pair_chars[taken], tokens_taken, meant[tokens_taken], reading)


def _language(beam: Beam, mixture: Mixture, chars: npt.NDArray[np.int32]) -> Floats:
    """[C, B, M] probability of each candidate by each model."""
    seen: dict[Context, int] = {}
    places = [seen.setdefault(context, len(seen)) for context in beam.contexts]
    out = np.empty((len(mixture.parts), len(seen), len(chars)), np.float32)
    for context, place in seen.items():
        for part, row in enumerate(mixture.rows(context)):
            row.take(chars, out=out[part, place])
    return out[:, places]


def _step(beam: Beam, frame: Floats, sounds: Sounds, mixture: Mixture, tuning: Tuning) -> Beam:
    meant = _heard(frame, sounds, tuning)
    found = _candidates(meant, sounds, tuning)
    total = np.logaddexp(beam.blank, beam.spoken)
    stay_blank = total + frame[0]
    stay_spoken = beam.spoken + np.maximum(meant, frame)[beam.tokens]
    stay_spoken[beam.tokens == 0] = _NEVER
    acoustic = _entered(beam, frame, found, tuning)
    parts = _language(beam, mixture, found.chars)
    mixed = np.einsum("bc,cbm->bm", beam.mixture, parts)
    words = beam.words[:, None] + tuning.language * np.log(mixed) + tuning.word + found.reading
    _merge(beam, found, acoustic, stay_spoken)
    grown = _Grown(found, acoustic, words, parts, stay_blank, stay_spoken)
    return _select(beam, grown, mixture, tuning)


def _entered(beam: Beam, frame: Floats, found: _Candidates, tuning: Tuning) -> Floats:
    """[B, M] mass of starting each candidate: after a blank, or right behind another if really heard."""
    same = found.tokens[None, :] == beam.tokens[:, None]
    heard = np.maximum(frame[found.tokens], found.emission - tuning.no_blank)
    direct = np.where(same, _NEVER, beam.spoken[:, None] + heard)
    return np.asarray(np.logaddexp(beam.blank[:, None] + found.emission, direct), np.float32)


@dataclass(frozen=True)
class _Grown:
    found: _Candidates
    acoustic: Floats
    """[B, M] mass of each extension; ``_NEVER`` where it went to a hypothesis that is there already."""
    words: Floats
    parts: Floats
    stay_blank: Floats
    stay_spoken: Floats


def _merge(beam: Beam, found: _Candidates, acoustic: Floats, stay_spoken: Floats) -> None:
    """Give an extension that spells a hypothesis of the beam to that hypothesis (in place)."""
    place = {id(node): index for index, node in enumerate(beam.nodes)}
    column = {int(char): index for index, char in enumerate(found.chars)}
    for index, node in enumerate(beam.nodes):
        if node is None:
            continue
        parent, char = place.get(id(node.before)), column.get(node.char)
        if parent is not None and char is not None:
            stay_spoken[index] = np.logaddexp(stay_spoken[index], acoustic[parent, char])
            acoustic[parent, char] = _NEVER


def _select(beam: Beam, grown: _Grown, mixture: Mixture, tuning: Tuning) -> Beam:
    stays = np.logaddexp(grown.stay_blank, grown.stay_spoken) + beam.words
    scores = np.concatenate((stays, (grown.acoustic + grown.words).ravel()))
    best = np.argpartition(-scores, min(tuning.beam, len(scores) - 1))[: tuning.beam]
    best = best[np.argsort(-scores[best])]
    best = best[scores[best] > scores[best[0]] - tuning.beam_width]
    count, width = len(beam.nodes), len(grown.found.chars)
    kept, new = best[best < count], best[best >= count] - count
    rows, columns = np.divmod(new, width)
    chars, tokens = grown.found.chars[columns], grown.found.tokens[columns]
    weights = beam.mixture[rows] * grown.parts[:, rows, columns].T
    weights = (1 - tuning.floor) * weights / weights.sum(1, keepdims=True) + tuning.floor * mixture.priors
    made = tuple(
        Node(beam.nodes[row], int(char), int(token), beam.frames)
        for row, char, token in zip(rows.tolist(), chars, tokens, strict=True)
    )
    contexts = tuple((*beam.contexts[row][1:], int(char)) for row, char in zip(rows.tolist(), chars, strict=True))
    return Beam(
        beam.frames + 1,
        tuple(beam.nodes[i] for i in kept) + made,
        tuple(beam.contexts[i] for i in kept) + contexts,
        np.concatenate((grown.stay_blank[kept], np.full(len(new), _NEVER, np.float32))),
        np.concatenate((grown.stay_spoken[kept], grown.acoustic[rows, columns])),
        np.concatenate((beam.words[kept], grown.words[rows, columns])),
        np.concatenate((beam.tokens[kept], tokens)),
        np.concatenate((beam.mixture[kept], weights)),
    )


@dataclass(frozen=True)
class Path:
    """One complete hypothesis."""

    nodes: tuple[Node, ...]
    score: float
    acoustic: float
    """The part of the score that is what was heard."""


def _trace(node: Node | None) -> Iterator[Node]:
    while node is not None:
        yield node
        node = node.before


def best_paths(beam: Beam, mixture: Mixture, tuning: Tuning, ended: bool) -> tuple[Path, ...]:
    """All hypotheses, best first; ``ended`` counts that the utterance ends here."""
    scores = beam.scores()
    if ended:
        ends = [
            float(np.dot(weights, [row[BOUNDARY] for row in mixture.rows(context)]))
            for context, weights in zip(beam.contexts, beam.mixture, strict=True)
        ]
        scores = np.asarray(scores + tuning.language * np.log(np.maximum(ends, 1e-9)), np.float32)
    heard = np.logaddexp(beam.blank, beam.spoken)
    order = np.argsort(-scores)
    return tuple(Path(tuple(_trace(beam.nodes[i]))[::-1], float(scores[i]), float(heard[i])) for i in order)
