"""When: now, in the past, over, back again, unchanged for years."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

Cues = Mapping[str, re.Pattern[str]]

_TIME_CLAUSE = 9
_LEAD = re.compile("^(?:过|了|一次|一回|两次|两回|那是|这是|那都是|是|的|，|都|也|还|就|已经|大概|得有|有(?!一))*")

_TOLD_OF = re.compile("^[^，]{0,4}，(?:那|都|也)[^，]{0,3}是[^，]+")
"""…，那还是刚得病那年."""
_IT_WAS = re.compile("^(?:[了过啊呀的，]|点?几|多|吐|那|这)*(?:都|也|还|就)*是(?P<then>[^，]{1,14})")
_THEN = re.compile("那(?:年|阵|会|时|回|次|几年|段)|的时候|旧年|头年|以前的?事?$|之前的?事?$")
"""吐血是我得胃溃疡那会儿, 血糖二十几是刚得病那年."""
_SCENE = re.compile(
    "^(?:嗯|哎|唉|我|俺|咱|就|记得)*(?:那年|那时候?|那会儿?|那阵子?|当年|小时候|年轻(?:时|的时候|那)"
    "|[一二两三四五六七八九十几]+(?:多|来)?年前[^，]{0,2}有(?:过|那么)?一?[次回])"
)
_SINCE_THEN = re.compile(
    "现在|如今|今|眼下|这[两几会阵次回]|最近|昨|前天|又|还|老|总|一直|天天|经常|落下|到(?![零一二三四五六七八九十百两几过了\\d])|越来越"
)
_ONCE_READ = re.compile("(?<![超不难])过$")
"""最高到过一百八."""


_NEXT = re.compile("，(?![那都也这还])")
"""…，那是三年前 is still of the figure before it."""


class When(StrEnum):
    """What the time words around a mention say."""

    NOW = "now"
    PAST = "past"
    EXPERIENCED = "experienced"
    """疼过, without a time."""
    UNSAID = "unsaid"


def when(text: str, start: int, end: int, cues: Cues, *, figure: bool = False) -> When:
    """Time of the mention between ``start`` and ``end``; what follows a ``figure`` after a pause is of the next one."""
    rest = "" if figure and _NEXT.match(text, end) else text[end:]
    lead = _LEAD.match(rest)
    late = rest[lead.end() if lead else 0 :]
    if cues["past"].match(late) and not cues["now"].search(rest[:_TIME_CLAUSE]):
        return When.PAST
    told = _TOLD_OF.match(rest)
    if told and cues["past"].search(told.group()):
        return When.PAST
    was = _IT_WAS.match(rest)
    if was and (cues["past"].search(was["then"]) or _THEN.search(was["then"])) and "今" not in was["then"]:
        return When.PAST
    said = _last_cue(text, start, end, cues)
    if said is When.UNSAID and _SCENE.match(text) and not _SINCE_THEN.search(text):
        return When.PAST
    experienced = bool(cues["experienced"].match(rest)) or bool(
        cues["experienced"].search(text[start:end]) or _ONCE_READ.search(text[:start])
    )
    if said is When.UNSAID and experienced:
        return When.EXPERIENCED
    return said


def _last_cue(text: str, start: int, end: int, cues: Cues) -> When:
    clause = text.rfind("，", 0, start) + 1
    found = _latest(text[clause:end], cues)
    if found is not When.UNSAID or clause == 0:
        return found
    before = text[text.rfind("，", 0, clause - 1) + 1 : clause - 1]
    earlier = _latest(before, cues)
    adjunct = len(before) <= _TIME_CLAUSE and bool(re.search("(?:时候|会儿|那年|前|年|月|那阵|时|回|次)$", before))
    adjunct = adjunct or bool(re.search("(?:的时候|那会儿|那年|那阵子|过[一两几]?[回次])$", before))
    if earlier is When.PAST and not adjunct and not cues["experienced"].match(text[end:]):
        long_ago = _YEARS_AGO.search(before) and not _JUST_NOW.search(text) and _FINE_NOW.search(text, end)
        return When.PAST if long_ago else When.UNSAID
    return earlier


_FINE_NOW = re.compile(
    "(?:现在|如今|后来|眼下)[^，不没]{0,3}(?:好了|好利索|恢复了?|利索了?|正常了?|没事了?)(?!.*(?:又|可是|就是|今早|今天|刚才))"
)
"""前年嘴歪，话也说不清，现在都好了."""
_YEARS_AGO = re.compile("[前去旧]年|那年|年轻|早年|[一二两三四五六七八九十几]+(?:多|来)?年前")
_JUST_NOW = re.compile("刚|今[天早儿晨朝]|昨|前天|早饭|午饭|晚饭|夜里|这[两几会阵]|最近|突然|忽然|又")


_A_MOMENT_AGO = re.compile("(?:刚才|刚刚|今[早天儿晨朝])[^，]{0,6}(?:那会|那阵|那时|的时候)")
"""刚才吃早饭那会儿 is now."""


def _latest(piece: str, cues: Cues) -> When:
    if _A_MOMENT_AGO.search(piece):
        return When.NOW
    past = max((m.start() for m in cues["past"].finditer(piece)), default=-1)
    now = max((m.start() for m in cues["now"].finditer(piece)), default=-1)
    if past == now == -1:
        return When.UNSAID
    return When.PAST if past > now else When.NOW


def over(text: str, end: int, cues: Cues) -> bool:
    """Said to have stopped."""
    return bool(cues["ceased"].search(text, end))


def back(text: str, end: int, cues: Cues) -> bool:
    """Said to have come back after it was past."""
    return bool(cues["again"].search(text, end))


def unchanged(text: str, cues: Cues) -> bool:
    """As always, and not worse."""
    return bool(cues["baseline"].search(text)) and not cues["worse"].search(text)
