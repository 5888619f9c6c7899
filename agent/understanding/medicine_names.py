"""Which medicine names an utterance holds: by characters, then by sound, with doubts and open questions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Mention, Polarity, polarities
from agent.understanding.pinyin import Hit, distance, syllables

_NOT_TAKEN = re.compile("(不|没|没有|不再|没再|停|停了|停掉|不用|别)(吃|服|用|打|喝|含)?(过|了)?$")
_GIVEN_UP = re.compile(
    "(?<![没不别])(停了|停掉|给停|停用|不吃了|没再吃|没吃了|不用了|不打了|不吃啦|戒了)(?!.{0,4}(又|接着))"
)
_USED_UP = re.compile("(吃完|用完|断|换)了|换掉")
"""络活喜吃完了，现在吃施慧达."""
_CHANGED_FROM = re.compile("(以前|原来|原先|早先|从前|过去|之前|开始|先前)")
_CLASS_LISTED = re.compile("(?:^|[，和跟有个种是打])(地平|普利|沙坦|洛尔|他[汀丁听]|列净|列汀|胰岛素)(?=，|$|一)")
_NOW = re.compile("(现在|后来|改成|改吃|换成|换了|换吃|如今|这阵子|目前)")


@dataclass(frozen=True, slots=True)
class Named:
    """One medicine named in an utterance."""

    id: str
    span: tuple[int, int]
    words: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedMedicines:
    """All medicines of an utterance."""

    taken: tuple[Named, ...]
    stopped: tuple[Named, ...]
    open_questions: tuple[str, ...]
    """Names begun and not finished, several forms of one name."""


def find_medicines(text: str, lexicons: Lexicons, *, proxy: bool = False, exact_only: bool = False) -> NamedMedicines:
    """Medicines named in ``text``: taken now, given up, and what must be asked."""
    hits = tuple(h for h in _hits(text, lexicons) if h.exact or not exact_only)
    taken: list[Named] = []
    stopped: list[Named] = []
    questions: list[str] = []
    decided = polarities(text, [Mention(h.span) for h in hits], lexicons.polarity, proxy=proxy)
    ends = [*[h.span[0] for h in hits[1:]], len(text)][: len(hits)]
    for hit, polarity, end in zip(hits, decided, ends, strict=True):
        named = _resolve(hit, text, lexicons)
        if isinstance(named, str):
            if polarity is not Polarity.OTHER and not _is_stopped(text, hit, end):
                questions.append(named)
        elif polarity is Polarity.OTHER:
            continue
        elif _is_stopped(text, hit, end):
            stopped.append(named)
        else:
            taken.append(named)
    questions += _fragments(text, hits, lexicons)
    return NamedMedicines(tuple(taken), tuple(stopped), tuple(questions))


def repair_names(text: str, lexicons: Lexicons) -> str:
    """Recognised text with misheard medicine names replaced by the right ones; anything doubtful is left alone."""
    pieces, at = [], 0
    for hit in _hits(text, lexicons):
        sure = not hit.exact and not hit.rivals and len(hit.name) >= 3
        pieces += [text[at : hit.span[0]], hit.name if sure else text[slice(*hit.span)]]
        at = hit.span[1]
    return "".join((*pieces, text[at:]))


def _hits(text: str, lexicons: Lexicons) -> tuple[Hit, ...]:
    words = lexicons.medicines
    everyday = words.not_names.spans(text)
    return tuple(h for h in words.index.find(text) if h.exact or _credible(h, text, everyday, words.suffixes))


def _credible(hit: Hit, text: str, everyday: tuple[tuple[int, int], ...], suffixes: tuple[str, ...]) -> bool:
    """A short or numbered name heard only by its sound is mostly everyday speech (肯定, 100毫克)."""
    if len(hit.name) <= 3 and set(hit.name) & set("0123456789零三十"):
        return False
    if len(hit.name) <= 2 and any(a < hit.span[1] and hit.span[0] < b for a, b in everyday):
        return False
    if any(a <= hit.span[0] and hit.span[1] <= b for a, b in everyday):
        return False
    return _beginning_fits(hit, text, suffixes)


def _beginning_fits(hit: Hit, text: str, suffixes: tuple[str, ...]) -> bool:
    """打胰岛素 is not 德谷胰岛素: the words before the ending of the class must sound alike by themselves."""
    ending = next((s for s in suffixes if hit.name.endswith(s)), "")
    own = hit.name.removesuffix(ending)
    if not ending or not own:
        return True
    heard = text[slice(*hit.span)][: len(own) + (hit.span[1] - hit.span[0] - len(hit.name))]
    return distance(syllables(own), syllables(heard)) <= (0.2, 0.2, 0.5)[min(len(own), 3) - 1] * (
        1 if len(own) < 3 else len(own) / 2
    )


def _resolve(hit: Hit, text: str, lexicons: Lexicons) -> Named | str:
    """The medicine of a hit with its doubts, or the question to ask."""
    words = lexicons.medicines
    heard = text[slice(*hit.span)]
    if hit.key.startswith("form:"):
        forms = words.forms[hit.key.removeprefix("form:")]
        window = text[hit.span[0] : hit.span[1] + 8]
        chosen = [i for i, phrases in forms.items() if phrases.search(window)]
        if len(chosen) != 1:
            return f"{hit.name} exists in several forms"
        return Named(chosen[0], hit.span, heard)
    if hit.rivals and hit.cost > 0:
        return f"{heard} may be {hit.name} or another name"
    doubts = [f"{heard} was heard for {hit.name}"] if not hit.exact and hit.cost > 0 else []
    if hit.key.startswith("unknown:"):
        doubts.append(f"{hit.name} is not among the medicines of the forms")
    if hit.name in words.look_alikes:
        doubts.append(f"{hit.name} is easily taken for another medicine")
    return Named(hit.key, hit.span, heard, tuple(doubts))


def _fragments(text: str, hits: tuple[Hit, ...], lexicons: Lexicons) -> list[str]:
    """Names only begun (诺和什么), and bare class words among the names."""
    rest = text
    for hit in hits:
        rest = rest[: hit.span[0]] + "#" * (hit.span[1] - hit.span[0]) + rest[hit.span[1] :]
    begun = [f"a name beginning with {n}" for n, p in lexicons.medicines.partial.items() if p.search(rest)]
    listed = _CLASS_LISTED.search(rest)
    insulin = any(hit.key.startswith(("insulin", "ideg")) for hit in hits)
    if begun or listed is None or (insulin and listed.group(1) == "胰岛素"):
        return begun
    return [f"{listed.group(1)} is a class of medicines"]


def _is_stopped(text: str, hit: Hit, until: int) -> bool:
    """Denied before the name, given up behind it, or taken in the past only."""
    left = text[: hit.span[0]].rpartition("，")[2]
    if _NOT_TAKEN.search(left) or _GIVEN_UP.search(text[hit.span[1] : until]):
        return True
    if _USED_UP.search(text[hit.span[1] : until]) and _NOW.search(text[hit.span[1] :]):
        return True
    before = text[: hit.span[0]]
    past = list(_CHANGED_FROM.finditer(before))
    return bool(past) and not _NOW.search(before[past[-1].end() :])
