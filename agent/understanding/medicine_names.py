"""Which medicine names an utterance holds: by characters, then by sound, with doubts and open questions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.understanding.lexicons import Lexicons
from agent.understanding.negation import Mention, Polarity, polarities
from agent.understanding.pinyin import Hit

_NOT_TAKEN = re.compile("(不|没|没有|不再|没再|停|停了|停掉|不用|别)(吃|服|用|打|喝|含)?(过|了)?$")
_GIVEN_UP = re.compile("^[，]?(早|都|就|已经|也|后来|现在|给)*(停了|停掉|不吃了|没吃了?|不用了|不打了|没再吃|换了|停用|吃完了)")
_CHANGED_FROM = re.compile("(以前|原来|原先|早先|从前|过去|之前|开始|先前)")
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


def find_medicines(
    text: str, lexicons: Lexicons, *, proxy: bool = False, exact_only: bool = False
) -> NamedMedicines:
    """Medicines named in ``text``: taken now, given up, and what must be asked."""
    hits = tuple(h for h in _hits(text, lexicons) if h.exact or not exact_only)
    taken: list[Named] = []
    stopped: list[Named] = []
    questions: list[str] = []
    decided = polarities(text, [Mention(h.span) for h in hits], lexicons.polarity, proxy=proxy)
    for hit, polarity in zip(hits, decided, strict=True):
        named = _resolve(hit, text, lexicons)
        if isinstance(named, str):
            if polarity is not Polarity.OTHER and not _is_stopped(text, hit):
                questions.append(named)
        elif polarity is Polarity.OTHER:
            continue
        elif _is_stopped(text, hit):
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
    masked = text
    for a, b in words.not_names.spans(text):
        if not any(text.startswith(name, i) for _, name in words.index.names for i in range(max(0, a - 5), b) if i + len(name) > a):
            masked = masked[:a] + "，" * (b - a) + masked[b:]
    return words.index.find(masked)


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
    if any(hit.key in family for family in words.confirm_families):
        doubts.append(f"{hit.name} is easily taken for another medicine")
    return Named(hit.key, hit.span, heard, tuple(doubts))


def _fragments(text: str, hits: tuple[Hit, ...], lexicons: Lexicons) -> list[str]:
    rest = text
    for hit in hits:
        rest = rest[: hit.span[0]] + "#" * (hit.span[1] - hit.span[0]) + rest[hit.span[1] :]
    begun = [f"a name beginning with {n}" for n, p in lexicons.medicines.partial.items() if p.search(rest)]
    listed = re.search("(?:^|[，和跟有个种是])(地平|普利|沙坦|洛尔|他[汀丁听]|列净|列汀|胰岛素)(?=，|$|一)", rest)
    return begun or ([f"{listed.group(1)} is a class of medicines"] if listed else [])


def _is_stopped(text: str, hit: Hit) -> bool:
    left = text[: hit.span[0]].rpartition("，")[2]
    right = text[hit.span[1] :]
    if _NOT_TAKEN.search(left) or _GIVEN_UP.search(re.sub("^(缓释片|控释片|胶囊|片)", "", right)):
        return True
    before = text[: hit.span[0]]
    past = list(_CHANGED_FROM.finditer(before))
    return bool(past) and not _NOW.search(before[past[-1].end() :])
