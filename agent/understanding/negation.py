"""Is a mentioned thing there now? Decided for every mention from the words around it.

Clause by clause: denial before or after the words, lists under one denial, double negation, echo questions,
past, supposition, other people. No clinical knowledge here; the words are in ``nlu_data/polarity.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.understanding.phrases import Phrases

_TURN = re.compile(
    "就是|就(?!不|没)|但是|但(?!是)|可是|可(?!以|能|不)|不过|只是|还是|反倒|反而|而是|其实|倒是(?=[有会])"
)
_AGAIN = re.compile("(又|还|仍|照样)(有点|有些|是|有|犯|开始|那样|会)?")
_GAP_NEGATION = re.compile(
    "(没有|没得|没怎么|不怎么|不咋|不太|不大|没再|不再|莫得|没|不|冇|唔|未)$|(没|不|没有)(怎么|咋|太|大|再|觉得|感觉)?$"
)
_AFFIRMED_GAP = re.compile("有一?[点些]|老|总|经常|常|一直|很|得|还|又|时")

_BUT_THE_LAST = re.compile(
    "[^，M]{0,2}，M+(?:倒|却|就|可)(?:是|也)?(?:没有?|没得|不|冇|莫得|木有)|(?:M|[，和跟与、或还又得的着呢])*，M+(?:没有?|没得|冇得?|莫得|木有)(?:，|$)"
)
"""咳嗽带喘憋，痰倒没有; 咳嗽，痰没有: only the last is denied."""
_HAD_AFTER = re.compile("(倒|却|就|还|也)?(是)?(得|犯|患|做|害|生)(过|了)|(倒|却)(是)?有")


_THE_REST = re.compile("别的|其他|其它|旁的|啥|什么")
"""头晕，没了; 头晕没了别的: nothing beside it. 痰也没了 is over."""


class Polarity(StrEnum):
    """What the words say about a mention."""

    PRESENT = "present"
    DENIED = "denied"
    PAST = "past"
    HYPOTHETICAL = "hypothetical"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Mention:
    """Something named in a text; ``gaps`` are the words between its parts (头[倒不]晕)."""

    span: tuple[int, int]
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Scene:
    text: str
    masked: str
    """Text of the same length in which mentions are M and words that only look negative are ＊."""
    mentions: Sequence[Mention]
    cues: Mapping[str, Phrases]
    proxy: bool


def polarities(
    text: str, mentions: Sequence[Mention], cues: Mapping[str, Phrases], *, proxy: bool = False
) -> tuple[Polarity, ...]:
    """One polarity for each mention, given in order of position; ``proxy``: a relative speaks, 我妈 is the resident."""
    scene = _Scene(text, _mask(text, mentions, cues), mentions, cues, proxy)
    found: list[Polarity] = []
    for number in range(len(mentions)):
        found.append(_one(scene, number, found))
    return tuple(found)


def _mask(text: str, mentions: Sequence[Mention], cues: Mapping[str, Phrases]) -> str:
    letters = list(text)
    for start, end in cues["pseudo"].spans(text):
        letters[start:end] = "＊" * (end - start)
    for mention in mentions:
        a, b = mention.span
        letters[a:b] = "M" * (b - a)
    return "".join(letters)


def _one(scene: _Scene, number: int, before: Sequence[Polarity]) -> Polarity:
    left, right = _segment(scene, number)
    sentence = scene.text[: scene.mentions[number].span[0]]
    if _somebody_else(scene, sentence):
        return Polarity.OTHER
    clause = sentence.rpartition("，")[2]
    if scene.cues["hypothetical"].search(clause):
        return Polarity.HYPOTHETICAL
    if _denied(scene, number, before, left, right):
        return Polarity.DENIED
    if _is_over(scene, number, right) or _in_the_past(scene, number):
        return Polarity.PAST
    return Polarity.PRESENT


def _segment(scene: _Scene, number: int) -> tuple[str, str]:
    """Masked words to the left within the clause and after the last turn, and all to the right."""
    start, end = scene.mentions[number].span
    left = scene.masked[:start].rpartition("，")[2]
    turns = list(_TURN.finditer(left))
    if turns:
        left = left[turns[-1].end() :] or turns[-1].group()
    return left, scene.masked[end:]


def _denied(scene: _Scene, number: int, before: Sequence[Polarity], left: str, right: str) -> bool:
    cues, mention = scene.cues, scene.mentions[number]
    if any(cues["double"].search(left + gap) for gap in ("", *mention.gaps)):
        return False
    if cues["except_for"].search(scene.masked[: mention.span[0]].rpartition("，")[2]):
        return False
    if any(_GAP_NEGATION.search(gap) for gap in mention.gaps) or _whether(scene, number):
        return True
    if cues["negator_before"].search(left):
        return not cues["always"].search(right)
    if _carried(scene, number, before):
        return True
    if cues["affirmed"].search(left) or cues["no_more"].search(right):
        return False
    if _BUT_THE_LAST.match(right):
        return False
    return cues["negator_after"].search(_until_turn(right)) is not None


def _whether(scene: _Scene, number: int) -> bool:
    """晕倒是不晕, 头晕不晕, 胸闷？也不闷: the same feeling said twice around a 不."""
    start, end = scene.mentions[number].span
    same = "|".join(
        re.escape(scene.text[a:b]) for a, b in ((start, end), (end - 1, end), (start, start + 2), (start, start + 1))
    )
    lead = "[吗嘛啊呀么呢]?，?(我|这个?|那个?)?(是|倒|倒是|也|还|都|就|真|可|一点也?)*"
    again = f"^{lead}(不|没有?|冇|没得)(再|怎么|咋|太|大|觉得|觉着|发)?({same})(?!倒|过去|死|的时候)"
    return re.match(again, scene.text[end:]) is not None


def _until_turn(right: str) -> str:
    turn = _TURN.search(right)
    return right[: turn.start()] if turn else right


def _carried(scene: _Scene, number: int, before: Sequence[Polarity]) -> bool:
    """没有头晕，恶心，心慌: a list under one 没有."""
    if _HAD_AFTER.match(scene.text[scene.mentions[number].span[1] :]):
        return False  # 没有高血压，肝炎倒是得过
    if (
        not number
        or before[number - 1] is not Polarity.DENIED
        or _AFFIRMED_GAP.search("".join(scene.mentions[number].gaps))
    ):
        return False
    a, b = scene.mentions[number - 1].span[1], scene.mentions[number].span[0]
    between = scene.masked[a:b]
    if not re.fullmatch("[，和跟与、或及]*(或者|以及)?(M|[，和跟与、或])*", between):
        return False
    first = number - 1
    while first and re.fullmatch(
        "[，和跟与、或]*", scene.masked[scene.mentions[first - 1].span[1] : scene.mentions[first].span[0]]
    ):
        first -= 1
    if first and before[first - 1] is Polarity.DENIED and "，" in between:
        return False  # 没鼻血，没心慌，头沉: each denial for itself, the last word is no part of it
    head = scene.masked[: scene.mentions[first].span[0]].rpartition("，")[2]
    return scene.cues["list_negator"].search(head) is not None or not between.strip("和跟与、或")


def _is_over(scene: _Scene, number: int, right: str) -> bool:
    """头晕，现在不晕了; 脚肿早消了."""
    near = (
        right
        if number + 1 == len(scene.mentions)
        else right[: scene.mentions[number + 1].span[0] - scene.mentions[number].span[1] + 2]
    )
    words = scene.text[scene.mentions[number].span[1] :][: len(near) + 6]
    match = scene.cues["over"].search(words)
    if match is None or match[0] > 0:
        return False
    if scene.cues["no_more"].search(words[: match[1]]) and (words[0] == "，" or _THE_REST.match(words, match[1])):
        return False
    return scene.cues["transient"].search(words[: match[1]]) is None


def _in_the_past(scene: _Scene, number: int) -> bool:
    words = scene.text[: scene.mentions[number].span[0]]
    past = scene.cues["past"].spans(words)
    if not past:
        return False
    after = words[past[-1][1] :]
    return not scene.cues["present"].search(after)


def _somebody_else(scene: _Scene, words: str) -> bool:
    cues = scene.cues
    others = [s[1] for s in cues["other_person"].spans(words)]
    if not scene.proxy:
        others += [s[1] for s in cues["parents"].spans(words)]
    if not others:
        return False
    selves = [s[1] for name in ("self", "said") for s in cues[name].spans(words)]
    return max(others) > max(selves, default=-1)
