"""Is a mention denied? Before it, inside it, after it; double negation affirms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

Cues = Mapping[str, re.Pattern[str]]

_PARTICLE = (
    "(?:这个|这种|那种|这些|那些|的|情况|症状|现象|问题|啊|呀|呢|嘛|么|吗|吧|哦|哈|倒|也|都"
    "|我|是|可|真|什么的?|啥的?|那|这|说|就|回答|，)*"
)
_NO = (
    "(?:没有|没得|莫得|冇|没|木有|呒没|唔系|不是(?!没)|不会|没这|没那"
    "|没有?(?:犯|发作?|出现|发生|得|见|遇|碰)(?:到|着|出)?(?:过|$|，)|没有?(?:感觉|觉得)(?:到|过|出))"
)
_TAIL = "(?:过|的|啊|呀|呢|哦|嘞|哩|啦|喔|嘛|吧|这个?|那个?|回事|事儿?|种|情况|毛病)*"
_END = (
    "(?:，|$|没有?|没得|都|也没|也不|我(?=都|也|挺|很|还|啥|可|好|身体|，|$)|好着|好得|挺|就是|但|正常|颜色|一百|血压)"
)
_ALL_DENIED = re.compile(
    "^[^。]*?(?:我|，|这)(?:一样都|样样都|全都?|都|统统|哪样都|通通|一个都|什么都)(?:没有?|不|冇|莫得)(?:得|犯|出现|这些)?过?(?=，|$|啊|的|呀|哦|呢)"
)
_NOT_SAME = "^(?:倒|是|吧|嘛|啊|呢|么|吗|，|也|都|可|我|一点|真|说)*不(?:怎么|太|大|咋)?{0}(?!了|[住行出上得停])"
_NEVER_HAD = re.compile("^(?:吗|么|啊|呀|呢|嘛|，)*(?:从来|可|倒|还)*没(?:有)?[低高晕昏疼痛闷喘吐摔跌肿慌]过")
"""血糖低？没低过."""
_SAME_QUESTION = "^不{0}"
_NEW_FACT = re.compile("就是|但|可是|不过|现在|今天|刚才|只是|倒是|这两天|昨")
_AFFIRMED = re.compile("^(?:没有?|不)(?:停|断|好|缓|减|轻|消|退|止|法|办法|劲|力)")
_REST = re.compile("^(?:这些|这样|这种|那种|的情况|的|啊|啥的|什么的|之类的?|那些|呀|吧)*(?:，|$)")
_SENSES = re.compile("[疼痛闷喘晕憋慌麻歪吐]")


@dataclass(frozen=True)
class Denier:
    """Patterns compiled from the cue words."""

    noun_end: re.Pattern[str]
    """没有 and its like, fillers and listed symptoms after it."""
    verb_end: re.Pattern[str]
    """不 and its like, adverbs after it."""
    listed: re.Pattern[str]
    question: re.Pattern[str]
    after: re.Pattern[str]


@lru_cache(maxsize=8)
def _denier(cue_words: tuple[str, ...]) -> Denier:
    nouns, verbs, filler, adverbs, symptoms, questions, bare = cue_words
    return Denier(
        noun_end=re.compile(f"{nouns}(?:{filler}|{symptoms})*$"),
        verb_end=re.compile(f"{verbs}{adverbs}*$"),
        listed=re.compile(f"{bare}(?:过|啥|什么|有|得)*{symptoms}(?:{filler}|{symptoms}|，)*$"),
        question=re.compile(f"{questions}(?:{filler}|突然|忽然|人|就)*$"),
        after=re.compile(f"^{_PARTICLE}{_NO}{_TAIL}(?:{_END}|(?:{symptoms}|，)+(?:也|都)?没)"),
    )


_CUES = ("noun_negations", "verb_negations", "filler", "adverbs", "symptoms", "question_before", "noun_negators")


def denier(cues: Cues) -> Denier:
    """The compiled patterns for these cue words."""
    return _denier(tuple(cues[k].pattern for k in _CUES))


def negators_before(text: str, cues: Cues) -> int:
    """How many negations in a row end ``text``, fillers and listed symptoms between them."""
    compiled = denier(cues)
    count, rest = 0, text
    while rest and count < 4:
        found = [m.start() for m in (compiled.verb_end.search(rest), compiled.noun_end.search(rest)) if m]
        if not found:
            return count
        count, rest = count + 1, rest[: max(found)]
    return count


def listed_under_denial(left: str, rest: str, cues: Cues) -> bool:
    """A bare item after 没有头晕，: probably still denied."""
    return "，" in left[-2:] and bool(_REST.match(rest)) and bool(denier(cues).listed.search(left))


def asked_before(left: str, cues: Cues) -> bool:
    """有没有, 是不是 stand right before it."""
    return bool(denier(cues).question.search(left))


def denied_after(rest: str, last: str, cues: Cues) -> bool:
    """黑便没有; 胸口疼? 没有没有; 疼倒不疼; … 我一样都没有."""
    if _AFFIRMED.match(rest):
        return False
    sense = _sense(last)
    if sense and re.match(_NOT_SAME.format(sense), rest):
        return True
    if denier(cues).after.match(rest):
        return True
    if _NEVER_HAD.match(rest):
        return True
    sweeping = _ALL_DENIED.match("，" + rest if not rest.startswith("，") else rest)
    return bool(sweeping) and not _NEW_FACT.search(rest[: sweeping.end() if sweeping else 0])


def asks_itself(rest: str, last: str) -> bool:
    """疼不疼: the question, not the answer."""
    sense = _sense(last)
    return bool(sense) and (re.match(_SAME_QUESTION.format(sense), rest) is not None)


def _sense(last: str) -> str:
    if last.endswith("剧烈"):
        return "剧烈"
    return last[-1] if last and _SENSES.match(last[-1]) else ""
