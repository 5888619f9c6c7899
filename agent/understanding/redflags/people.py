"""Whose complaint is it: the resident's, a relative's or somebody else's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Cues = Mapping[str, re.Pattern[str]]


class Person(StrEnum):
    """Who a mention is about."""

    SELF = "self"
    FAMILY = "family"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Owner:
    """The person a mention is about, and the words that say so."""

    person: Person
    words: str = ""
    reported: bool = False
    """The person only says it (老伴说…): it may be about either of the two."""


_TOPIC_END = 3
_ONGOING = re.compile(
    "身体|不好|心脏|住院|不舒服|好好的|吃着|睡|刚才|病|难受|现在|今天|昨|说他|说她|老毛病|高血压|突然|就是|中风|脑梗|脑溢血|脑出血|心梗|犯病|瘫|发作|没的|走的|去世|过世|摔|跌|滑倒|栽"
)
_IT_WAS = re.compile(
    "^[^，]{0,3}，?(?:(?:那|这|说的?)就?是|(?:那|这)?不是(?:说)?我，?(?:那|这)?是)(?:我|俺|咱)(?:们?家)?(?:的|大|二|三|那)?"
)
"""半身不遂那是我大哥."""
_TELLS_ME = re.compile(
    "(?:刚才?|刚刚|今[天早]|昨[晚天]|现在|正|又|哭着|一直)*(?:给|跟|对|和|向)(?P<me>我|俺|咱)们?[^，我俺]{0,8}?(?:说|讲|喊|念叨)"
)
"""我妈给我发信息说…: the one who tells is the subject, 我 is told."""
_STARTS_OTHER = re.compile("^(?:他|她|佢|人家)")


def owner(text: str, start: int, end: int, cues: Cues, *, far: bool = False, near: bool = False) -> Owner:
    """Who the mention at ``start`` is about: the nearest person before it who can be its subject.

    ``far``: of a kind that nobody says of himself, so a person named clauses ago is meant;
    ``near``: only one named in the same clause.
    """
    left = text[:start]
    after = _IT_WAS.match(text[end:])
    if after and (whose := cues["family"].match(text, end + after.end())):
        return Owner(Person.FAMILY, whose.group())
    own = max((m.end() for m in cues["self"].finditer(_unaddressed(left))), default=-1)
    best: tuple[int, int, Person] | None = None
    for key, person in (("family", Person.FAMILY), ("others", Person.STRANGER)):
        for match in cues[key].finditer(text[:end]):
            if _can_be_subject(text, match, cues) and (best is None or match.start() >= best[0]):
                best = (match.start(), match.end(), person)
    if best is None or own > best[1]:
        return Owner(Person.SELF)
    between = text[best[1] : max(best[1], start)]
    if "，" in between and not far and (near or not _goes_on(between)):
        return Owner(Person.SELF)
    return Owner(best[2], text[best[0] : best[1]], bool(cues["reporter_after"].match(between)))


def _unaddressed(left: str) -> str:
    """``left`` with the 我 who is only told blanked out."""
    for told in _TELLS_ME.finditer(left):
        left = left[: told.start("me")] + "人" + left[told.end("me") :]
    return left


def topic(text: str, start: int, cues: Cues) -> bool:
    """老伴打了胰岛素没吃饭，这会儿满头大汗: who opens the account and is not followed by 我 stays its subject."""
    first = cues["family"].search(text, 0, start)
    if first is None or cues["self"].search(text, 0, start) or not _OPENS.fullmatch(text[: first.start()]):
        return False
    return _can_be_subject(text, first, cues)


_OPENS = re.compile("(?:，|哎|唉|快|喂|大夫|医生|你好|您好|那个|刚才|今天|我|俺|咱|们|家|屋头|屋里|的|大|二|小)*")


def _can_be_subject(text: str, match: re.Match[str], cues: Cues) -> bool:
    before, after = text[max(0, match.start() - 3) : match.start()], text[match.end() :]
    before = re.sub("(?:我|俺|你|他|她)(?:们)?(?:家)?(?:的)?$", "", before)
    if re.search(cues["object_before"].pattern + "$", before):
        return False
    if _TELLS_ME.match(after):
        return True
    return not re.match("(?:都|也|老|总|就|又|一直|正|刚)?" + cues["agent_after"].pattern, after)


def _goes_on(between: str) -> bool:
    """The person is a topic (我老伴啊，…) or their state was told before the pause."""
    clause, _, rest = between.partition("，")
    return len(clause) <= _TOPIC_END or bool(_STARTS_OTHER.match(rest)) or bool(_ONGOING.search(clause))
