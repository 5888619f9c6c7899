"""Where the words of a code stand in an answer, and whether they count: by letter, by sound, denied, corrected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agent.understanding.negation import Mention, Polarity, polarities
from agent.understanding.phrases import Phrases, bare
from agent.understanding.pinyin import fold

_CORRECTION = re.compile(
    "(?<!对)(?:不[对队兑]|[步部布]对)|(?:^|，)(?:哦|噢|啊|哎|呀)?不是(?=，)|(?<![没不])(?:说|念|讲|记|搞|弄|看)?错了|重来|重新说|重念|(?:改|换|改写|换写|改填)(?:成|为|作|做)|(?<=，)(?:不行|不中|算了)(?=，[^，]*(?:，[^，]*)*(?:写|填|记|登|留))"
)
_NOT_BEFORE = re.compile(
    "((?<!是)不是|没上过?|没念过?|没读过?|(?:没|没有|从没|未)(?:做|动|开|挨|受|输|得|犯|患|装|放|住|打|吃|接触|碰|害|生|出)过?|没考上|不用|没用过?|没装过?|没安|不烧|不喝|没喝过?|[没不]在|不叫|不算|没办过?)(什么|啥|这个)?$"
)
_NOT_AFTER = re.compile(
    "^(?:[^，]{0,4}，(?:我|俺|可|就|也|都|早就?)*不(?:烧|喝|养|抽|装|用)(?=，|$)|，?倒?[打吃用]过，?[^，]{0,3}(?:没(?:啥|什么)?(?:事|反应)|不要紧|好好的))"
    "|^[^，]{0,2}(?:早就?|已经|都)?(?:坏|拆|卸|扔|停用?)(?:了|掉)"
    "|^[啊呢]?(?:的?(?:校|大)?门)?(也|都|倒|还|儿|早就?)*(没有?|不|冇|莫得)(上|念|进|迈|踏|读|考|用|装|烧|喝|养|安|办|交|入|做|搞|输|动|开|受|打|挨|沾|碰|摸|接触)(过|了|成|起|上)?(?=，|$|就|只|啥|什么)"
    "|^[也都倒]没有(?=啥|什么|那些)"
)
_FOR_ME = re.compile("给(我|俺|咱)?[^，]{0,3}(买|交|办|入|上|缴|报|投|弄|装|安)")
_HOME = re.compile("(?:我|俺|咱)们?(?:自己|自个儿?)?(?:家|屋|院|这边|这里|这儿|各人)(?!老|儿|闺|女|媳|孩|那口)|自家")
_NEIGHBOURS = re.compile(
    "^[^，我俺咱]{0,4}(?:村里[^，我俺咱]{0,3}人|好多人|好些人|多数人|旁人|人家|别家|别个|有的人?家)[^，我俺咱]{0,4}$"
)
_SUSPECTED = re.compile("(?:怀疑|疑似|以为|当成|当作|说像|说可能)[^，]{0,4}$")
_NO_SUCH = re.compile("[^，]{0,4}，(?:[^，]{1,10}，){0,2}?[^，]{0,8}(?:不是|没有|没得|排除|没查出|没事|正常|误诊|虚惊)")
_SOUND_MIN = 3
"""Matches by sound of so many characters count like the words themselves; shorter ones are read back."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Words that stand for one code."""

    span: tuple[int, int]
    code: str
    doubtful: bool = False
    """Known by the sound of two characters only."""
    by_sound: bool = False


def find_hits(codes: Mapping[str, Phrases], text: str) -> list[Hit]:
    """The words of all codes; by sound where the letters do not match."""
    exact = [Hit(span, code) for code, phrases in codes.items() for span in phrases.spans(text)]
    heard = [hit for hit in _by_sound(codes, text) if hit.span[1] - hit.span[0] >= _SOUND_MIN or _alone(hit, text)]
    long = [hit for hit in heard if not hit.doubtful]
    return longest(exact + long) if exact or long else longest(heard)


def _alone(hit: Hit, text: str) -> bool:
    """Two characters are enough when little else is said, one when nothing else is."""
    size = hit.span[1] - hit.span[0]
    return (size == 2 and len(text) <= 8) or (size == 1 and len(bare(text)) == 1)


def _by_sound(codes: Mapping[str, Phrases], text: str) -> list[Hit]:
    heard = fold(text)
    return [
        Hit(match.span(), code, len(match.group()) < _SOUND_MIN, by_sound=True)
        for code, phrases in codes.items()
        for pattern in phrases.by_sound
        for match in pattern.finditer(heard)
        if match.group() and any("㐀" <= char <= "鿿" for char in text[match.start() : match.end()])
    ]


