"""Is a mention denied? Before it, inside it, after it; double negation affirms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from agent.domain.alerts import MentionStatus

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
_RHETORICAL = re.compile("(?:怎么|咋个?|哪能|哪会|哪个会|(?<![可才不])能|岂)$")
"""怎么不疼，疼一上午了: it hurts."""
_EVEN_LESS = re.compile("^(?:就|那)?更(?:是|加)?(?:没|不|冇)")
"""头晕是没有，胸口疼更没有."""
_NEVER_HAD = re.compile(
    "^(?:吗|么|啊|呀|呢|嘛|，)*(?:从来|可|倒|还)*没(?:有)?[低高晕昏疼痛闷喘吐摔跌肿慌流淌出拉犯见]过"
)
"""血糖低？没低过."""
_NOT_THIS_TIME = re.compile(
    "^(?:吗|么|啊|，)*(?:可|倒|也|都)?(?:没有?|冇)[流出淌吐拉犯晕昏疼痛肿喘摔跌抽着](?:着|到)?(?=，|$|啊|呀)"
)
"""鼻血没流."""
_NOT_ON_ME = re.compile(
    "^[^。]*?，(?:我|俺)(?:吃了|吃着|用了|喝了|打了|吃完|倒|可|自己|这)*"
    "没(?:有|出现|得|发生)?(?:这样|这些|这种|那样|那些|那种|过|这回事|这毛病|事)"
)
"""说明书上写着脸肿，我吃了倒没这样."""
_ECHO = re.compile("^[吗么啊呀嘛]*，?")
_SAME_QUESTION = "^了?[不没勿冇]{0}"
_ASKED_AGAIN = re.compile(
    "^[吗么啊呀呢嘛]*，(?:哦|噢|啊)?，?(?:你们?|您|恁|侬)(?:是|刚才|刚刚|刚)*(?:问|说|讲|指)(?![对得])"
)
"""胸闷？您是问胸闷啊: the question said again before the answer."""
_ECHO_CHARS = 8
_NEW_FACT = re.compile("就是|但|可是|不过|现在|今天|刚才|只是|倒是|这两天|昨")
_AFFIRMED = re.compile("^(?:没有?|不)(?:停|断|好|缓|减|轻|消|退|止|法|办法|劲|力)")
_REST = re.compile("^(?:这些|这样|这种|那种|的情况|的|啊|啥的|什么的|之类的?|那些|呀|吧)*(?:，|$)")
_SENSES = re.compile("[疼痛闷喘晕憋慌麻歪吐抖肿堵渴饿斜]")
_WELL = re.compile("(?<![不没])能|正常|清楚(?!不)|好着|挺好|蛮好|没事|通畅|利索着|(?:没这|哪有这|没那)回事|从来没")
_SIGNS_BY_LACK = "力|劲|知觉|反应|意识|气|意思|盼头|用|醒|停|断|法|办法|胃口|精神|感觉|吃|打针|人|啥意思|什么意思|不"
_NOT_SO = re.compile(
    f"(?:没有(?!{_SIGNS_BY_LACK})|(?:没(?!有)|冇|莫得|没得|无)(?!{_SIGNS_BY_LACK}))"
    "|也不(?=出|流|$)|不出[血汗冷]"
    "|(?<![动说出起喘上抬叫站看咽止认睡走喊躺提压控吃喝受得是想要不有])"
    "不(?!行|动|出|起|上|住|醒|了|想|清|利|能|敢|到|下|过|停|好|舒服|得|见|知道|晓得|着|应|够|如|是|要|开|听|灵|通|成|对)"
)
"""A negation of a sign; 说不出, 没力气 and their like are signs themselves."""
_SHORT_CHARS = 9
"""A longer clause says more than that something is not so."""
_LEAD_IN = re.compile("^(?:[我这那都嗯啊哦哎你您就吧了]|放心|现在|最近|这两天|今天|早上|晚上|夜里|吃药)*$")


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
        at = max(found)
        asked = rest[at] == "不" and _RHETORICAL.search(rest[:at])
        count, rest = count + 1 + bool(asked), rest[: asked.start() if asked else at]
    return count


def listed_under_denial(left: str, rest: str, cues: Cues) -> bool:
    """A bare item after 没有头晕，: probably still denied."""
    return "，" in left[-2:] and bool(_REST.match(rest)) and bool(denier(cues).listed.search(left))


def nothing_wrong(text: str) -> bool:
    """Every clause denies something or says that it is well, and nothing speaks of an exception."""
    if _NEW_FACT.search(text.replace("现在", "").replace("今天", "")):
        return False
    clauses = [clause for clause in text.split("，") if not _LEAD_IN.match(clause)]
    if not clauses or not _well(clauses[-1]) or max(map(len, clauses)) > _SHORT_CHARS:
        return False
    return all(_well(clause) or _echoed(clause, answer) for clause, answer in pairwise(clauses))


def _well(clause: str) -> bool:
    return bool(_NOT_SO.search(clause) or _WELL.search(clause))


def _echoed(clause: str, answer: str) -> bool:
    """半边身子发麻？没这回事. 喘？不喘: the question again, and its answer."""
    again = re.match(f"(?:也|倒|都)*[不没]({re.escape(clause[-1])}|{re.escape(clause[:1])})", answer)
    return bool(again or re.match("没这|没那|哪有|没有(?:没有)?$|没得$|冇$|从来没|不会$", answer))


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
    if denier(cues).after.match(rest) or _EVEN_LESS.match(rest):
        return True
    echo = _ECHO.match(rest)
    if any(never.match(rest) for never in (_NEVER_HAD, _NOT_THIS_TIME, _NOT_ON_ME)):
        return True
    if cues["nonsense"].match(rest, echo.end() if echo else 0):
        return True
    sweeping = _ALL_DENIED.match("，" + rest if not rest.startswith("，") else rest)
    return bool(sweeping) and not _NEW_FACT.search(rest[: sweeping.end() if sweeping else 0])


def asks_itself(rest: str, last: str) -> bool:
    """疼不疼: the question, not the answer."""
    sense = _sense(last)
    return bool(sense) and (re.match(_SAME_QUESTION.format(sense), rest) is not None)


def answered(rest: str, last: str) -> MentionStatus:
    """疼不疼？不疼: what is said after the question; nothing, or both: open."""
    sense = _sense(last)
    later = re.sub(_SAME_QUESTION.format(sense), "", rest)
    affirmed = re.search(f"不是(?:不|没){sense}|(?:怎么|咋|哪能?)不{sense}", later)
    if affirmed:
        return MentionStatus.PRESENT
    felt = re.search(f"(?<![不没勿冇]){sense}(?:得|啊|着|，|$|死|厉害)", re.sub(f"{sense}[不没]{sense}", "", later))
    denied = re.search("[不没冇勿唔]", later)
    if felt and not denied:
        return MentionStatus.PRESENT
    return MentionStatus.DENIED if denied and not felt else MentionStatus.UNCERTAIN


def echoed(rest: str, last: str) -> bool:
    """胸闷？你问胸闷啊，…: the question, whose answer has its own words."""
    again = _ASKED_AGAIN.match(rest)
    return again is not None and any(char in rest[again.end() : again.end() + _ECHO_CHARS] for char in last)


def _sense(last: str) -> str:
    if last.endswith("剧烈"):
        return "剧烈"
    return last[-1] if last and _SENSES.match(last[-1]) else ""
