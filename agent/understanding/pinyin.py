"""How words sound: syllables, confusions of old and southern speakers, approximate matching of names.

One Chinese character is one syllable, so every span found here is a span of characters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from models.registry import HOME

SOUNDS = HOME / "bundled" / "language" / "sounds.tsv"
"""How each character is read by itself: a toned syllable, a tab, its characters. A library knows the same, but takes
half a second of every start."""
_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FLAT = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}
"""Merged outright: flat and curled tongue (四/十), n and l (奶/来)."""
_FRONT = {"ing": "in", "eng": "en", "ueng": "en"}
_NEAR_INITIALS = frozenset(
    frozenset(pair)
    for pair in (
        "bp",
        "dt",
        "gk",
        "jq",
        "zc",
        "jz",
        "qc",
        "xs",
        "lr",
        "hf",
        "hk",
        "ld",
        "rz",
        "wf",
        "wh",
        "ml",
        "jg",
        "xh",
    )
)
_NEAR_FINALS = frozenset(
    frozenset(pair)
    for pair in (
        ("an", "ang"), ("ian", "iang"), ("uan", "uang"), ("e", "o"), ("e", "uo"), ("o", "uo"), ("u", "uo"),
        ("ui", "ei"), ("un", "en"), ("v", "i"), ("v", "u"), ("ue", "ie"), ("ai", "ei"), ("iu", "ou"), ("ong", "en"),
        ("ong", "un"), ("ian", "in"), ("ian", "an"), ("uan", "an"), ("ie", "e"), ("a", "ia"), ("ou", "u"), ("er", "e"),
        ("ao", "iao"), ("iong", "ong"), ("van", "ian"), ("u", "o"), ("i", "ei"), ("a", "e"), ("uai", "ai"), ("ua", "a"),
    )
)  # fmt: skip
_MERGED, _NEAR, _FAR, _GAP = 0.15, 0.3, 0.7, 0.7


@lru_cache(maxsize=1)
def _sounds() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for line in SOUNDS.read_text(encoding="utf-8").splitlines():
        sound, _, chars = line.partition("\t")
        found.update(dict.fromkeys(chars, sound))
    return found


def toned(char: str) -> str | None:
    """The usual reading of a character, ``zhong1``, the neutral tone as 5; None for any other character."""
    return _sounds().get(char)


@lru_cache(maxsize=16384)
def syllable(char: str) -> str:
    """Toneless pinyin of one character; any other character stands for itself."""
    sound = (toned(char) if char >= "㐀" else None) or f"{char}0"
    return "en" if sound[:-1] == "n" else sound[:-1]


def syllables(text: str) -> tuple[str, ...]:
    """One syllable for each character of ``text``."""
    return tuple(syllable(c) for c in text)


@lru_cache(maxsize=4096)
def _parts(sound: str) -> tuple[str, str]:
    initial = next((i for i in _INITIALS if sound.startswith(i)), "")
    final = sound[len(initial) :]
    if initial in ("j", "q", "x", "y") and final[:1] == "u":
        final = "v" + final[1:]
    return initial, final


@lru_cache(maxsize=4096)
def folded(sound: str) -> str:
    """The syllable with the merged confusions (n/l, z/zh, in/ing, f/h) taken out."""
    if not sound.isascii() or not sound.isalpha() or len(sound) < 2:
        return sound
    initial, final = _parts(sound)
    initial, final = _FLAT.get(initial, initial), _FRONT.get(final, final)
    if initial == "h" and final[:1] == "u":
        rest = final[1:]
        initial, final = "f", {"": "u", "i": "ei", "n": "en", "o": "o"}.get(rest, rest)
    elif initial == "h" and final == "ong":
        initial, final = "f", "en"
    return initial + final


@lru_cache(maxsize=16384)
def fold_char(char: str) -> str:
    """One private-use character for each folded syllable; other characters stay as they are."""
    if not "㐀" <= char <= "鿿":
        return char
    return _fold_code(folded(syllable(char)))


@lru_cache(maxsize=4096)
def _fold_code(sound: str) -> str:
    value = 0
    for letter in sound:
        value = value * 27 + (ord(letter) - 96 if "a" <= letter <= "z" else 0)
    return chr(0xF0000 + value % 65521)


def fold(text: str) -> str:
    """``text`` by sound: homophones and confusable syllables become equal, positions stay."""
    return "".join(map(fold_char, text))


@lru_cache(maxsize=65536)
def syllable_cost(a: str, b: str) -> float:
    """0 for the same sound, small for known confusions, 1 at most."""
    if a == b:
        return 0.0
    if folded(a) == folded(b):
        return _MERGED
    (ia, fa), (ib, fb) = _parts(folded(a)), _parts(folded(b))
    return min(1.0, _part_cost(ia, ib, _NEAR_INITIALS) + _part_cost(fa, fb, _NEAR_FINALS))


def _part_cost(a: str, b: str, near: frozenset[frozenset[str]]) -> float:
    if a == b:
        return 0.0
    return _NEAR if frozenset((a, b)) in near else _FAR


def distance(a: Sequence[str], b: Sequence[str]) -> float:
    """Weighted edit distance between two runs of syllables."""
    row = [j * _GAP for j in range(len(b) + 1)]
    for i, x in enumerate(a, 1):
        previous, row = row, [i * _GAP]
        for j, y in enumerate(b, 1):
            row.append(min(previous[j - 1] + syllable_cost(x, y), previous[j] + _GAP, row[-1] + _GAP))
    return row[-1]


@lru_cache(maxsize=16384)
def _run_cost(name: tuple[str, ...], heard: tuple[str, ...]) -> float:
    return 0.0 if name == heard else distance(name, heard)


@dataclass(frozen=True, slots=True)
class Hit:
    """A lexicon name found in a text."""

    key: str
    name: str
    span: tuple[int, int]
    cost: float
    exact: bool
    rivals: tuple[str, ...] = ()
    """Keys that sound almost as much like the words."""


@dataclass(frozen=True)
class NameIndex:
    """Names with their keys, prepared for approximate search."""

    names: tuple[tuple[str, str], ...]
    sounds: tuple[tuple[str, ...], ...]
    places: Mapping[str, tuple[tuple[int, int], ...]]
    """Syllable -> (name, position in it)."""
    vocabulary: frozenset[str] = field(default=frozenset())

    def find(self, text: str) -> tuple[Hit, ...]:
        """The best non-overlapping names in ``text``, in order."""
        heard = syllables(text)
        hits = [h for n, start in self._candidates(heard) if (h := self._score(n, start, text, heard))]
        return _choose(hits)

    def _candidates(self, heard: Sequence[str]) -> set[tuple[int, int]]:
        votes: Counter[tuple[int, int]] = Counter()
        for i, sound in enumerate(heard):
            for near in _near(sound, self.vocabulary):
                for name, position in self.places[near]:
                    votes[name, i - position] += 1
        found = set()
        for name, start in votes:
            size = len(self.sounds[name])
            got = votes[name, start] + (votes.get((name, start + 1), 0) if size > 2 else 0)
            if got >= size - size // 3:
                found.add((name, start))
        return found

    def _score(self, number: int, start: int, text: str, heard: tuple[str, ...]) -> Hit | None:
        key, name = self.names[number]
        sound = self.sounds[number]
        slack = (0,) if len(sound) <= 2 else (0, -1, 1)
        best: tuple[float, int, int] | None = None
        for shift in slack:
            for stretch in slack:
                a, b = start + shift, start + shift + len(sound) + stretch
                if a < 0 or b > len(heard) or "，" in text[a:b]:
                    continue
                cost = _run_cost(sound, heard[a:b])
                if best is None or cost < best[0]:
                    best = (cost, a, b)
        if best is None or best[0] > _allowed(len(sound)):
            return None
        return Hit(key, name, (best[1], best[2]), best[0], text[best[1] : best[2]] == name)


def build_index(names: Iterable[tuple[str, str]]) -> NameIndex:
    """Prepare (key, name) pairs for search."""
    listed = tuple(dict.fromkeys(names))
    sounds = tuple(syllables(name) for _, name in listed)
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, sound in enumerate(sounds):
        for position, one in enumerate(sound):
            places[one].append((number, position))
    return NameIndex(listed, sounds, {s: tuple(p) for s, p in places.items()}, frozenset(places))


def _allowed(size: int) -> float:
    return {1: 0.0, 2: 0.3, 3: 0.62}.get(size, 0.24 * size)


@lru_cache(maxsize=4096)
def _near(sound: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(v for v in vocabulary if syllable_cost(sound, v) <= 0.45))


def _choose(hits: list[Hit]) -> tuple[Hit, ...]:
    ranked = sorted(hits, key=_rank)
    chosen: list[Hit] = []
    for hit in ranked:
        if not any(hit.span[0] < c.span[1] and c.span[0] < hit.span[1] for c in chosen):
            chosen.append(Hit(hit.key, hit.name, hit.span, hit.cost, hit.exact, _rivals(hit, ranked)))
    return tuple(sorted(chosen, key=lambda h: h.span))


def _rank(hit: Hit) -> tuple[bool, float, int]:
    size = len(hit.name)
    return (not hit.exact, hit.cost / size - 0.06 * size, -size)


def _rivals(hit: Hit, ranked: list[Hit]) -> tuple[str, ...]:
    if hit.exact:
        return ()
    close = (h for h in ranked if h.key != hit.key and h.span[0] <= hit.span[0] and h.span[1] >= hit.span[1])
    return tuple(sorted({h.key for h in close if h.cost <= hit.cost + 0.15}))