def of_whom(text: str, hits: list[Hit]) -> list[Hit]:
    """老太太的女儿 is the daughter: a relation that another hangs on with 的 says whose."""
    starts = {hit.span[0] for hit in hits}
    return [hit for hit in hits if not (text.startswith("的", hit.span[1]) and hit.span[1] + 1 in starts)]


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Of overlapping hits the longest (城镇居民 before 居民), in order of position."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.doubtful, h.span[0] - h.span[1], h.span[0])):
        if all(hit.span[1] <= other.span[0] or hit.span[0] >= other.span[1] for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda h: h.span)


def judged(text: str, hits: Sequence[Hit], cues: Mapping[str, Phrases], *, proxy: bool) -> list[Polarity]:
    """What the words around each hit say; denials that the record's verbs make (没上, 不烧) included."""
    states = polarities(text, [Mention(hit.span) for hit in hits], cues, proxy=proxy)
    return [_judged(text, hit, state, cues) for hit, state in zip(hits, states, strict=True)]


def _judged(text: str, hit: Hit, state: Polarity, cues: Mapping[str, Phrases]) -> Polarity:
    if _denied(text, hit) or _cleared(text, hit):
        return Polarity.DENIED
    if state is Polarity.OTHER and (_for_me(text, hit) or _at_home(text, hit, cues)):
        return Polarity.PRESENT
    if state is Polarity.PRESENT and _NEIGHBOURS.search(text[: hit.span[0]].rpartition("，")[2]):
        return Polarity.OTHER
    return Polarity.PRESENT if state is Polarity.DENIED and _told_by_itself(text, hit) else state


def _for_me(text: str, hit: Hit) -> bool:
    """闺女还给我买了份商业保险: somebody else did it, for the speaker."""
    clause = text[text.rfind("，", 0, hit.span[0]) + 1 : hit.span[1]]
    return _FOR_ME.search(clause) is not None


def _at_home(text: str, hit: Hit, cues: Mapping[str, Phrases]) -> bool:
    """邻居烧柴，我家用液化气: after 我家 it is about the speaker again."""
    before = text[: hit.span[0]]
    others = max((end for _, end in cues["other_person"].spans(before)), default=0)
    return any(home.start() >= others for home in _HOME.finditer(before))


def _cleared(text: str, hit: Hit) -> bool:
    """怀疑过冠心病，造影查了说不是."""
    before = text[: hit.span[0]].rpartition("，")[2]
    return bool(_SUSPECTED.search(before) and _NO_SUCH.match(text[hit.span[1] :]))


def _told_by_itself(text: str, hit: Hit) -> bool:
    """脑梗过，糖也高，肝炎没有: what has its own 过 or 高 is not denied by a 没有 further on."""
    own = text[slice(*hit.span)]
    told = text.startswith("过，", hit.span[1]) or (
        ("过" in own or own[-1] in "高好行") and text.startswith("，", hit.span[1])
    )
    return told and re.search("[没不无冇未]", text[: hit.span[1]].replace("不好", "").replace("不行", "")) is None


def _denied(text: str, hit: Hit) -> bool:
    before = text[: hit.span[0]].rpartition("，")[2]
    if before.endswith("不是") and _OR_ELSE.match(text[hit.span[1] :]):
        return False
    return bool(_NOT_BEFORE.search(before) or _NOT_AFTER.search(text[hit.span[1] :]))


_OR_ELSE = re.compile("[^，]{0,2}，?(?:就|便)是")
"""不是A就是B."""


_CHANGE = re.compile("改|换|转|装|通了|拆|搬|后来|以后|之后|如今|现在|眼下|才")


def after_change(text: str, hits: list[Hit], states: list[Polarity]) -> list[Hit]:
    """以前是露天粪坑，改厕以后是卫生厕所了: of things all told after 以前, those behind the change."""
    if len(hits) < 2 or any(state is not Polarity.PAST for state in states):
        return hits
    changes = [m.start() for m in _CHANGE.finditer(text, hits[0].span[1], hits[-1].span[0])]
    return [hit for hit in hits if hit.span[0] >= changes[0]] if changes else hits


def split_at_correction(text: str) -> tuple[str, str] | None:
    """Words before and after the last 不对 or 说错了; None when nothing follows it or there is none."""
    marks = list(_CORRECTION.finditer(text))
    if not marks:
        return None
    last = marks[-1]
    before, after = text[: last.start()].rstrip("，"), text[last.end() :].lstrip("，了啊")
    return (before, after) if after else None


def after_correction(text: str, hits: list[Hit]) -> list[Hit]:
    """Only the hits after a self-correction, if there are any."""
    parts = split_at_correction(text)
    if parts is None:
        return hits
    start = len(text) - len(parts[1])
    return [hit for hit in hits if hit.span[0] >= start] or hits
